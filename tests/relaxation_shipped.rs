mod common;
use common::oracle;
use msed::relaxation::{self, Model, Weighting, Window};
use msed::{Curve, Lags, io};

fn curve(path: &str, particles: usize, time_step: f64) -> Curve {
    let table = io::energies(format!("data/{path}")).unwrap();
    let e: Vec<f64> = table.potential().to_vec();
    let mean = e.iter().sum::<f64>() / e.len() as f64;
    let e: Vec<f64> = e.iter().map(|x| (x - mean) / particles as f64).collect();
    let lags = Lags::logarithmic(20).up_to_fraction(0.1).resolve(e.len(), 1.0).unwrap();
    oracle::msed(&e, &lags, table.stride(), time_step, 10)
}

#[test]
fn explore() {
    for (path, n, dt, w) in [
        ("kob-andersen/T1.000/energy.dat.gz", 1000, 0.005, [0.5, 200.0]),
        ("kob-andersen/T0.800/energy.dat.gz", 1000, 0.005, [0.5, 200.0]),
        ("kob-andersen/T0.800/energy_every_step.dat.gz", 1000, 0.005, [0.5, 200.0]),
        ("kob-andersen/T0.700/energy.dat.gz", 1000, 0.005, [0.5, 200.0]),
        ("kob-andersen/T0.600/energy.dat.gz", 1000, 0.005, [1.0, 300.0]),
        ("kob-andersen/T0.550/energy.dat.gz", 1000, 0.005, [1.0, 500.0]),
        ("kob-andersen/T0.500/energy.dat.gz", 1000, 0.005, [1.5, 1500.0]),
        ("cuzr/T1600/energy.dat.gz", 2048, 0.002, [0.15, 5.0]),
        ("kob-andersen-nvt/T1.000/energy.dat.gz", 1000, 0.005, [1.0, 200.0]),
        ("kob-andersen-nvt/T0.450/energy.dat.gz", 1000, 0.005, [80.0, 4000.0]),
    ] {
        let c = curve(path, n, dt);
        println!("\n{path}");
        for model in [Model::Exponential, Model::Stretched] {
            for (window, name) in [(Window::Given(w), "given"), (Window::Automatic, "auto")] {
                for weighting in [Weighting::Uniform, Weighting::StandardErrors] {
                    let t = std::time::Instant::now();
                    let f = relaxation::fit(&c, model, window, weighting).unwrap();
                    let el = t.elapsed().as_micros();
                    println!(
                        " {model:?} {name} {weighting:?} w [{:.3},{:.1}] n {} u0 {:.5e} um {} tau {} beta {} <tau> {} cond {:.1} chi {:?} {:?} {el} us",
                        f.window()[0], f.window()[1], f.points(), f.u0_squared().value(),
                        f.um_squared().map(|x| x * 1e6), f.relaxation_time(), f.beta(), f.mean_relaxation_time(), f.condition_number(),
                        f.reduced_chi_squared(), f.termination()
                    );
                    println!("     {}", f.verdict());
                    for c in f.cautions() { println!("       - {c}"); }
                }
            }
        }
    }
}
