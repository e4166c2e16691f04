//! Correlations with one fault each: the checker must say which law it breaks.

use msed::structure::WaveVectors;

use super::particles::{coherent, isotropic, of_a_gaussian_walk, self_isf};
use super::{
    ANOTHER_WAY, AT_ZERO, Correlator, GAUSSIAN_WALK, LAWS, ORDER, PARTS, POOL, REVERSAL, Run, SCALE,
    SYMMETRY, TRANSLATION, energies, particles,
};

fn assert_breaks<R: Run + 'static>(fault: &str, correlator: &Correlator<R>, law: usize) {
    let found = correlator.check().map_err(|broken| broken.law);
    assert_eq!(found, Err(LAWS[law]), "{fault}");
}

#[test]
fn a_planted_fault_breaks_its_law() {
    for (fault, law) in [
        ("measured from the origin", TRANSLATION),
        ("the first particle counts double", ORDER),
        ("early origins count double", REVERSAL),
        ("species count alike", PARTS),
        ("mean of the runs' means", POOL),
    ] {
        assert_breaks(fault, &particles::faulty(fault), law);
    }
    assert_eq!(particles::faulty("none").check(), Ok(()));
    for (fault, law) in [
        ("relative to the energy", TRANSLATION),
        ("rises count double", REVERSAL),
        ("over all samples", POOL),
        ("with a number in it", SCALE),
    ] {
        assert_breaks(fault, &energies::faulty(fault), law);
    }
    assert_eq!(energies::faulty("none").check(), Ok(()));
}

#[test]
fn a_fault_in_a_scattering_function_breaks_its_law() {
    let shell = |run: &_| particles::shell(run);
    let sound = self_isf(shell).means;
    let mut divided = self_isf(shell);
    divided.means = Box::new(move |runs| {
        let mut means = sound(runs);
        for mean in &mut means {
            let n = mean.share.expect("particles");
            mean.values.iter_mut().for_each(|f| *f *= n / (n - 1.0));
        }
        means
    });
    assert_breaks("divided by N - 1", &divided, AT_ZERO);
    // In the order of a listing the first half of a shell has its vectors on one side.
    let half = self_isf(|run| {
        let whole = particles::shell(run);
        let half = &whole.integers()[..whole.count() / 2];
        WaveVectors::from_integers(whole.cell().expect("a cell"), half).expect("vectors")
    });
    assert_breaks("half of the shell", &half, SYMMETRY);
    let along_the_axes = isotropic(Some(|q| {
        WaveVectors::from_vectors(&[[q, 0.0, 0.0], [0.0, q, 0.0], [0.0, 0.0, q]]).expect("vectors")
    }));
    assert_breaks("along the axes", &along_the_axes, ANOTHER_WAY);
    assert_breaks(
        "the first half of the run",
        &coherent(2.0, |frames| frames / 2),
        ANOTHER_WAY,
    );
    assert_breaks("AB counted once", &coherent(1.0, |frames| frames), PARTS);
    assert_breaks("the square of F_s", &of_a_gaussian_walk(true), GAUSSIAN_WALK);
}
