//! The tests of the crate as its users see it, as a ladder on which each rung trusts the one below:
//! definitions, laws, reference values, accuracy where the truth is known, what callers may ask,
//! and programs.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and prints the figures of the documentation"
)]

mod common;

/// Direct sums from the definition, checked on closed forms, and every path of the crate against
/// them.
mod oracle {
    mod blocking;
    mod coherent_isf;
    mod curves;
    mod displacements;
    mod distinct_van_hove;
    mod distributions;
    mod dynamic_heat_capacity;
    mod energy_correlations;
    mod lag_sums;
    mod origin_covariance;
    mod pair_entropy;
    mod rdf;
    mod self_isf;
    mod static_structure;
    mod verdicts;
    mod windows;
}

/// What holds for all estimators of one kind, by checkers that must reject planted faults.
mod laws {
    mod accumulators;
    mod adapters;
    mod correlators;
    mod equal_temperatures;
    mod scalar_series;
    mod susceptibility;
    mod two_dimensions;
    mod unit_of_time;
    mod units;
}

/// Numbers that independent programs computed from the same files.
mod golden {
    mod constant_pressure;
    mod displacements;
    mod dynamic_heat_capacity;
    mod engines;
    mod equilibration;
    mod fits;
    mod frame_formats;
    mod interpolation;
    mod pairs;
    mod relaxation_shipped;
    mod static_structure;
    mod temperature_scan;
    mod trajectories;
    mod two_dimensions;
    mod two_ensembles;
    mod virial;
    mod viscosity;
    mod waves;
}

/// Estimates and their errors on data whose truth is known.
mod accuracy {
    mod automatic_window;
    mod constant_pressure;
    mod coverage;
    mod diffusion_and_plateau;
    mod energy_slope;
    mod gaussian;
    mod heat_capacity_loss;
    mod liquids;
    mod log_frames;
    mod mean_times;
    mod no_vibrations;
    mod peaks;
    mod pitfalls;
    mod plateau;
    mod resampling;
    mod rises;
    mod synthetic_displacements;
    mod thermo_synthetic;
    mod thermostats;
    mod total_energies;
    mod virial;
    mod zero_frequency;
}

/// What callers may hand in, and the errors that they get.
mod api {
    mod checkpoints;
    mod errors;
    mod floors;
    mod frame_files;
    mod frame_kinds;
    mod log_generator;
    mod logs;
    mod other_tables;
    mod pressures;
    mod readers;
    mod runs;
    mod serialised;
    mod total_energies;
}

/// Examples that are run as programs.
mod program {
    mod live_md;
}
