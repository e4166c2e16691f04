//! A scan from the energies of its runs.

use super::{Ensemble, Path, Scan, StatePoint, ThermoError};
use crate::energy::{self, EnergyError};
use crate::lag::Lags;
use crate::real::Real;
use crate::relaxation::{Fit, Model};
use crate::series::Runs;
use crate::stats::Resampling;
use crate::units::Units;

/// What the runs of a [`Scan`] have in common, and the state points that were measured so far.
#[derive(Debug, Clone)]
pub struct ScanBuilder {
    units: Units,
    ensemble: Ensemble,
    path: Path,
    resampling: Resampling,
    fit: Fit<'static>,
    points: Vec<StatePoint>,
}

impl Scan {
    /// A scan to be filled from the energies of its runs, with what they have in common.
    ///
    /// ```
    /// use msed::thermo::{Part, Scan, TimeOf};
    /// use msed::{EnergyKind, Ensemble, Units, io};
    /// let mut scan = Scan::builder(Units::LJ, Ensemble::nve(1000));
    /// for name in ["T0.700", "T0.800", "T1.000"] {
    ///     let file = format!("data/kob-andersen/{name}/energy.dat.gz");
    ///     scan.add(name, &io::energies(file)?.into_series(0.005, 1000, EnergyKind::Total)?)?;
    /// }
    /// let scan = scan.build()?;
    /// assert_eq!(scan.points()[0].heat_capacity().excess.to_string(), "1.846(40)");
    /// assert_eq!(scan.times(TimeOf::Energy).len(), 3);
    /// assert!(scan.entropy(Part::Slow)?.values[0].value() < 0.0);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn builder(units: Units, ensemble: Ensemble) -> ScanBuilder {
        ScanBuilder::new(units, ensemble)
    }
}

impl ScanBuilder {
    fn new(units: Units, ensemble: Ensemble) -> Self {
        Self {
            units,
            ensemble,
            path: Path::Isochoric,
            resampling: Resampling::default(),
            fit: Fit::new(Model::Exponential),
            points: Vec::new(),
        }
    }

    /// The path, isochoric unless given.
    #[must_use]
    pub fn path(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    /// The ensemble of the runs that follow.
    #[must_use]
    pub fn ensemble(mut self, ensemble: Ensemble) -> Self {
        self.ensemble = ensemble;
        self
    }

    /// The resampling, ten blocks unless given.
    #[must_use]
    pub fn resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// The fit to each mean-squared energy difference: the exponential form in an automatic window,
    /// unless given.
    #[must_use]
    pub fn fit(mut self, fit: Fit<'static>) -> Self {
        self.fit = fit;
        self
    }

    /// A state point from its energies, those of one run or of several replicas: the moments, the
    /// MSED at 20 lags a decade up to a tenth of the run, its fit, and the heat capacity, with its
    /// two parts where the fit is resolved.
    ///
    /// # Errors
    /// [`ThermoError`], with the errors of [`energy::moments`], [`energy::msed`] and [`Fit::to`] in
    /// it.
    pub fn measure<T: Real>(
        &self,
        name: impl Into<String>,
        runs: &impl Runs<T>,
    ) -> Result<StatePoint, ThermoError> {
        let moments = energy::moments(runs, self.resampling).map_err(EnergyError::from)?;
        let msed = energy::msed(runs, &Lags::logarithmic(20).up_to_fraction(0.1), self.resampling)?;
        let fit = self.fit.to(&msed)?;
        let heat_capacity = super::heat_capacity(&moments, self.units, self.ensemble)?.split(&fit)?;
        StatePoint::new(name, &moments, heat_capacity)?.with_relaxation(&fit)
    }

    /// Measures a state point and adds it.
    ///
    /// # Errors
    /// As [`measure`](Self::measure).
    pub fn add<T: Real>(
        &mut self,
        name: impl Into<String>,
        runs: &impl Runs<T>,
    ) -> Result<&mut Self, ThermoError> {
        let point = self.measure(name, runs)?;
        Ok(self.add_point(point))
    }

    /// Adds a state point that was made by hand: with a time of the structure, say, or excluded.
    pub fn add_point(&mut self, point: StatePoint) -> &mut Self {
        self.points.push(point);
        self
    }

    /// The scan.
    ///
    /// # Errors
    /// As [`Scan::new`].
    pub fn build(self) -> Result<Scan, ThermoError> {
        Scan::new(self.points, self.path)
    }
}
