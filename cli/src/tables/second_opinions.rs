//! Relaxation by Eq. (11) beside the spectrum's, and how long to run for a wanted error.

use msed::Estimate;

use super::numbers::{or_dash, shown};
use super::table::Table;
use crate::analysis::point::Point;
use crate::analysis::spectral::WANTED;

pub(super) fn text(points: &[Point<'_>]) -> String {
    let wanted = 100.0 * WANTED;
    let mut table = Table::new(&[
        "run",
        "tau* Eq. (11)",
        "by spectrum",
        "Um Eq. (11)",
        "by spectrum",
        "independent",
        "run/tau*",
        "err tau*",
        "err Um^2",
        "err C_ex",
        &format!("run for {wanted:.0} %"),
    ]);
    for point in points {
        let (by_lags, by_spectrum) = (point.relaxation(), point.spectral.relaxation());
        let um = |um_squared: &Estimate| um_squared.map(f64::sqrt);
        let independent = point.spectral.independent_samples();
        let plan = by_spectrum.zip(point.spectral.plan());
        let of_plan = match plan {
            Some((fit, plan)) => {
                let percent = |error: f64| format!("{:.1} %", 100.0 * error);
                let heat_capacity = plan.expected.heat_capacity(point.fluctuation_ratio());
                [
                    format!("{:.0}", point.spectral.duration / fit.relaxation_time().value()),
                    percent(plan.expected.relaxation_time),
                    percent(plan.expected.um_squared),
                    percent(heat_capacity),
                    format!("{:.0}", plan.duration),
                ]
            }
            None => std::array::from_fn(|_| "-".to_owned()),
        };
        let numbers = [
            point.name().to_owned(),
            shown(by_lags.map(|fit| fit.relaxation_time())),
            shown(by_spectrum.map(|fit| fit.relaxation_time())),
            shown(by_lags.map(|fit| um(fit.um_squared())).as_ref()),
            shown(by_spectrum.map(|fit| um(fit.um_squared())).as_ref()),
            or_dash(independent.map(|samples| format!("{samples:.0}"))),
        ];
        table.add([&numbers[..], &of_plan].concat());
    }
    let verdicts = points
        .iter()
        .map(|point| (point.name(), point.spectral.choice.verdict()));
    let short: String = verdicts
        .filter(|(_, verdict)| !verdict.is_believable())
        .map(|(name, verdict)| format!("{name}: {verdict}\n"))
        .collect();
    format!(
        "Relaxation by Eq. (11) beside Whittle's likelihood of the spectrum; independent samples of the energy; relative errors that such a \
         run is expected to give, and the length for {wanted:.0} % of tau*.\n\n{table}{short}"
    )
}
