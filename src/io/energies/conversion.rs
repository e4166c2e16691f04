//! Energies and times of a file in the units of the caller.

use super::layout::ENERGY_PER_VOLUME;
use super::table::{EnergyTable, Note, Times};
use crate::io::error::{Fault, Place, ReadError};
use crate::real::short;
use crate::sampling::Sampling;
use crate::units::{UNNAMED_TEMPERATURE, Units, energy_in_si, length_in_si, pressure_in_si, time_in_si};

impl EnergyTable {
    /// The table in the units of `units`, where the file says what its own are. Whatever is
    /// converted has a [`Note::Converted`]; a table whose file says nothing about units is returned
    /// as it is.
    ///
    /// Files of other engines name their units: kJ/mol and ps in GROMACS and OpenMM, eV and ps in
    /// ASE, hartree and fs in CP2K, eV in GPUMD. Files of LAMMPS, NAMD and HOOMD-blue name none.
    /// Pressures are in bar in GROMACS and NAMD, and energies per volume in HOOMD-blue. Pressures
    /// and volumes that nothing converts are left out, with a [`Note::LeftOut`].
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
        let is_other_energy = self.energy_unit.is_some_and(|from| from != units.energy);
        self.convert_pressures(units, is_other_energy);
        self.convert_volumes(units);
        let energy = self.energy_unit.map(|from| (from, units.energy));
        if let Some((from, to)) = energy {
            if let Some(factor) = factor("energies", energy_in_si, from, to).map_err(at)? {
                let energies = self.potential.iter_mut().chain(self.total.iter_mut().flatten());
                energies.for_each(|energy| *energy *= factor);
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
        // Times without a unit count in that of `units`, which may be another. Units without a
        // scale have no other.
        if self.time_unit.is_none() && time_in_si(units.time).is_some() {
            self.notes.iter_mut().for_each(|note| note.assume(units.time));
        }
        // A caller's own unit of temperature has no name unless the caller gives it one.
        let is_known = |unit: &str| unit != UNNAMED_TEMPERATURE;
        let to = units.temperature;
        if let Some(from) = self.temperature_unit.filter(|from| *from != to && is_known(to)) {
            let message = format!(
                "temperatures in {from}, expected {to}, the unit of `{}`, to which nothing converts",
                units.name()
            );
            return Err(at(Fault::Value(message)));
        }
        self.declared = Some(units);
        Ok(self)
    }

    /// Pressures in the unit of `units`. Those that nothing converts are left out: they may belong
    /// to a file that was never meant for its pressures.
    fn convert_pressures(&mut self, units: Units, is_other_energy: bool) {
        let Some(pressures) = &mut self.pressure else {
            return;
        };
        let to = units.pressure();
        let why = match self.pressure_unit {
            None if is_other_energy => format!("its unit is not known, expected {to}"),
            None => return,
            Some(from) if from == to => return,
            Some(from) => {
                let factor = match from {
                    ENERGY_PER_VOLUME => Some(units.pressure_volume().recip()),
                    _ => pressure_in_si(from)
                        .zip(pressure_in_si(to))
                        .map(|(from, to)| from / to),
                };
                match factor {
                    Some(factor) => {
                        pressures.iter_mut().for_each(|pressure| *pressure *= factor);
                        self.pressure_unit = Some(to);
                        if factor != 1.0 {
                            self.note_conversion("pressures", from, to, factor);
                        }
                        return;
                    }
                    None => format!("it is in {from}, expected {to}, to which nothing converts"),
                }
            }
        };
        self.pressure = None;
        let quantity = "pressure";
        self.notes.push(Note::LeftOut { quantity, why });
    }

    /// Volumes in cubes of the unit of length of `units`, or none.
    fn convert_volumes(&mut self, units: Units) {
        let (Some(volumes), Some(from)) = (&mut self.volume, self.volume_unit) else {
            return;
        };
        let to = units.length;
        if from == to {
            return;
        }
        if let (Some(of_file), Some(wanted)) = (length_in_si(from), length_in_si(to)) {
            let factor = (of_file / wanted).powi(3);
            volumes.iter_mut().for_each(|volume| *volume *= factor);
            self.volume_unit = Some(to);
            self.note_conversion("volumes, in cubes,", from, to, factor);
            return;
        }
        self.volume = None;
        let why = format!("it is in cubes of {from}, expected {to}, to which nothing converts");
        self.notes.push(Note::LeftOut {
            quantity: "volume",
            why,
        });
    }

    /// The table with temperatures that count `expected` degrees of freedom per particle, with a
    /// [`Note::DegreesOfFreedom`], where the file is of a program that counts others
    /// ([`degrees_of_freedom`](Self::degrees_of_freedom)). The kinetic energy stays: T is 2 E_kin
    /// over the degrees of freedom.
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

    /// The unit of times beside steps that have none in the file, where they agree with `time_step`
    /// in another unit than that of the units given to [`in_units`](Self::in_units): fs, ps or ns.
    /// Units without a scale, such as `lj`, have no other.
    #[must_use]
    pub fn unit_of_times(&self, time_step: f64) -> Option<&'static str> {
        let Some(Times::OfSteps(time)) = self.times else {
            return None;
        };
        let own = self.declared.and_then(|units| time_in_si(units.time));
        let own =
            own.filter(|_| self.time_unit.is_none() && Sampling::steps_in(time, time_step) != Some(1))?;
        let mut names = ["ps", "fs", "ns"].into_iter();
        names.find(|name| {
            time_in_si(name).is_some_and(|of| Sampling::steps_in(time * of / own, time_step) == Some(1))
        })
    }

    /// Steps of `time_step` between rows. Times in place of steps must be multiples of it, and
    /// times beside steps must agree with it.
    pub(super) fn stride_in(&self, time_step: f64) -> Result<u64, Fault> {
        let unit = self.time_unit.map_or_else(String::new, |unit| format!(" {unit}"));
        match self.times {
            Some(Times::InPlaceOfSteps(interval)) if time_step > 0.0 => {
                Sampling::steps_in(interval, time_step).ok_or_else(|| {
                    Fault::Value(format!(
                        "rows are {}{unit} apart, expected a multiple of the time step of {}",
                        short(interval, 10),
                        short(time_step, 10)
                    ))
                })
            }
            Some(Times::OfSteps(time))
                if Sampling::steps_in(time, time_step) != Some(1)
                    && self.unit_of_times(time_step).is_none() =>
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
