//! Each feature by itself: what it adds is there and works.
#![allow(unused_imports, reason = "each build has one feature")]

use std::path::{Path, PathBuf};

/// A file of the repository that `msed` lies in.
#[allow(dead_code, reason = "not every feature reads files")]
fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

#[cfg(feature = "io")]
#[test]
fn energies_of_lammps_are_read() {
    let table = msed::io::energies(repository("data/sample/energy.dat")).unwrap();
    assert_eq!(
        (table.len(), table.first_step, table.stride),
        (2000, 16390, 10)
    );
    let series = table.series(0.005, 1000, msed::EnergyKind::Total).unwrap();
    assert_eq!(series.len(), 2000);
    let compressed = msed::io::energies(repository("data/kob-andersen/T1.000/energy.dat.gz")).unwrap();
    assert_eq!(compressed.potential_name, "v_pe");
}

#[cfg(feature = "io")]
#[test]
fn a_missing_file_is_an_error_of_the_crate() {
    let error: msed::Error = msed::io::energies("nowhere.dat").unwrap_err().into();
    assert!(
        error.to_string().starts_with("cannot open nowhere.dat: "),
        "{error}"
    );
}

#[cfg(feature = "xtc")]
#[test]
fn frames_of_xtc_are_read() {
    use msed::trajectory::{Frame, FrameSource};
    let mut reader =
        msed::io::frames(repository("data/kob-andersen/T1.000/trajectory.xtc"), msed::Units::LJ).unwrap();
    assert_eq!(reader.particles(), 1000);
    let mut frame = Frame::<f32>::new();
    for _ in 0..3 {
        assert!(reader.next_frame(&mut frame).unwrap());
        assert_eq!(frame.positions.len(), 3 * reader.particles());
    }
}

#[cfg(feature = "serde")]
#[test]
fn choices_go_to_json_and_back_and_results_go_there() {
    use msed::{Lags, Resampling, Sampling};
    let choice = Resampling::Blocks(7);
    let text = serde_json::to_string(&choice).unwrap();
    assert_eq!(serde_json::from_str::<Resampling>(&text).unwrap(), choice);

    let energies: Vec<f64> = (0..1000_u32).map(|k| f64::from(k * 7919 % 101)).collect();
    let sampling = Sampling::new(1, 1.0).unwrap();
    let series = msed::EnergySeries::new(energies, sampling, 1, msed::EnergyKind::PerParticle).unwrap();
    let msed = msed::energy::msed(&series, &Lags::samples([1, 2, 5]), choice).unwrap();
    let json = serde_json::to_value(&msed).unwrap();
    assert_eq!(json["values"].as_array().unwrap().len(), 3);
}

#[cfg(feature = "plot")]
#[test]
fn a_figure_is_drawn() {
    use msed::plot::{Axis, Figure, Panel, Series};
    let panel = Panel::new(Axis::log("t"), Axis::linear("F"))
        .with(Series::points(&[0.1, 1.0, 10.0], &[0.9, 0.5, 0.1]));
    let svg = Figure::new(panel).to_svg().unwrap();
    assert!(
        svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"),
        "{svg}"
    );
}
