//! Energies and times of a file in the units of the caller.

use super::table::{EnergyTable, Note, Times};
use crate::io::error::{Fault, Place, ReadError};
use crate::real::short;
use crate::units::{Units, energy_in_si, time_in_si};

/// How far a time between rows may lie off a multiple of the time step, relative to it.
const MULTIPLE: f64 = 1e-4;

/// Whether a step is as long as the caller says.
fn is_same(found: f64, time_step: f64) -> bool {
    (found / time_step - 1.0).abs() <= MULTIPLE
}

impl EnergyTable {
    /// The table in the units of `units`, where the file says what its own are. Whatever is
    /// converted has a [`Note::Converted`]; a table whose file says nothing about units is returned
    /// as it is.
    ///
    /// Files of other engines name their units: kJ/mol and ps in GROMACS and OpenMM, eV and ps in
    /// ASE, hartree and fs in CP2K, eV in GPUMD. Files of LAMMPS, NAMD and HOOMD-blue name none.
    ///
    /// # Errors
    /// [`Fault::Value`] for units without a scale, such as `lj`, unless the names of their units
    /// are those of the file; temperatures in kelvin among them.
    ///
    /// ```
    /// use msed::{Units, io::EnergyReader};
    /// let csv = "#\"Step\",\"Potential Energy (kJ/mole)\"\n0,-100\n10,-200\n";
    /// let table = EnergyReader::new().read_from(csv.as_bytes(), "openmm.csv")?;
    /// assert_eq!((table.energy_unit, table.potential[0]), (Some("kJ/mol"), -100.0));
    /// let metal = table.clone().in_units(Units::METAL)?;
    /// assert!((metal.potential[0] + 1.036_426_966).abs() < 1e-9);
    /// assert_eq!(
    ///     metal.notes[0].to_string(),
    ///     "energies are converted from kJ/mol to eV: times 0.01036426966"
    /// );
    /// assert_eq!(
    ///     table.in_units(Units::LJ).unwrap_err().to_string(),
    ///     "openmm.csv: energies in kJ/mol, expected epsilon, the unit of `lj`, to which nothing converts"
    /// );
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    pub fn in_units(mut self, units: Units) -> Result<Self, ReadError> {
        let expected = Units::ALL
            .iter()
            .map(Units::name)
            .find(|name| *name == units.name());
        if let (Some(found), Some(expected)) = (self.unit_style, expected)
            && found != expected
        {
            let message = format!("units {found}, expected {expected} as declared");
            return Err(Fault::Value(message).at(&self.file, Place::File));
        }
        // Nothing where the unit is the same.
        let factor = |quantity: &'static str, of: fn(&str) -> Option<f64>, from, to| match (of(from), of(to))
        {
            _ if from == to => Ok(None),
            (Some(found), Some(expected)) => Ok(Some(found / expected)),
            _ => {
                let found = format!("{quantity} in {from}, expected {to}");
                let units = units.name();
                Err(Fault::Value(format!(
                    "{found}, the unit of `{units}`, to which nothing converts"
                )))
            }
        };
        let file = self.file.clone();
        let at = |fault: Fault| fault.at(&file, Place::File);
        let energy = self.energy_unit.map(|from| (from, units.energy));
        if let Some((from, to)) = energy {
            if let Some(factor) = factor("energies", energy_in_si, from, to).map_err(at)? {
                self.potential.iter_mut().for_each(|energy| *energy *= factor);
                self.note_conversion("energies", from, to, factor);
            }
            self.energy_unit = Some(to);
        }
        if let (Some(from), Some(times)) = (self.time_unit, self.times) {
            let to = units.time;
            if let Some(factor) = factor("times", time_in_si, from, to).map_err(at)? {
                self.times = Some(match times {
                    Times::InPlaceOfSteps(time) => Times::InPlaceOfSteps(time * factor),
                    Times::OfSteps(time) => Times::OfSteps(time * factor),
                });
                self.note_conversion("times", from, to, factor);
            }
            self.time_unit = Some(to);
        }
        if let Some(from) = self.temperature_unit.filter(|from| *from != units.temperature) {
            let to = units.temperature;
            let message = format!(
                "temperatures in {from}, expected {to}, the unit of `{}`, to which nothing converts",
                units.name()
            );
            return Err(at(Fault::Value(message)));
        }
        self.declared = Some(units);
        Ok(self)
    }

    /// The table with temperatures that count `expected` degrees of freedom per particle, with a
    /// [`Note::DegreesOfFreedom`], where the file is of a program that counts others
    /// ([`degrees_of_freedom`](Self::degrees_of_freedom)). The kinetic energy stays: T is 2 E_kin over
    /// the degrees of freedom.
    ///
    /// ```
    /// use msed::io::EnergyReader;
    /// let ase = "Time[ps]      Etot[eV]     Epot[eV]     Ekin[eV]    T[K]\n\
    ///            0.0000  -0.10  -0.30  0.20  300.0\n0.0100  -0.10  -0.31  0.21  315.0\n";
    /// let table = EnergyReader::new().read_from(ase.as_bytes(), "md.log")?;
    /// assert_eq!(table.degrees_of_freedom, Some(3.0));
    /// // Five atoms whose centre of mass is at rest.
    /// let table = table.with_degrees_of_freedom(12.0 / 5.0);
    /// assert_eq!(table.temperature.unwrap()[0], 375.0);
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn with_degrees_of_freedom(mut self, expected: f64) -> Self {
        if let (Some(counted), Some(temperatures)) = (self.degrees_of_freedom, &mut self.temperature)
            && (counted / expected - 1.0).abs() > 1e-9
            && expected > 0.0
        {
            temperatures.iter_mut().for_each(|t| *t *= counted / expected);
            self.notes.push(Note::DegreesOfFreedom { counted, expected });
            self.degrees_of_freedom = Some(expected);
        }
        self
    }

    fn note_conversion(&mut self, quantity: &'static str, from: &'static str, to: &'static str, factor: f64) {
        self.notes.push(Note::Converted {
            quantity,
            from,
            to,
            factor,
        });
    }

    /// The time between rows, in [`time_unit`](Self::time_unit), where the file has times.
    #[must_use]
    pub fn interval(&self) -> Option<f64> {
        self.times.map(|times| match times {
            Times::InPlaceOfSteps(interval) => interval,
            Times::OfSteps(time) => time * self.stride as f64,
        })
    }

    /// The unit of times beside steps that have none in the file, where they agree with
    /// `time_step` in another unit than that of the units given to [`in_units`](Self::in_units): fs,
    /// ps or ns. Units without a scale, such as `lj`, have no other.
    #[must_use]
    pub fn unit_of_times(&self, time_step: f64) -> Option<&'static str> {
        let Some(Times::OfSteps(time)) = self.times else {
            return None;
        };
        let own = self.declared.and_then(|units| time_in_si(units.time));
        let own = own.filter(|_| self.time_unit.is_none() && !is_same(time, time_step))?;
        let mut names = ["ps", "fs", "ns"].into_iter();
        names.find(|name| time_in_si(name).is_some_and(|of| is_same(time * of / own, time_step)))
    }

    /// Steps of `time_step` between rows. Times in place of steps must be multiples of it, and
    /// times beside steps must agree with it.
    pub(super) fn stride_in(&self, time_step: f64) -> Result<u64, Fault> {
        let unit = self.time_unit.map_or_else(String::new, |unit| format!(" {unit}"));
        match self.times {
            Some(Times::InPlaceOfSteps(interval)) if time_step > 0.0 => {
                let steps = interval / time_step;
                let whole = steps.round();
                if !(1.0..=1e15).contains(&whole) || (steps / whole - 1.0).abs() > MULTIPLE {
                    return Err(Fault::Value(format!(
                        "rows are {}{unit} apart, expected a multiple of the time step of {}",
                        short(interval, 10),
                        short(time_step, 10)
                    )));
                }
                Ok(whole as u64)
            }
            Some(Times::OfSteps(time))
                if !is_same(time, time_step) && self.unit_of_times(time_step).is_none() =>
            {
                Err(Fault::Value(format!(
                    "a step is {}{unit} long by the times beside the steps, expected the time step of {}",
                    short(time, 10),
                    short(time_step, 10)
                )))
            }
            _ => Ok(self.stride),
        }
    }
}
