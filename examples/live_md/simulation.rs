//! Newton's equations for the mixture in a periodic cube, by velocity Verlet.

use rand::RngExt;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use crate::mixture::{DENSITY, LONGEST, PAIRS, count_of_a};
use crate::neighbours::{Neighbours, nearest};

/// What a run goes on from. Forces and the list of neighbours follow from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) time_step: f64,
    pub(crate) step: u64,
    pub(crate) positions: Vec<[f64; 3]>,
    pub(crate) velocities: Vec<[f64; 3]>,
    /// Where the particles were when the list was built: forces are summed in the order of the
    /// list.
    listed: Vec<[f64; 3]>,
}

impl State {
    /// Whether it is one of so many particles.
    pub(crate) fn is_whole(&self, particles: usize) -> bool {
        [&self.positions, &self.velocities, &self.listed]
            .iter()
            .all(|list| list.len() == particles && list.as_flattened().iter().all(|x| x.is_finite()))
    }
}

/// A run at constant energy.
#[derive(Debug, Clone)]
pub(crate) struct Simulation {
    side: f64,
    count_of_a: usize,
    time_step: f64,
    step: u64,
    positions: Vec<[f64; 3]>,
    velocities: Vec<[f64; 3]>,
    forces: Vec<[f64; 3]>,
    local: Vec<[f64; 3]>,
    potential_energy: f64,
    neighbours: Neighbours,
}

/// The edge of the cube that holds so many particles.
pub(crate) fn side(particles: usize) -> f64 {
    (particles as f64 / DENSITY).cbrt()
}

/// The fewest particles whose cube is wide enough for the cut-off.
pub(crate) fn fewest_particles() -> usize {
    (Neighbours::shortest_side(LONGEST).powi(3) * DENSITY).ceil() as usize
}

impl Simulation {
    /// Particles on a cubic lattice, species at random places, velocities of Maxwell at a
    /// temperature.
    pub(crate) fn on_lattice(particles: usize, temperature: f64, time_step: f64, seed: u64) -> Self {
        let mut random = Pcg64::seed_from_u64(seed);
        let edge = (1..).find(|n: &usize| n.pow(3) >= particles).unwrap_or(1);
        let spacing = side(particles) / edge as f64;
        let mut sites: Vec<[f64; 3]> = (0..edge.pow(3))
            .map(|i| [i / (edge * edge), i / edge % edge, i % edge])
            .map(|site| site.map(|x| (x as f64 + 0.5) * spacing))
            .collect();
        sites.shuffle(&mut random);
        sites.truncate(particles);
        let velocities = (0..particles)
            .map(|_| std::array::from_fn(|_| random.sample(StandardNormal)))
            .collect();
        let mut simulation = Self::resume(State {
            time_step,
            step: 0,
            listed: sites.clone(),
            positions: sites,
            velocities,
        });
        simulation.stop_drift();
        simulation.rescale(temperature);
        simulation
    }

    /// Goes on from a state, bit by bit as if it had never been left.
    pub(crate) fn resume(state: State) -> Self {
        let particles = state.positions.len();
        let side = side(particles);
        let mut simulation = Self {
            side,
            count_of_a: count_of_a(particles),
            time_step: state.time_step,
            step: state.step,
            neighbours: Neighbours::new(&state.listed, side, LONGEST),
            forces: vec![[0.0; 3]; particles],
            local: vec![[0.0; 3]; particles],
            positions: state.positions,
            velocities: state.velocities,
            potential_energy: 0.0,
        };
        simulation.sum_forces();
        simulation
    }

    /// What [`resume`](Self::resume) takes.
    pub(crate) fn state(&self) -> State {
        State {
            time_step: self.time_step,
            step: self.step,
            positions: self.positions.clone(),
            velocities: self.velocities.clone(),
            listed: self.neighbours.built_at().to_vec(),
        }
    }

    /// Melts the lattice and brings the liquid to a temperature: velocities are rescaled every ten
    /// steps, from twice the temperature down to it over the first half. Steps are then counted
    /// anew.
    pub(crate) fn equilibrate(&mut self, steps: u64, temperature: f64) {
        for step in 0..steps {
            self.advance();
            if step % 10 == 9 {
                let left = 1.0 - 2.0 * (step as f64 / steps as f64);
                self.rescale(temperature * (1.0 + left.max(0.0)));
            }
        }
        self.stop_drift();
        self.rescale(temperature);
        self.step = 0;
    }

    /// One step of velocity Verlet; positions are never wrapped.
    pub(crate) fn advance(&mut self) {
        let half = 0.5 * self.time_step;
        for ((r, v), f) in self
            .positions
            .iter_mut()
            .zip(&mut self.velocities)
            .zip(&self.forces)
        {
            for axis in 0..3 {
                v[axis] += half * f[axis];
                r[axis] += self.time_step * v[axis];
            }
        }
        if self.neighbours.is_stale(&self.positions) {
            self.neighbours.rebuild(&self.positions, self.side, LONGEST);
        }
        self.sum_forces();
        for (v, f) in self.velocities.iter_mut().zip(&self.forces) {
            for axis in 0..3 {
                v[axis] += half * f[axis];
            }
        }
        self.step += 1;
    }

    /// Forces and the potential energy at the present positions.
    fn sum_forces(&mut self) {
        let side = self.side;
        for ((local, r), offset) in self
            .local
            .iter_mut()
            .zip(&self.positions)
            .zip(self.neighbours.offsets())
        {
            *local = std::array::from_fn(|axis| r[axis] - offset[axis]);
        }
        self.forces.fill([0.0; 3]);
        self.potential_energy = 0.0;
        for i in 0..self.local.len() {
            let here = self.local[i];
            let pairs = &PAIRS[if i < self.count_of_a { 0..2 } else { 2..4 }];
            let mut sum = [0.0; 3];
            for &j in self.neighbours.after(i) {
                let j = j as usize;
                let there = self.local[j];
                let d: [f64; 3] = std::array::from_fn(|axis| nearest(here[axis] - there[axis], side));
                let squared = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                let pair = &pairs[usize::from(j >= self.count_of_a)];
                if squared < pair.reach_squared {
                    let (energy, force) = pair.at(squared);
                    self.potential_energy += energy;
                    for ((sum, other), d) in sum.iter_mut().zip(&mut self.forces[j]).zip(d) {
                        *sum += force * d;
                        *other -= force * d;
                    }
                }
            }
            for (force, sum) in self.forces[i].iter_mut().zip(sum) {
                *force += sum;
            }
        }
    }

    /// Gives the velocities a temperature.
    fn rescale(&mut self, temperature: f64) {
        let factor = (temperature / self.temperature()).sqrt();
        for v in self.velocities.as_flattened_mut() {
            *v *= factor;
        }
    }

    /// Brings the centre of mass to rest.
    fn stop_drift(&mut self) {
        let n = self.velocities.len() as f64;
        let mean = self.momentum().map(|p| p / n);
        for v in &mut self.velocities {
            for axis in 0..3 {
                v[axis] -= mean[axis];
            }
        }
    }

    pub(crate) fn particles(&self) -> usize {
        self.positions.len()
    }

    pub(crate) fn step(&self) -> u64 {
        self.step
    }

    /// Unwrapped positions, x y z of each particle; A first.
    pub(crate) fn positions(&self) -> &[[f64; 3]] {
        &self.positions
    }

    /// Of all particles together.
    pub(crate) fn potential_energy(&self) -> f64 {
        self.potential_energy
    }

    pub(crate) fn kinetic_energy(&self) -> f64 {
        0.5 * self.velocities.as_flattened().iter().map(|v| v * v).sum::<f64>()
    }

    pub(crate) fn total_energy(&self) -> f64 {
        self.potential_energy + self.kinetic_energy()
    }

    /// From the kinetic energy, with 3N - 3 degrees of freedom.
    pub(crate) fn temperature(&self) -> f64 {
        2.0 * self.kinetic_energy() / (3 * self.particles() - 3) as f64
    }

    pub(crate) fn momentum(&self) -> [f64; 3] {
        std::array::from_fn(|axis| self.velocities.iter().map(|v| v[axis]).sum())
    }

    #[cfg(test)]
    pub(crate) fn forces(&self) -> &[[f64; 3]] {
        &self.forces
    }
}
