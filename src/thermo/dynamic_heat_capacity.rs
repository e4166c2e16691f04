//! The heat capacity as a function of frequency.

mod loss;
mod transform;

use std::fmt;

use rustfft::num_complex::Complex64;

use crate::curve::Curve;
use crate::real::Invalid;
use crate::relaxation::thresholds::LOG_ERROR;
use crate::relaxation::{Evidence, FitError, Relaxation, readable_up_to};
use crate::stats::{Estimate, Outcome};

use super::{Ensemble, HeatCapacity, ThermoError, Undetermined};
use loss::Search;
use transform::{Rise, beyond};

/// Frequencies for each factor of ten in [`DynamicHeatCapacity::frequencies`].
const PER_DECADE: f64 = 10.0;
/// Their lowest and the least of the highest, in units of 1/τ_T.
const AROUND: [f64; 2] = [0.01, 10.0];
/// How many decades, for β = 1, the search for the model's loss peak goes to either side of 1/τ.
const DECADES: f64 = 4.0;

/// The dependence of the heat capacity on frequency, of one run: see
/// [`dynamic_heat_capacity`](dynamic_heat_capacity()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DynamicHeatCapacity {
    // What the functions of frequency are computed from.
    heat_capacity: HeatCapacity,
    fit: Relaxation,
    fast: Estimate,
    /// The mean relaxation time of the energy at constant temperature, τ_T, in time units: that of
    /// an experiment that modulates the temperature. The fit's own in the canonical ensemble.
    pub isothermal_time: Estimate,
    /// The mean relaxation time at constant energy, τ_E, in time units: the fit's own at constant
    /// energy.
    pub adiabatic_time: Estimate,
    /// τ_T/τ_E = C_V/((g/2) k + C_1), above 1. At constant energy a part that has relaxed too far
    /// heats the kinetic energy, which drives it back.
    pub time_ratio: Estimate,
    /// The maximum of the model's c''(ω), or why its place is not known.
    pub loss_peak: Outcome<LossPeak, Undetermined>,
}

/// A maximum of c''(ω).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LossPeak {
    /// Its angular frequency, per time unit.
    pub frequency: Estimate,
    /// c'' there, in k per particle. A Debye law has half of C_2.
    pub height: Estimate,
    /// The full width at half of that height, in decades: 1.144 for a Debye law. A reason where the
    /// loss does not fall so far on both sides, as where the fast relaxation begins.
    pub width: Outcome<Estimate, Undetermined>,
}

impl fmt::Display for LossPeak {
    /// `omega = 0.21(4), c'' = 0.19(2), 1.30(8) decades`, or why there is no width.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "omega = {}, c'' = {}, ", self.frequency, self.height)?;
        match &self.width {
            Outcome::Resolved(width) => write!(f, "{width} decades"),
            Outcome::Unresolved(why) => write!(f, "no width: {why}"),
        }
    }
}

/// c(ω) = c'(ω) + i c''(ω) at some frequencies, with e^(iωt) in its transform, so that the loss c''
/// is positive.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HeatCapacitySpectrum {
    /// Angular frequencies, per time unit.
    pub frequencies: Vec<f64>,
    /// c', in k per particle, the kinetic part included.
    pub storage: Vec<Estimate>,
    /// c'', in k per particle.
    pub loss: Vec<Estimate>,
    /// Of a measured curve the lag time up to which it was transformed, in time units; `None` for
    /// the model.
    pub cut: Option<f64>,
    /// Of a measured curve the part of C_2's relaxation that is left at the cut, where the fitted
    /// form takes its place; `None` for the model.
    pub tail: Option<Estimate>,
}

impl fmt::Display for HeatCapacitySpectrum {
    /// Comma-separated values with a header:
    /// `angular_frequency,storage,storage_standard_error,loss,loss_standard_error`, an empty field
    /// where there is no standard error. Numbers read back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "angular_frequency,storage,storage_standard_error,loss,loss_standard_error"
        )?;
        for ((frequency, storage), loss) in self.frequencies.iter().zip(&self.storage).zip(&self.loss) {
            write!(f, "{frequency:e}")?;
            for number in [storage, loss] {
                write!(f, ",{:e},", number.value())?;
                if let Some(error) = number.standard_error() {
                    write!(f, "{error:e}")?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The heat capacity at constant volume as a function of frequency, c(ω), from the relaxation of
/// the potential energy in equilibrium.
///
/// With K(t) = N⟨δe(0) δe(t)⟩ = N [2 Var(e) - MSED(t)]/2 and
/// ```text
/// X(ω) = int from 0 to inf of (-dK/dt) e^(iωt) dt
/// NVE    c(ω)/k = (g/2)/(1 - L(ω)),     L = 2 X/(g k² T²)
/// NVT    c(ω)/k = g/2 + X(ω)/(k T)²
/// ```
/// (N. Nielsen and J. C. Dyre, Phys. Rev. B 54, 15754 (1996), for the canonical ensemble;
/// P. Scheidler, W. Kob, A. Latz, J. Horbach and K. Binder, Phys. Rev. B 63, 104204 (2001), at
/// constant energy). At ω = 0 the second is the formula of Lebowitz, Percus and Verlet, and both
/// give C_V = (g/2) k + C_ex. The canonical formula holds where the thermostat keeps the kinetic
/// temperature itself constant, or exchanges energy much faster or much slower than the liquid
/// relaxes; [`EnsembleCheck::judge`](super::EnsembleCheck::judge) leaves other fits unresolved.
///
/// **Model.** The fast part C_1 relaxes at once, and the slow part C_2 = C_ex - C_1 as the fitted
/// form φ(t) = exp(-(t/τ)^β), with F(ω) the transform of -dφ/dt: closed for β = 1, and otherwise an
/// integral along a turned path with an error of 1e-12.
/// ```text
/// NVE    L = y_1 + (y - y_1) F(ω),      y = C_ex/(C_ex + (g/2) k), y_1 the same of C_1
/// NVT    X/(k T)² = C_1 + C_2 F(ω)
/// ```
/// c(0) is C_V, and c(∞) is (g/2) k + C_1: frequencies of the vibrations lie beyond the model. The
/// sizes C_1 and C_2 are those of [`HeatCapacity::split`] by the same fit.
///
/// **Curve.** [`measured`](DynamicHeatCapacity::measured) transforms the curve itself.
///
/// **Two times.** At low frequencies C_2 relaxes with its mean time. For any form of φ the mean
/// times at constant temperature and at constant energy, for a small system coupled to its own
/// kinetic energy alone, are
/// ```text
/// τ_T = τ_E C_V/((g/2) k + C_1)
/// ```
/// It follows from the formulas above: a Debye law in one ensemble is one in the other, with these
/// two times. For a stretched φ only one of the ensembles has that form exactly.
///
/// # Units
/// k per particle; angular frequencies per time unit of the fit.
///
/// # Errors
/// Standard errors come from the resamples of fit, variance and temperature together. The outcome
/// is unresolved where the fit is ([`Undetermined::Unresolved`]), where the fast part is too large,
/// and where C_2 is not above 0 on the whole and on each resample.
///
/// [`ThermoError::OtherRun`] and [`ThermoError::Mixture`] as for [`HeatCapacity::split`];
/// [`ThermoError::Fit`] for the fit of a decay.
///
/// ```
/// use msed::relaxation::{Fit, Model};
/// use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};
/// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
/// let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
/// let fit = Fit::new(Model::Exponential).window([0.5, 200.0]).to(&msed)?;
/// let c = thermo::heat_capacity(&energy::moments(&run, Resampling::default())?, Units::LJ, Ensemble::nve(1000))?;
/// let dynamic = thermo::dynamic_heat_capacity(&c, &fit)?.into_result()?;
/// let model = dynamic.at(&[1e-6, 1e6])?;
/// assert!((model.storage[0].value() - 1.4985 - c.excess.value()).abs() < 1e-4);
/// // A Debye law at constant temperature, whose time is longer than that of the run.
/// let peak = dynamic.loss_peak.into_result()?;
/// assert!((peak.frequency.value() * dynamic.isothermal_time.value() - 1.0).abs() < 1e-6);
/// assert!(dynamic.time_ratio.value() > 1.0);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn dynamic_heat_capacity(
    heat_capacity: &HeatCapacity,
    fit: &Relaxation,
) -> Result<Outcome<DynamicHeatCapacity, Undetermined>, ThermoError> {
    if let Evidence::Decay(_) = fit.evidence {
        return Err(FitError::Decay.into());
    }
    let split = heat_capacity.clone().split(fit)?;
    let [fast, slow] = match split.parts.clone() {
        Some(Outcome::Resolved(parts)) => parts,
        Some(Outcome::Unresolved(why)) => return Ok(Outcome::Unresolved(why)),
        None => return Ok(Outcome::Unresolved(Undetermined::Unresolved(fit.verdict.clone()))),
    };
    if !(slow.value() > 0.0 && slow.replicates().iter().all(|&slow| slow > 0.0)) {
        return Ok(Outcome::Unresolved(Undetermined::NoSlowPart { slow }));
    }
    let kinetic = split.ensemble().kinetic_part();
    let time_ratio = Estimate::combine([&split.excess, &fast], |[excess, fast]| {
        (kinetic + excess) / (kinetic + fast)
    })?;
    let own = &fit.mean_relaxation_time;
    let [isothermal_time, adiabatic_time] = match split.ensemble() {
        Ensemble::Nve { .. } => [own * &time_ratio, own.clone()],
        Ensemble::Nvt { .. } | Ensemble::Npt { .. } => [own.clone(), own / &time_ratio],
    };
    let numbers = [&split.excess, &fast, &fit.relaxation_time, &fit.beta];
    let (tau, beta) = (fit.relaxation_time.value(), fit.beta.value());
    let decades = 10_f64.powf(DECADES / beta.min(1.0));
    let search = Search {
        range: [(tau * decades).recip(), decades / tau],
        scale: beta.min(1.0).recip(),
        near: tau.recip(),
    };
    let peak = Estimate::evaluate_all(&numbers, |values| {
        let (response, tau, beta) = (Response::new(split.ensemble(), values), values[2], values[3]);
        search
            .of(|frequency| response.of_form(frequency, tau, beta).im)
            .to_vec()
    })?;
    Ok(Outcome::Resolved(DynamicHeatCapacity {
        fit: fit.clone(),
        fast,
        isothermal_time,
        adiabatic_time,
        time_ratio,
        loss_peak: LossPeak::new(Estimate::array(peak), search.range),
        heat_capacity: split,
    }))
}

impl DynamicHeatCapacity {
    /// The ensemble whose formula was used: whether the run gave τ_E (constant energy) or τ_T.
    #[must_use]
    pub fn ensemble(&self) -> Ensemble {
        self.heat_capacity.ensemble()
    }

    /// Angular frequencies that show the slow relaxation: ten for each factor of ten, from a
    /// hundredth of 1/τ_T to the reciprocal of the fit's first lag, where the vibrations or the
    /// fast relaxation begin, and to 10/τ_T at least.
    ///
    /// ```
    /// # use msed::relaxation::{Fit, Model};
    /// # use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};
    /// # let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// # let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    /// # let fit = Fit::new(Model::Exponential).window([0.5, 200.0]).to(&msed)?;
    /// # let c = thermo::heat_capacity(&energy::moments(&run, Resampling::default())?, Units::LJ, Ensemble::nve(1000))?;
    /// let dynamic = thermo::dynamic_heat_capacity(&c, &fit)?.into_result()?;
    /// let frequencies = dynamic.frequencies();
    /// assert!((frequencies[10] / frequencies[0] - 10.0).abs() < 1e-9);
    /// assert!(frequencies[0] * dynamic.isothermal_time.value() < 0.011);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn frequencies(&self) -> Vec<f64> {
        let time = self.isothermal_time.value();
        let [low, high] = AROUND.map(|around| around / time);
        let high = high.max(self.fit.window()[0].recip());
        let [first, last] = [low, high].map(|frequency| (PER_DECADE * frequency.log10()).floor());
        let count = (last - first).clamp(0.0, 1000.0) as u32;
        (0..=count)
            .map(|k| 10_f64.powf((first + f64::from(k)) / PER_DECADE))
            .collect()
    }

    /// c(ω) of the model at these angular frequencies.
    ///
    /// # Cost
    /// Some hundred complex exponentials for each frequency and resample of a stretched form.
    ///
    /// # Errors
    /// [`ThermoError::Invalid`] for a frequency that is not positive and finite.
    ///
    /// ```
    /// # use msed::relaxation::{Fit, Model};
    /// # use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};
    /// # let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// # let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    /// # let fit = Fit::new(Model::Exponential).window([0.5, 200.0]).to(&msed)?;
    /// # let c = thermo::heat_capacity(&energy::moments(&run, Resampling::default())?, Units::LJ, Ensemble::nve(1000))?;
    /// let dynamic = thermo::dynamic_heat_capacity(&c, &fit)?.into_result()?;
    /// let model = dynamic.at(&dynamic.frequencies())?;
    /// assert!(model.loss.iter().all(|loss| loss.value() > 0.0));
    /// assert!(model.storage.windows(2).all(|pair| pair[0].value() > pair[1].value()));
    /// assert!(dynamic.at(&[0.0]).is_err());
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn at(&self, frequencies: &[f64]) -> Result<HeatCapacitySpectrum, ThermoError> {
        check(frequencies)?;
        let numbers = [
            &self.heat_capacity.excess,
            &self.fast,
            &self.fit.relaxation_time,
            &self.fit.beta,
        ];
        let parts = Estimate::evaluate_all(&numbers, |values| {
            let (response, tau, beta) = (Response::new(self.ensemble(), values), values[2], values[3]);
            let of = |&frequency: &f64| response.of_form(frequency, tau, beta);
            frequencies.iter().map(of).flat_map(|c| [c.re, c.im]).collect()
        })?;
        let (storage, loss) = separated(parts);
        Ok(HeatCapacitySpectrum {
            frequencies: frequencies.to_vec(),
            storage,
            loss,
            cut: None,
            tail: None,
        })
    }

    /// c(ω) from the curve itself, without a form for its rise.
    ///
    /// **Curve.** A natural cubic spline in ln t gives the slopes at the lags, and between two lags
    /// the curve is the cubic in t of these slopes, whose transform is exact at any frequency.
    /// Neither the spacing of the lags nor the end of the curve rings. On exact curves of 20 lags
    /// per factor of ten c is right to 2e-3 of C_2 at frequencies whose product with the shortest
    /// lag is below a fifth.
    ///
    /// **Tail.** The curve is used up to three mean relaxation times, as
    /// [`integral_time`](crate::relaxation::integral_time) does. What is left of C_ex there,
    /// positive or not, decays as the fitted form goes on, so that c(0) is C_V. `tail` says how
    /// much that is of C_2.
    ///
    /// **No peak.** The loss has several maxima within its noise, and the error of the highest one
    /// from resamples held the truth in half of the runs only. The place of the peak is therefore
    /// the [model's](Self::loss_peak).
    ///
    /// **Short times.** The curve below the fit's window counts as it is. What it has risen by at
    /// the first lag, less the line through the first two lags, relaxes at once: vibrations that
    /// the samples do not show are no loss. Beyond the reciprocal of
    /// the beginning of that window c(ω) is that of fast relaxation and vibrations, and the
    /// sampling interval limits it.
    ///
    /// # Errors
    /// Standard errors are those of curve, variance, temperature and fit on the same resamples.
    /// Unresolved where the curve cannot be read up to three mean times ([`Undetermined::Curve`]).
    ///
    /// [`ThermoError::Invalid`] for a frequency that is not positive and finite,
    /// [`ThermoError::Fit`] for a curve of another run or other resamples, or one with values that
    /// are not finite, [`ThermoError::Knots`] for fewer than two lags.
    ///
    /// # Cost
    /// For each frequency and resample one pass over the lags.
    ///
    /// ```
    /// # use msed::relaxation::{Fit, Model};
    /// # use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};
    /// # let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// # let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    /// # let fit = Fit::new(Model::Exponential).window([0.5, 200.0]).to(&msed)?;
    /// # let c = thermo::heat_capacity(&energy::moments(&run, Resampling::default())?, Units::LJ, Ensemble::nve(1000))?;
    /// let dynamic = thermo::dynamic_heat_capacity(&c, &fit)?.into_result()?;
    /// let frequencies = dynamic.frequencies();
    /// let measured = dynamic.measured(&msed, &frequencies)?.into_result()?;
    /// let model = dynamic.at(&frequencies)?;
    /// // Both are C_V at low frequencies.
    /// assert!((measured.storage[0].value() - model.storage[0].value()).abs() < 0.01);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn measured(
        &self,
        msed: &Curve,
        frequencies: &[f64],
    ) -> Result<Outcome<HeatCapacitySpectrum, Undetermined>, ThermoError> {
        check(frequencies)?;
        let cut = match readable_up_to(msed, &self.fit)? {
            Outcome::Resolved(cut) => cut,
            Outcome::Unresolved(why) => return Ok(Outcome::Unresolved(Undetermined::Curve(why))),
        };
        let curve = msed.without_zero().window(0.0..=cut);
        let times: Vec<f64> = curve.lag_times().collect();
        Rise::new(&times, curve.values())?;
        let points: Vec<Estimate> = (0..curve.len()).map(|k| curve.point(k)).collect();
        let others = [
            &self.heat_capacity.excess,
            &self.fast,
            &self.fit.relaxation_time,
            &self.fit.beta,
            self.heat_capacity.temperature(),
        ];
        let numbers: Vec<&Estimate> = others.into_iter().chain(&points).collect();
        let measured = |values: &[f64]| Measured::new(&self.heat_capacity, values, &times);
        let mut parts = Estimate::evaluate_all(&numbers, |values| {
            let Some(measured) = measured(values) else {
                return Vec::new();
            };
            let of = |&frequency: &f64| measured.at(frequency);
            let parts = frequencies.iter().map(of).flat_map(|c| [c.re, c.im]);
            std::iter::once(measured.tail()).chain(parts).collect()
        })?;
        let tail = (!parts.is_empty()).then(|| parts.remove(0));
        let (storage, loss) = separated(parts);
        Ok(Outcome::Resolved(HeatCapacitySpectrum {
            frequencies: frequencies.to_vec(),
            storage,
            loss,
            cut: Some(cut),
            tail,
        }))
    }
}

impl LossPeak {
    /// From ln of the frequency, the height and ln of the two frequencies at half of it.
    fn new(
        [log, height, before, after]: [Estimate; 4],
        [lowest, highest]: [f64; 2],
    ) -> Outcome<Self, Undetermined> {
        let has = |number: &Estimate| {
            number.value().is_finite() && number.replicates().iter().all(|value| value.is_finite())
        };
        if !has(&log) {
            return Outcome::Unresolved(Undetermined::NoLossPeak { lowest, highest });
        }
        if let Some(log_error) = log.standard_error().filter(|&error| error > LOG_ERROR) {
            return Outcome::Unresolved(Undetermined::VagueLossPeak { log_error });
        }
        let width = (after - before) / std::f64::consts::LN_10;
        Outcome::Resolved(Self {
            frequency: log.exp(),
            height,
            width: if has(&width) {
                Outcome::Resolved(width)
            } else {
                Outcome::Unresolved(Undetermined::NoLossWidth { lowest, highest })
            },
        })
    }
}

/// What a transform of the energy's relaxation says of the heat capacity, on the whole or on one
/// resample.
#[derive(Debug, Clone, Copy)]
struct Response {
    ensemble: Ensemble,
    /// L or X/(k T)² of the fast part, and at ω = 0.
    fast: f64,
    total: f64,
}

impl Response {
    /// From C_ex and C_1.
    fn new(ensemble: Ensemble, values: &[f64]) -> Self {
        let kinetic = ensemble.kinetic_part();
        let ratio = |c: f64| match ensemble {
            Ensemble::Nve { .. } => c / (c + kinetic),
            Ensemble::Nvt { .. } | Ensemble::Npt { .. } => c,
        };
        Self {
            ensemble,
            fast: ratio(values[1]),
            total: ratio(values[0]),
        }
    }

    /// c/k, from L or X/(k T)².
    fn heat_capacity(self, ratio: Complex64) -> Complex64 {
        let kinetic = self.ensemble.kinetic_part();
        match self.ensemble {
            Ensemble::Nve { .. } => kinetic / (1.0 - ratio),
            Ensemble::Nvt { .. } | Ensemble::Npt { .. } => kinetic + ratio,
        }
    }

    /// c/k, where the slow part relaxes as a stretched exponential.
    fn of_form(self, frequency: f64, tau: f64, beta: f64) -> Complex64 {
        self.heat_capacity(self.fast + (self.total - self.fast) * beyond(frequency, 0.0, tau, beta))
    }
}

/// A curve on the whole or on one resample, with what closes its tail.
struct Measured {
    response: Response,
    rise: Rise,
    cut: f64,
    tau: f64,
    beta: f64,
    /// L or X/(k T)² of a mean-squared difference of 1, and what is left of it at the cut.
    unit: f64,
    left: f64,
}

impl Measured {
    /// From C_ex, C_1, τ, β, T and the values of the curve.
    fn new(heat_capacity: &HeatCapacity, values: &[f64], times: &[f64]) -> Option<Self> {
        let (&[_, _, tau, beta, temperature], curve) = values.split_first_chunk()?;
        let response = Response::new(heat_capacity.ensemble(), values);
        let unit = heat_capacity.ratio_of_difference(1.0, temperature);
        Some(Self {
            response,
            rise: Rise::new(times, curve).ok()?,
            cut: *times.last()?,
            tau,
            beta,
            unit,
            left: response.total - unit * curve.last()?,
        })
    }

    fn at(&self, frequency: f64) -> Complex64 {
        let beyond = beyond(frequency, self.cut, self.tau, self.beta);
        let ratio = self.unit * self.rise.transform(frequency) + self.left * beyond;
        self.response.heat_capacity(ratio)
    }

    /// The part of the slow relaxation that the curve leaves.
    fn tail(&self) -> f64 {
        self.left / (self.response.total - self.response.fast)
    }
}

/// Whether all frequencies have a meaning.
fn check(frequencies: &[f64]) -> Result<(), ThermoError> {
    for &frequency in frequencies {
        Invalid::unless_positive("angular frequency", frequency)?;
    }
    Ok(())
}

/// Real and imaginary parts, which stand one after the other.
fn separated(parts: Vec<Estimate>) -> (Vec<Estimate>, Vec<Estimate>) {
    let (mut real, mut imaginary) = (Vec::new(), Vec::new());
    for (k, part) in parts.into_iter().enumerate() {
        if k % 2 == 0 { &mut real } else { &mut imaginary }.push(part);
    }
    (real, imaginary)
}
