//! A result that the data may not hold.

use std::fmt;

/// What was looked for in the data, or why it is not in them.
///
/// Data that do not hold an answer are no mistake of the caller: a curve that has not fallen to 1/e
/// has no relaxation time, and the reason says how long that time is at least. Errors are for input
/// that cannot be right.
///
/// ```
/// use msed::stats::Outcome;
/// let found: Outcome<f64, &str> = Outcome::Resolved(2.0);
/// assert_eq!(found.map(|x| 2.0 * x).value(), Some(&4.0));
///
/// let missing: Outcome<f64, &str> = Outcome::Unresolved("the run is too short");
/// assert_eq!((missing.value(), missing.why()), (None, Some(&"the run is too short")));
/// assert_eq!(missing.to_string(), "the run is too short");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use]
pub enum Outcome<T, Why> {
    /// The data hold it.
    Resolved(T),
    /// The data do not hold it, for this reason.
    Unresolved(Why),
}

impl<T, Why> Outcome<T, Why> {
    /// What was looked for, where the data hold it.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Resolved(value) => Some(value),
            Self::Unresolved(_) => None,
        }
    }

    /// The reason, where the data do not hold it.
    #[must_use]
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Resolved(_) => None,
            Self::Unresolved(why) => Some(why),
        }
    }

    /// Whether the data hold it.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.value().is_some()
    }

    /// What was looked for, taken out.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        self.into_result().ok()
    }

    /// The same as a `Result`, so that `?` passes the reason on: as itself, or as
    /// [`Error::Unresolved`](crate::Error::Unresolved).
    ///
    /// # Errors
    /// The reason.
    ///
    /// ```
    /// use msed::relaxation::tau_alpha;
    /// use msed::{Curve, Error, Lag};
    /// fn time(isf: &Curve) -> Result<f64, Error> {
    ///     Ok(tau_alpha(isf)?.into_result()?.value())
    /// }
    /// let short = Curve::from_values([1, 2, 4].map(Lag::from_steps).to_vec(), 1.0, vec![1.0, 0.9, 0.8]);
    /// assert!(matches!(time(&short), Err(Error::Unresolved(_))));
    /// ```
    pub fn into_result(self) -> Result<T, Why> {
        match self {
            Self::Resolved(value) => Ok(value),
            Self::Unresolved(why) => Err(why),
        }
    }

    /// The outcome of borrowed parts.
    pub fn as_ref(&self) -> Outcome<&T, &Why> {
        match self {
            Self::Resolved(value) => Outcome::Resolved(value),
            Self::Unresolved(why) => Outcome::Unresolved(why),
        }
    }

    /// A function of what was found; a reason stays as it is.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U, Why> {
        match self {
            Self::Resolved(value) => Outcome::Resolved(f(value)),
            Self::Unresolved(why) => Outcome::Unresolved(why),
        }
    }
}

impl<T, Why> From<Result<T, Why>> for Outcome<T, Why> {
    fn from(result: Result<T, Why>) -> Self {
        match result {
            Ok(value) => Self::Resolved(value),
            Err(why) => Self::Unresolved(why),
        }
    }
}

impl<T: fmt::Display, Why: fmt::Display> fmt::Display for Outcome<T, Why> {
    /// What was found, or the reason, in its own words and with its own formatting flags.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved(value) => value.fmt(f),
            Self::Unresolved(why) => why.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes() -> [Outcome<f64, String>; 2] {
        [Ok(0.25), Err("too short".to_owned())].map(Outcome::from)
    }

    #[test]
    fn an_outcome_is_a_value_or_a_reason_and_never_both() {
        for outcome in outcomes() {
            assert_eq!(outcome.value().is_some(), outcome.is_resolved());
            assert_eq!(outcome.why().is_none(), outcome.is_resolved());
            assert_eq!(
                outcome.as_ref().into_result(),
                outcome.clone().into_result().as_ref()
            );
        }
        let [found, missing] = outcomes();
        assert_eq!((found.into_value(), missing.into_value()), (Some(0.25), None));
    }

    #[test]
    fn a_function_leaves_the_reason_as_it_is() {
        let [found, missing] = outcomes().map(|o| o.map(|x| 4.0 * x));
        assert_eq!((found.value(), missing.why()), (Some(&1.0), outcomes()[1].why()));
    }

    #[test]
    fn either_side_prints_in_its_own_words() {
        let [found, missing] = outcomes();
        assert_eq!(format!("{found:.1} {missing}"), "0.2 too short");
    }
}
