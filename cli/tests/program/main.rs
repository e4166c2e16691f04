//! The program `msed`, run as a user runs it: on the data sets of the repository, on small scans
//! cut from them, and on every kind of bad input.

mod bad_energies;
mod bad_outputs;
mod bad_scan_files;
mod bad_trajectories;
mod constant_pressure;
mod contradictions;
mod copies;
mod displacements;
mod dynamic_heat_capacity;
mod effect;
mod energy;
mod engines;
mod ensembles;
mod frame_copies;
mod frame_kinds;
mod frame_times;
mod init;
mod jumps;
mod molecules;
mod notes;
mod odd_rows;
mod options;
mod over_temperature;
mod pairs;
mod program;
mod relaxation_times;
mod shipped;
mod small_scan;
mod standard_output;
mod susceptibility;
mod total_energies;
mod two_dimensions;
mod virial;
mod water;
mod waves;
