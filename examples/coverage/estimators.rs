//! The estimators that are measured on liquids, each with all of its defaults.

use std::cell::OnceCell;

use msed::relaxation::{Fit, Model, Relaxation, integral_time, rise_time};
use msed::spectrum::{GaussianModel, Whittle};
use msed::{Curve, EnergySeries, Estimate, Lags, Resampling, energy};

/// An estimator takes a run to its relaxation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimator {
    pub(crate) name: &'static str,
    /// `None` where the estimator returns an error.
    pub(crate) find: fn(&Measured) -> Option<Answer>,
}

/// A further estimator is one more row.
pub(crate) const ESTIMATORS: [Estimator; 7] = [
    SPECTRUM,
    BESIDE,
    RISE_TIME,
    INTEGRAL_TIME,
    Estimator {
        name: "Eq. (11), exponential",
        find: |run| Fit::new(Model::Exponential).to(run.msed()).ok().map(Answer::from),
    },
    Estimator {
        name: "Eq. (11), stretched",
        find: |run| Fit::new(Model::Stretched).to(run.msed()).ok().map(Answer::from),
    },
    Estimator {
        name: "generalised least squares",
        find: generalised,
    },
];

pub(crate) const SPECTRUM: Estimator = Estimator {
    name: "spectrum",
    find: |run| run.spectrum().cloned().map(Answer::from),
};

/// Eq. (11) as `msed scan` fits it.
pub(crate) const BESIDE: Estimator = Estimator {
    name: "Eq. (11) beside the spectrum",
    find: |run| Fit::beside(run.spectrum()?).to(run.msed()).ok().map(Answer::from),
};

/// The rise time between the plateaus of the spectrum.
pub(crate) const RISE_TIME: Estimator = Estimator {
    name: "tau_e read from the curve",
    find: |run| {
        let time = rise_time(run.msed(), run.spectrum()?).ok()?.into_value();
        Some(Answer {
            is_resolved: time.is_some(),
            numbers: [time, None, None, None],
        })
    },
};

pub(crate) const INTEGRAL_TIME: Estimator = Estimator {
    name: "integral of the curve",
    find: |run| {
        let found = integral_time(run.msed(), run.spectrum()?).ok()?.into_value();
        Some(Answer {
            is_resolved: found.is_some(),
            numbers: [None, None, None, found.map(|found| found.time)],
        })
    },
};

/// Eq. (11) in the form of the spectrum, with the covariance of the process that the spectrum
/// found.
fn generalised(run: &Measured) -> Option<Answer> {
    let (curve, process) = (run.msed(), run.spectrum()?);
    let (sampling, samples) = (run.energies.sampling(), run.energies.samples().len());
    let model = GaussianModel::of(process).ok()?;
    let covariance = model.msed_covariance(curve, sampling, samples).ok()?;
    let fit = Fit::new(process.model).covariance(&covariance).to(curve);
    fit.ok().map(Answer::from)
}

/// What an estimator finds in a run.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) is_resolved: bool,
    /// tau*, Um², U0² and the mean time; `None` for what the estimator does not give.
    pub(crate) numbers: [Option<Estimate>; 4],
}

impl From<Relaxation> for Answer {
    fn from(fit: Relaxation) -> Self {
        Self {
            is_resolved: fit.verdict.is_resolved(),
            numbers: [
                fit.relaxation_time,
                fit.um_squared,
                fit.u0_squared,
                fit.mean_relaxation_time,
            ]
            .map(Some),
        }
    }
}

/// A run, with what several estimators need, computed once.
#[derive(Debug)]
pub(crate) struct Measured {
    energies: EnergySeries<'static>,
    msed: OnceCell<Curve>,
    spectrum: OnceCell<Option<Relaxation>>,
}

impl Measured {
    pub(crate) fn new(energies: EnergySeries<'static>) -> Self {
        Self {
            energies,
            msed: OnceCell::new(),
            spectrum: OnceCell::new(),
        }
    }

    /// On the lags and with the blocks of `msed scan`.
    fn msed(&self) -> &Curve {
        self.msed.get_or_init(|| {
            let lags = Lags::logarithmic(20).up_to_fraction(0.1);
            energy::msed(&self.energies, &lags, Resampling::Blocks(10)).expect("lags of the run")
        })
    }

    fn spectrum(&self) -> Option<&Relaxation> {
        let found = self
            .spectrum
            .get_or_init(|| Whittle::new().to(&self.energies).ok());
        found.as_ref()
    }
}
