//! A spectrum of no form but smoothness.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::periodogram::Bin;

/// Pieces of constant curvature.
const PIECES: usize = 16;
/// The level, the slope, and the curvature of each piece.
const PARAMETERS: usize = PIECES + 2;
/// Standard deviations of the curvature: changes of the slope over a unit of u. A Lorentzian has
/// none, a resonance one of about 1.
const CURVATURES: [f64; 3] = [0.15, 0.5, 1.5];
/// Standard deviation of the slope at zero. That of a Lorentzian is -1.
const SLOPE: f64 = 2.0;
/// Ratio of neighbouring squared frequencies below which a spectrum is flat.
const SCALES: f64 = 2.0;
/// The lowest of them, over the lowest squared frequency of the data.
const LOWEST: f64 = 4.0;
/// Curves that are less probable than this part of the most probable are left out.
const NEGLIGIBLE: f64 = 1e-3;
const ITERATIONS: usize = 60;

/// ln S(w) as a smooth function of u = ln(1 + x/x0), x = 4 sin²(w/2): a level at w = 0, a slope and
/// a curvature that is constant in each of sixteen pieces and about as large as a prior says.
///
/// x grows as w², so that every such curve is even about w = 0, as spectra of correlations are that
/// can be integrated, and x0 is where it stops to be flat.
#[derive(Debug, Clone)]
pub(super) struct SmoothSpectrum {
    /// Where the curve stops to be flat.
    pub(super) scale: f64,
    /// Length of a piece.
    piece: f64,
    /// Inverse variances of the prior.
    prior: DVector<f64>,
    parameters: DVector<f64>,
    /// Variance of ln S(0) by the scatter of the ordinates alone.
    pub(super) variance: f64,
    /// Its probability given the data.
    pub(super) probability: f64,
}

/// 4 sin²(w/2): the square of the frequency, and periodic as spectra of samples are.
fn squared(frequency: f64) -> f64 {
    4.0 * (0.5 * frequency).sin().powi(2)
}

impl SmoothSpectrum {
    /// The curves through these bins, for every place where the spectrum may become flat and for
    /// three sizes of curvature, with their probability. Empty where no curve describes the bins.
    pub(super) fn all(bins: &[Bin]) -> Vec<Self> {
        let ends = bins.first().zip(bins.last());
        let Some((lowest, highest)) = ends.map(|(a, b)| (squared(a.frequency), squared(b.frequency))) else {
            return Vec::new();
        };
        let mut curves = Vec::new();
        let mut scale = LOWEST * lowest;
        while scale <= highest {
            for curvature in CURVATURES {
                curves.extend(Self::new(bins, scale, highest, curvature));
            }
            scale *= SCALES;
        }
        let top = curves
            .iter()
            .map(|(_, log)| *log)
            .fold(f64::NEG_INFINITY, f64::max);
        curves.retain(|(_, log)| *log > top + NEGLIGIBLE.ln());
        let sum: f64 = curves.iter().map(|(_, log)| (log - top).exp()).sum();
        let probable = |(curve, log): (Self, f64)| Self {
            probability: (log - top).exp() / sum,
            ..curve
        };
        curves.into_iter().map(probable).collect()
    }

    /// The most probable curve of this prior, and ln of the evidence for the prior by Laplace's
    /// method, to a constant. Newton's method: the objective is convex.
    fn new(bins: &[Bin], scale: f64, highest: f64, curvature: f64) -> Option<(Self, f64)> {
        let piece = (highest / scale).ln_1p() / PIECES as f64;
        let mut prior = DVector::from_element(PARAMETERS, piece / (curvature * curvature));
        prior[0] = 0.0;
        prior[1] = SLOPE.powi(-2);
        let (ordinates, power) = bins.iter().fold((0.0, 0.0), |(n, p), bin| {
            (n + bin.ordinates, p + bin.ordinates * bin.power)
        });
        let mut parameters = DVector::zeros(PARAMETERS);
        parameters[0] = (power / ordinates).ln();
        let mut curve = Self {
            scale,
            piece,
            prior,
            parameters,
            variance: f64::NAN,
            probability: f64::NAN,
        };
        let rows: Vec<DVector<f64>> = bins.iter().map(|bin| curve.row(bin.frequency)).collect();
        let mut objective = curve.objective(bins, &rows, &curve.parameters);
        for iteration in 0..ITERATIONS {
            let (gradient, information) =
                curve.step(
                    bins,
                    &rows,
                    |ratio| {
                        if iteration < 2 { ratio.max(1.0) } else { ratio }
                    },
                );
            let step = information.cholesky()?.solve(&gradient);
            let before = objective;
            let mut length = 1.0;
            loop {
                let trial = &curve.parameters + &step * length;
                let found = curve.objective(bins, &rows, &trial);
                if found <= objective + 1e-12 * objective.abs() {
                    (curve.parameters, objective) = (trial, found);
                    break;
                }
                length *= 0.5;
                if length < 1e-6 {
                    return None;
                }
            }
            if iteration > 2 && before - objective < 1e-7 {
                let root = curve.step(bins, &rows, |_| 1.0).1.cholesky()?;
                let log_evidence = curve.log_evidence(&root, objective);
                curve.variance = curve.variance_of_level(&root);
                return Some((curve, log_evidence));
            }
        }
        None
    }

    /// What multiplies the parameters in ln S.
    fn row(&self, frequency: f64) -> DVector<f64> {
        let u = (squared(frequency) / self.scale).ln_1p();
        DVector::from_fn(PARAMETERS, |j, _| match j {
            0 => 1.0,
            1 => u,
            _ => {
                // A curvature of 1 in this piece, integrated twice.
                let inside = u - (j - 2) as f64 * self.piece;
                if inside <= 0.0 {
                    0.0
                } else if inside < self.piece {
                    0.5 * inside * inside
                } else {
                    self.piece * (inside - 0.5 * self.piece)
                }
            }
        })
    }

    /// `sum ln S + I/S` over all ordinates, and half of the squares of the prior.
    fn objective(&self, bins: &[Bin], rows: &[DVector<f64>], parameters: &DVector<f64>) -> f64 {
        let of_bin = |(bin, row): (&Bin, &DVector<f64>)| {
            let log = row.dot(parameters);
            bin.ordinates * (log + bin.power * (-log).exp())
        };
        let prior = parameters.component_mul(parameters).dot(&self.prior);
        bins.iter().zip(rows).map(of_bin).sum::<f64>() + 0.5 * prior
    }

    /// The descent, and the matrix of second derivatives with each ordinate counted by a weight of
    /// its ratio to the spectrum: 1 for the expected matrix.
    fn step(
        &self,
        bins: &[Bin],
        rows: &[DVector<f64>],
        weight: impl Fn(f64) -> f64,
    ) -> (DVector<f64>, DMatrix<f64>) {
        let mut gradient = -self.parameters.component_mul(&self.prior);
        let mut information = DMatrix::from_diagonal(&self.prior);
        for (bin, row) in bins.iter().zip(rows) {
            let ratio = bin.power * (-row.dot(&self.parameters)).exp();
            gradient.axpy(bin.ordinates * (ratio - 1.0), row, 1.0);
            information.ger(bin.ordinates * weight(ratio), row, row, 1.0);
        }
        (gradient, information)
    }

    fn log_evidence(&self, root: &Cholesky<f64, Dyn>, objective: f64) -> f64 {
        let half_log_determinant: f64 = root.l_dirty().diagonal().iter().map(|x| x.ln()).sum();
        let half_log_prior: f64 = 0.5 * self.prior.iter().skip(1).map(|x| x.ln()).sum::<f64>();
        half_log_prior - half_log_determinant - objective
    }

    fn variance_of_level(&self, root: &Cholesky<f64, Dyn>) -> f64 {
        let mut unit = DVector::zeros(PARAMETERS);
        unit[0] = 1.0;
        let column = root.solve(&unit);
        column[0] - column.component_mul(&column).dot(&self.prior)
    }

    /// ln S(0).
    pub(super) fn log_level(&self) -> f64 {
        self.parameters[0]
    }

    /// ln S at an angular frequency per sample.
    pub(super) fn log_at(&self, frequency: f64) -> f64 {
        self.row(frequency).dot(&self.parameters)
    }

    /// ln S(0) of a resample of the bins, by two steps of Fisher's scoring from the whole; `None`
    /// where nothing is left. Powers of a resample may be negative, which does no harm there.
    pub(super) fn log_level_of(&self, bins: &[Bin]) -> Option<f64> {
        let mut curve = self.clone();
        let rows: Vec<DVector<f64>> = bins.iter().map(|bin| self.row(bin.frequency)).collect();
        for _ in 0..2 {
            let (gradient, information) = curve.step(bins, &rows, |_| 1.0);
            curve.parameters += information.cholesky()?.solve(&gradient);
        }
        Some(curve.log_level())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::periodogram::Periodogram;

    /// ln S(0) over that of the truth, of a spectrum without noise, in units of the error that the
    /// scatter of the ordinates gives it.
    fn bias(spectrum: impl Fn(f64) -> f64) -> f64 {
        let mut bins = Periodogram::planned(40_000).bins;
        for bin in &mut bins {
            bin.power = spectrum(bin.frequency);
        }
        let curves = SmoothSpectrum::all(&bins);
        let average = |of: fn(&SmoothSpectrum) -> f64| -> f64 {
            curves.iter().map(|curve| curve.probability * of(curve)).sum()
        };
        assert!((average(|_| 1.0) - 1.0).abs() < 1e-12);
        let error = average(|curve| curve.variance).sqrt();
        let bias = average(SmoothSpectrum::log_level) - spectrum(0.0).ln();
        println!("bias {bias:.4}, error {error:.4}");
        bias / error
    }

    /// The prior draws the level by less than two fifths of its error: most where two relaxations
    /// lie a factor of ten apart, a third of it.
    #[test]
    fn the_level_at_zero_is_that_of_any_smooth_even_spectrum() {
        let rate = 0.02_f64;
        let lorentzian = move |w: f64, rate: f64| rate / (rate * rate + squared(w));
        let resonance = |w: f64| {
            let x = squared(w);
            1.0 / ((x - 25.0 * rate * rate).powi(2) + 16.0 * x * rate * rate)
        };
        let two = |w: f64| lorentzian(w, rate) + 0.5 * lorentzian(w, 10.0 * rate);
        for found in [
            bias(|_| 3.0),
            bias(|w| lorentzian(w, rate)),
            bias(two),
            bias(resonance),
        ] {
            assert!(found.abs() < 0.4, "{found} errors");
        }
    }
}
