//! The three or four records before the frames.

use std::io::Read;

use super::records::Records;
use crate::io::binary::Found;
use crate::io::error::Fault;

/// The first record: a word of four letters and twenty integers.
const CONTROL: u64 = 84;
/// No program writes more lines of titles.
const LONGEST_TITLES: u64 = 1 << 20;

/// What the file says of its frames.
pub(super) struct Header {
    pub(super) first_step: u64,
    /// Steps between frames.
    pub(super) spacing: u64,
    pub(super) has_cell: bool,
    pub(super) particles: usize,
    /// The particles that frames after the first have; none where they have all.
    pub(super) free: Vec<u32>,
}

impl Header {
    /// The length of the record that a frame begins with.
    pub(super) fn first_record(&self, index: usize) -> u64 {
        if self.has_cell {
            48
        } else {
            self.of_coordinates(index)
        }
    }

    /// The length of a record of coordinates.
    pub(super) fn of_coordinates(&self, index: usize) -> u64 {
        let all = index == 0 || self.free.is_empty();
        4 * if all { self.particles } else { self.free.len() } as u64
    }

    /// Reads the header; `None` for an empty file.
    pub(super) fn read<R: Read>(records: &mut Records<R>, stride: Option<u64>) -> Found<Option<Self>> {
        if records.file.take(8)? == 0 {
            return Ok(None);
        }
        records.file.whole(8)?;
        let begin: [u8; 8] = *records.file.bytes.first_chunk().unwrap_or(&[0; 8]);
        let [a, b, c, d, e, f, g, h] = begin;
        let (word, second) = ([a, b, c, d], [e, f, g, h]);
        let control = CONTROL as u32;
        let (wide, little) = if u32::from_le_bytes(word) == control && second != [0; 4] {
            (false, true)
        } else if u32::from_be_bytes(word) == control {
            (false, false)
        } else if u64::from_le_bytes(begin) == CONTROL {
            (true, true)
        } else if u64::from_be_bytes(begin) == CONTROL {
            (true, false)
        } else {
            let found = u32::from_le_bytes(word);
            return Err(records.file.value("the length of the first record", &found, "84"));
        };
        (records.wide, records.file.little_endian) = (wide, little);
        let letters = if wide {
            records.file.take_all(4)?;
            *records.file.bytes.first_chunk().unwrap_or(&[0; 4])
        } else {
            second
        };
        match &letters {
            b"CORD" => {}
            b"VELD" => {
                let found = "the file has velocities, expected positions (a DCD of `CORD`)";
                return Err(records.file.here(Fault::Format(found.to_owned())));
            }
            other => {
                let found = String::from_utf8_lossy(other).into_owned();
                return Err(records.file.value("the kind of data", &found, "CORD"));
            }
        }
        records.file.take_all(CONTROL - 4)?;
        let numbers: [u32; 20] = records.file.words()?;
        records.close_record(CONTROL)?;
        let titles = records.open_record()?;
        if titles > LONGEST_TITLES {
            return Err(records
                .file
                .value("the length of the titles", &titles, "a megabyte at most"));
        }
        records.end_record(titles)?;
        records.begin_record(4, true)?;
        records.end_record(4)?;
        let [particles] = records.file.words()?;
        if i32::try_from(particles).map_or(true, |n| n < 1) {
            let found = particles.cast_signed();
            return Err(records
                .file
                .value("the number of particles", &found, "1 at least"));
        }
        let free = Self::free(records, particles, numbers[8])?;
        Self::of(records, stride, &numbers, particles, free).map(Some)
    }

    /// What the integers of the first record say.
    fn of<R: Read>(
        records: &Records<R>,
        stride: Option<u64>,
        numbers: &[u32; 20],
        particles: u32,
        free: Vec<u32>,
    ) -> Found<Self> {
        // CHARMM's version. The files of X-PLOR have zero there, and neither cells nor a fourth
        // dimension.
        let charmm = numbers[19] != 0;
        if charmm && numbers[11] == 1 {
            let found = "the file has a fourth dimension, expected three (no 4D dynamics of CHARMM)";
            return Err(records.file.here(Fault::Format(found.to_owned())));
        }
        let spacing = numbers[2];
        if stride.is_none() && i32::try_from(spacing).map_or(true, |n| n < 1) {
            let found = format!("the file says {} steps between frames", spacing.cast_signed());
            let expected = "expected 1 or more, or a stride from the caller";
            return Err(records.file.here(Fault::Steps(format!("{found}, {expected}"))));
        }
        Ok(Self {
            // Steps past 2^31 have gone round.
            first_step: u64::from(numbers[1]),
            spacing: u64::from(spacing),
            has_cell: charmm && numbers[10] != 0,
            particles: particles as usize,
            free,
        })
    }

    /// The particles that are not fixed; none where no particle is fixed.
    fn free<R: Read>(records: &mut Records<R>, particles: u32, fixed: u32) -> Found<Vec<u32>> {
        if fixed == 0 {
            return Ok(Vec::new());
        }
        let Some(count) = particles.checked_sub(fixed).filter(|&count| count > 0) else {
            let expected = "fewer than there are particles";
            return Err(records
                .file
                .value("the number of fixed particles", &fixed.cast_signed(), expected));
        };
        let length = 4 * u64::from(count);
        records.begin_record(length, true)?;
        records.end_record(length)?;
        let (words, _) = records.file.bytes.as_chunks::<4>();
        let numbers: Vec<u32> = words.iter().map(|&word| records.file.word(word)).collect();
        let rising = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let sound = rising && numbers.first() >= Some(&1) && numbers.last() <= Some(&particles);
        if !sound {
            let expected = "numbers of particles in rising order";
            let found = format_args!("{:?} to {:?}", numbers.first(), numbers.last());
            return Err(records.file.value("the list of free particles", &found, expected));
        }
        Ok(numbers.into_iter().map(|number| number - 1).collect())
    }
}
