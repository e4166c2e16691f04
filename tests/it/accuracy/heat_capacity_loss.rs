//! The loss peak of the dynamic heat capacity on series of known relaxation: how often its
//! intervals hold the truth.

use msed::relaxation::Fit;
use msed::spectrum::Whittle;
use msed::stats::Outcome;
use msed::thermo::{DynamicHeatCapacity, dynamic_heat_capacity, heat_capacity};
use msed::{EnergyKind, EnergySeries, Ensemble, Lags, Resampling, Sampling, Units, energy};

use crate::common::synthetic::Process;

/// Runs of the test; `MSED_LOSS_RUNS` asks for more.
const RUNS: u64 = 80;
const PARTICLES: usize = 1000;
/// Samples per relaxation time, and relaxation times of a run.
const SAMPLING: usize = 20;
const LENGTH: usize = 300;
/// U0² and Um²/U0² as in the Kob-Andersen mixture at T = 0.7, in units of T²/N: g y_1, y_1 = 0.49.
const WHITE: f64 = 0.735;
const SLOW: f64 = 0.11;

/// How far a number is from the truth, and its error, over runs: ln of the loss peak's place, or
/// c'' there.
struct Study {
    name: &'static str,
    found: Vec<[f64; 2]>,
}

impl Study {
    /// Part of the runs whose interval of 68.3 % holds the truth, by Student's t of ten blocks.
    fn coverage(&self) -> f64 {
        let holds = self
            .found
            .iter()
            .filter(|[off, error]| off.abs() <= 1.059 * error);
        holds.count() as f64 / self.found.len() as f64
    }

    fn mean(&self) -> f64 {
        self.found.iter().map(|[off, _]| off).sum::<f64>() / self.found.len() as f64
    }

    fn spread(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.found.iter().map(|[off, _]| (off - mean).powi(2)).sum();
        (squares / self.found.len() as f64).sqrt()
    }

    fn far(&self) -> usize {
        self.found
            .iter()
            .filter(|[off, error]| off.abs() > 3.0 * error)
            .count()
    }
}

#[test]
fn loss_peaks_lie_where_they_say() {
    let runs = std::env::var("MSED_LOSS_RUNS").map_or(RUNS, |runs| runs.parse().unwrap());
    let process = Process::two_scale(WHITE / PARTICLES as f64, SLOW / PARTICLES as f64, 1.0);
    let ensemble = Ensemble::nve(PARTICLES);
    let g = ensemble.degrees_of_freedom();
    let [y1, y] = [WHITE, WHITE + SLOW].map(|v| 2.0 * v / g);
    let truth = ((1.0 - y) / (1.0 - y1)).ln();
    let height = 0.25 * g * ((1.0 - y).recip() - (1.0 - y1).recip());
    let mut studies = ["spectrum, model", "lags, model", "c'' of the curve"].map(|name| Study {
        name,
        found: Vec::new(),
    });
    for seed in 0..runs {
        let interval = (SAMPLING as f64).recip();
        let energies = process.sample(SAMPLING * LENGTH, interval, seed);
        let series = EnergySeries::new(
            energies,
            Sampling::new(1, interval).unwrap(),
            PARTICLES,
            EnergyKind::PerParticle,
        );
        let series = series.unwrap().with_temperature(1.0).unwrap();
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        let msed = energy::msed(&series, &lags, Resampling::default()).unwrap();
        let moments = energy::moments(&series, Resampling::default()).unwrap();
        let c = heat_capacity(&moments, Units::LJ, ensemble).unwrap();
        let Ok(spectrum) = Whittle::new().to(&series) else {
            continue;
        };
        let fit = Fit::beside(&spectrum).to(&msed).unwrap();
        let mut add = |study: usize, peak: Option<&msed::thermo::LossPeak>| {
            if let Some(error) = peak.and_then(|peak| peak.frequency.ln().standard_error()) {
                let log = peak.unwrap().frequency.value().ln();
                studies[study].found.push([log - truth, error]);
            }
        };
        let of = |fit| dynamic_heat_capacity(&c, fit).unwrap().into_value();
        let by_spectrum: Option<DynamicHeatCapacity> = of(&spectrum);
        add(0, by_spectrum.as_ref().and_then(|found| found.loss_peak.value()));
        add(1, of(&fit).as_ref().and_then(|found| found.loss_peak.value()));
        if let Some(found) = by_spectrum {
            // c'' of the curve at the true peak, in units of its height there.
            let curve = found.measured(&msed, &[truth.exp()]).unwrap();
            if let Outcome::Resolved(curve) = curve {
                let loss = &curve.loss[0] / height;
                studies[2]
                    .found
                    .push([loss.value() - 1.0, loss.standard_error().unwrap()]);
            }
        }
    }
    for study in &studies {
        println!(
            "{}: {} of {runs} resolved, coverage {:.3}, mean {:.3}, spread {:.3}, beyond three errors {}",
            study.name,
            study.found.len(),
            study.coverage(),
            study.mean(),
            study.spread(),
            study.far()
        );
    }
    // 60 runs determine a coverage of 68 % to 6 %.
    for study in [&studies[0], &studies[2]] {
        assert!(study.found.len() >= 60, "{}", study.found.len());
        assert!((0.55..0.85).contains(&study.coverage()), "{}", study.coverage());
        assert!(study.mean().abs() < 0.1, "{}", study.mean());
        assert!(25 * study.far() <= study.found.len(), "{}", study.far());
    }
}
