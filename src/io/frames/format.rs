//! The formats of files of frames.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::io::error::{Fault, Place, ReadError};
use crate::io::magic::BinaryFormat;
use crate::io::packed::Packed;
#[cfg(feature = "io")]
use crate::io::text::Text;
#[cfg(feature = "io")]
use crate::io::text::bytes::{fields, i64_field, shown};
use crate::units::Units;

/// The format of a file of frames, with the choices that it leaves open.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FrameFormat {
    /// LAMMPS dump text (`dump custom`, `dump atom`), plain or compressed with gzip, zstd or bzip2.
    ///
    /// Particles are sorted by their ids, whatever their order in the file. The column `id` is
    /// required, and every frame must have the same ids. Where a file has several kinds of
    /// coordinates, the first of this list is taken:
    ///
    /// | columns | coordinates | convention |
    /// |---|---|---|
    /// | `xu yu zu` | as they are | unwrapped |
    /// | `xsu ysu zsu` | in units of the lattice vectors, from the cell's origin | unwrapped |
    /// | `x y z` | as they are, with image flags where `ix iy iz` are there | wrapped |
    /// | `xs ys zs` | in units of the lattice vectors, with image flags likewise | wrapped |
    ///
    /// The column `type` has numbers or, with type labels, words; `element` has words. A particle
    /// whose type or element is not that of the first frame, as after `fix atom/swap`, is an error:
    /// see [`FrameReader::ignore_types`](super::FrameReader::ignore_types). Other columns are
    /// ignored. Cells are orthorhombic, triclinic (`xy xz yz` in the heading of
    /// the bounds, which include the tilt) or general triclinic (`abc origin`). A box that is not
    /// periodic in all directions gives no cell. Lengths are not scaled.
    ///
    /// Columns must be the same in every frame. A frame without all of its lines, a line without an
    /// end and a coordinate that is not a finite number are errors that name frame and line. The
    /// frames before the error are good.
    ///
    /// In a cell that changes, LAMMPS computes unwrapped coordinates as positions plus image flags
    /// times the present cell. [`Unwrapping`](crate::trajectory::Unwrapping) explains what this
    /// does to displacements; write `x y z ix iy iz` instead.
    ///
    /// Cost: one pass; memory of one frame.
    ///
    /// ```
    /// use msed::io::{FrameFormat, FrameReader};
    /// use msed::trajectory::{Species, Trajectory};
    /// let text = "ITEM: TIMESTEP\n500\nITEM: NUMBER OF ATOMS\n2\n\
    ///             ITEM: BOX BOUNDS pp pp pp\n-1 1\n-1 1\n-1 1\n\
    ///             ITEM: ATOMS id type xu yu zu\n2 2 0.5 0 0\n1 1 -3.25 0.5 0\n";
    /// let reader = FrameReader::new(text.as_bytes(), "two.lammpstrj", FrameFormat::LammpsDump)?;
    /// let species = Species::by_type(reader.types().unwrap(), [(1, "A"), (2, "B")])?;
    /// let trajectory = Trajectory::<f64>::from_source(reader, 0.005, species)?;
    /// assert_eq!(trajectory.frame(0), [-3.25, 0.5, 0.0, 0.5, 0.0, 0.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[cfg(feature = "io")]
    LammpsDump,
    /// The same without ids: the particles of every frame come in the order of the file.
    ///
    /// LAMMPS writes particles in an order that changes during a run, unless `dump_modify sort` is
    /// given. Where they are not sorted, displacements are wrong, which the reader cannot see. The
    /// column `id` is not looked at.
    #[cfg(feature = "io")]
    LammpsDumpInOrder,
    /// XYZ, plain or extended, as text or compressed with gzip, zstd or bzip2.
    ///
    /// The second line of each frame is read for the keys `Lattice` (nine numbers, three vectors),
    /// `Properties` and `step`, in upper or lower case. Other keys are ignored. `Properties` must
    /// list `pos` with three columns. It may list the names of the particles as `species` or
    /// `element`, and `id`, by which particles are then sorted. Without `Properties` the columns
    /// are name, x, y, z. Names must be the same in every frame: see
    /// [`FrameReader::ignore_types`](super::FrameReader::ignore_types). The format does not say
    /// whether coordinates are wrapped, except that `unwrapped_position`, which GPUMD writes beside
    /// `pos`, is taken in its place.
    ///
    /// The step is the key `step` or `timestep`. LAMMPS (`Atoms. Timestep: 10`), i-PI (`Step: 10`)
    /// and CP2K (`i = 10, time = ...`) write it in their own ways.
    ///
    /// A frame without all of its lines, a line without an end and a coordinate that is not a
    /// finite number are errors that name frame and line. The frames before the error are good.
    ///
    /// ```
    /// use msed::io::{FrameFormat, FrameReader};
    /// use msed::trajectory::{Species, Trajectory};
    /// let text = "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 step=10\n\
    ///             Cu 1 2 3\nZr 4 5 6\n";
    /// let format = FrameFormat::ExtXyz { stride: None };
    /// let reader = FrameReader::new(text.as_bytes(), "two.xyz", format)?;
    /// let species = Species::by_name(reader.names().iter().map(String::as_str))?;
    /// let trajectory = Trajectory::<f64>::from_source(reader, 0.002, species)?;
    /// assert_eq!(trajectory.steps(), [10]);
    /// assert_eq!(trajectory.species().indices("Zr")?, [1]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[cfg(feature = "io")]
    ExtXyz {
        /// Frame `i` is step `i` times this number. `None` where the second line of each frame has
        /// its step.
        stride: Option<u64>,
    },
    /// XTC.
    ///
    /// Steps and cells are read from the file. The step has 32 bits and goes on from its beginning
    /// where they end, as LAMMPS and GROMACS write it; it is counted on. XTC does not say whether
    /// coordinates are wrapped: LAMMPS writes unwrapped coordinates under `dump_modify unwrap yes`,
    /// GROMACS writes wrapped ones by default.
    ///
    /// XTC is in nanometres by convention. LAMMPS writes lengths of `units lj` unscaled, and
    /// lengths of `metal` and `real` divided by ten. The reader multiplies all lengths with
    /// `scale`: 1 for Lennard-Jones lengths, 10 for angstrom.
    ///
    /// All frames must have the precision of the first.
    ///
    /// Like other readers, this one decodes coordinates to single precision and scales them
    /// afterwards.
    ///
    /// Cost: about 10 nanoseconds for each particle and frame; the memory of one compressed frame.
    ///
    /// ```
    /// use msed::io::{FrameFormat, FrameReader};
    /// use msed::trajectory::{Species, Trajectory};
    /// let file = "data/kob-andersen/T0.700/trajectory.xtc";
    /// let reader = FrameReader::open(file, FrameFormat::Xtc { scale: 1.0 })?;
    /// let species = Species::by_count([("A", 800), ("B", 200)])?;
    /// let trajectory = Trajectory::<f32>::from_source(reader, 0.005, species)?;
    /// assert_eq!((trajectory.frames(), trajectory.particles()), (1000, 1000));
    /// assert_eq!(trajectory.sampling().unwrap().interval(), 0.5);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[cfg(feature = "xtc")]
    Xtc {
        /// The factor of all lengths.
        scale: f64,
    },
    /// DCD of CHARMM, NAMD, X-PLOR, OpenMM and LAMMPS (`dump dcd`), in either byte order, with
    /// record lengths of four bytes or eight.
    ///
    /// Frame `i` is step `istart + i nsavc` of the header. Some converters write 0 and 1 there
    /// whatever the steps were:
    /// [`FrameReader::steps_of_header`](super::FrameReader::steps_of_header) gives the two numbers,
    /// and `stride` replaces them. The length of a step in the header is not used, since programs
    /// write it in several units.
    ///
    /// Lengths are in angstrom by convention, in which LAMMPS writes `metal` and `real` lengths; it
    /// writes `lj` lengths unscaled. The reader multiplies all lengths with `scale`.
    ///
    /// The unit cell is read in all of its conventions: lengths with angles in degrees, lengths
    /// with cosines, and CHARMM's symmetric matrix of vectors. As in other readers, three angles
    /// from -1 to 1 are cosines. Particles that are fixed keep their positions of the first frame.
    /// Velocities (`VELD`) and a fourth dimension are refused. The format does not say whether
    /// coordinates are wrapped.
    ///
    /// Positions have single precision. Memory of one frame.
    #[cfg(feature = "dcd")]
    Dcd {
        /// The factor of all lengths.
        scale: f64,
        /// Frame `i` is step `i` times this number. `None` for the steps of the header.
        stride: Option<u64>,
    },
    /// TRR of GROMACS, in single or double precision.
    ///
    /// Frames without positions, which have velocities or forces alone, are passed over; so are
    /// velocities and forces. Steps and cells are read from the file, steps past 32 bits as in XTC.
    /// Lengths are in nanometres by convention, and are multiplied with `scale`. The format does
    /// not say whether coordinates are wrapped; GROMACS writes wrapped ones by default.
    #[cfg(feature = "trr")]
    Trr {
        /// The factor of all lengths.
        scale: f64,
    },
    /// GSD of HOOMD-blue, version 1 and 2, schema `hoomd`.
    ///
    /// What a frame lacks is as in the first frame. Positions are wrapped, with image flags where
    /// frames after the first have them: HOOMD-blue writes `particles/image` with
    /// `dynamic=['momentum']` or `'particles/image'`, and otherwise in the first frame alone, where
    /// it says nothing of the others. A file without a box has no cell and coordinates of unknown
    /// convention. Types are numbers from 0 ([`FrameReader::types`](super::FrameReader::types))
    /// with names ([`FrameReader::names`](super::FrameReader::names)), and must be the same in
    /// every frame. Lengths are not scaled.
    ///
    /// A reader that is not a file is read into memory as a whole, since the index may stand at the
    /// end.
    #[cfg(feature = "gsd")]
    Gsd,
}

/// Bytes that are looked at.
const HEAD: u64 = 1 << 14;

impl FrameFormat {
    /// The format of a file, which its first bytes tell, with the choices that [`frames`] makes.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened, or begins like no format that is compiled in.
    ///
    /// [`frames`]: super::frames
    pub fn of(path: impl AsRef<Path>, units: Units) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| Fault::Open(source).at(path, Place::File))?;
        let mut file = Packed::new(file, path)?;
        let mut head = Vec::new();
        let read = file.by_ref().take(HEAD).read_to_end(&mut head);
        read.map_err(|source| file.fault(source).at(path, Place::Line(0)).in_frame(0))?;
        if head.is_empty() {
            return Err(Fault::no_frame().at(path, Place::File));
        }
        let Some(binary) = BinaryFormat::of(&head) else {
            return Self::of_text(path, &head);
        };
        let found = match binary {
            #[cfg(feature = "xtc")]
            BinaryFormat::Xtc => Some(Self::Xtc {
                scale: units.xtc_length,
            }),
            #[cfg(feature = "trr")]
            BinaryFormat::Trr => Some(Self::Trr {
                scale: units.xtc_length,
            }),
            #[cfg(feature = "dcd")]
            BinaryFormat::Dcd => Some(Self::Dcd {
                scale: units.dcd_length(),
                stride: None,
            }),
            #[cfg(feature = "gsd")]
            BinaryFormat::Gsd => Some(Self::Gsd),
            _ => None,
        };
        // Some formats have a convention for lengths.
        let _ = units;
        found.ok_or_else(|| {
            let found = format!("{}, expected {}", binary.name(), expected());
            Fault::Format(found).at(path, Place::Byte(0)).in_frame(0)
        })
    }

    #[cfg(not(feature = "io"))]
    fn of_text(path: &Path, _: &[u8]) -> Result<Self, ReadError> {
        let found = format!("another beginning of the file, expected {}", expected());
        Err(Fault::Format(found).at(path, Place::Byte(0)).in_frame(0))
    }

    #[cfg(feature = "io")]
    fn of_text(path: &Path, head: &[u8]) -> Result<Self, ReadError> {
        let mut text = Text::new(head, path)?;
        let head = text.head().map_err(|error| error.in_frame(0))?;
        let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.find(|line| !line.is_empty());
        let first = first.ok_or_else(|| Fault::no_frame().at(path, Place::File))?;
        let mut words = fields(first);
        let number = words.next().is_some_and(|word| i64_field(word).is_some());
        if first.starts_with(b"ITEM:") {
            return Ok(Self::LammpsDump);
        }
        if number && words.next().is_none() {
            return Ok(Self::ExtXyz { stride: None });
        }
        let found = format!(
            "the beginning of the file is `{}`, expected {}",
            shown(first),
            expected()
        );
        Err(Fault::Format(found).at(path, Place::Byte(0)).in_frame(0))
    }
}

/// The formats that are compiled in.
fn expected() -> String {
    let binary = [
        ("XTC", cfg!(feature = "xtc")),
        ("DCD", cfg!(feature = "dcd")),
        ("TRR", cfg!(feature = "trr")),
        ("GSD", cfg!(feature = "gsd")),
    ];
    let mut known: Vec<&str> = binary
        .iter()
        .filter(|(_, read)| *read)
        .map(|(name, _)| *name)
        .collect();
    if cfg!(feature = "io") {
        known.push("`ITEM:` of a LAMMPS dump");
        known.push("the number of particles of an XYZ file");
    }
    let last = known.pop().unwrap_or("no format");
    if known.is_empty() {
        last.to_owned()
    } else {
        format!("{} or {last}", known.join(", "))
    }
}
