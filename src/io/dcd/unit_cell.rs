//! The conventions of the unit cell.

use crate::io::error::Fault;

/// The lattice vectors that six numbers of a frame mean; `None` for six zeros.
///
/// Programs write, in this order, the lengths and angles `a, gamma, b, beta, alpha, c`: the angles
/// in degrees, or as cosines (NAMD, LAMMPS, OpenMM). Newer versions of CHARMM write the lower half
/// of a symmetric matrix whose rows are the vectors: `xx, xy, yy, xz, yz, zz`. As in other readers,
/// three numbers from -1 to 1 in place of the angles are cosines; a negative number, or an angle
/// past 180 degrees, means the matrix.
pub(super) fn vectors(numbers: [f64; 6]) -> Result<Option<[[f64; 3]; 3]>, Fault> {
    if numbers == [0.0; 6] {
        return Ok(None);
    }
    if let Some(found) = numbers.iter().find(|x| !x.is_finite()) {
        return Err(Fault::value(
            "a number of the unit cell",
            found,
            "a finite number",
        ));
    }
    let [a, gamma, b, beta, alpha, c] = numbers;
    let angles = [alpha, beta, gamma];
    let cosines = if angles.iter().all(|x| x.abs() <= 1.0) {
        angles
    } else if numbers.iter().any(|&x| x < 0.0) || angles.iter().any(|&x| x > 180.0) {
        let [xx, xy, yy, xz, yz, zz] = numbers;
        return Ok(Some([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]));
    } else {
        // The cosine of a right angle is zero, which that of pi/2 is not.
        angles.map(|x| if x == 90.0 { 0.0 } else { x.to_radians().cos() })
    };
    let [alpha, beta, gamma] = cosines;
    let sine = (1.0 - gamma * gamma).sqrt();
    let (xz, yz) = (c * beta, c * (alpha - beta * gamma) / sine);
    let zz = (c * c - xz * xz - yz * yz).sqrt();
    Ok(Some([[a, 0.0, 0.0], [b * gamma, b * sine, 0.0], [xz, yz, zz]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_ways_to_write_one_cell() {
        let expected = [[10.0, 0.0, 0.0], [2.0, 20.0, 0.0], [-3.0, 4.0, 8.0]];
        let dot = |i: usize, j: usize| (0..3).map(|k| expected[i][k] * expected[j][k]).sum::<f64>();
        let length = |i: usize| dot(i, i).sqrt();
        let cosine = |i: usize, j: usize| dot(i, j) / length(i) / length(j);
        let with = |angle: fn(f64) -> f64| {
            let angles = [(0, 1), (0, 2), (1, 2)].map(|(i, j)| angle(cosine(i, j)));
            [length(0), angles[0], length(1), angles[1], angles[2], length(2)]
        };
        for numbers in [with(|x| x), with(|x| x.acos().to_degrees())] {
            let found = vectors(numbers).unwrap().unwrap();
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
        let right = Some([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 5.0]]);
        for angle in [0.0, 90.0] {
            assert_eq!(vectors([3.0, angle, 4.0, angle, angle, 5.0]).unwrap(), right);
        }
        let matrix = vectors([30.0, -2.0, 31.0, 3.0, 1.0, 32.0]).unwrap();
        assert_eq!(
            matrix,
            Some([[30.0, -2.0, 3.0], [-2.0, 31.0, 1.0], [3.0, 1.0, 32.0]])
        );
        assert_eq!(vectors([0.0; 6]).unwrap(), None);
        assert!(vectors([f64::NAN; 6]).is_err());
    }
}
