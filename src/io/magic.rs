//! What the first bytes of a file tell.

/// How many bytes are looked at.
pub(super) const BYTES: usize = 8;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Bzip2,
    Other {
        name: &'static str,
        /// The command that decompresses it.
        command: &'static str,
    },
}

impl Packing {
    /// The compression of a file that begins so.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let other = |name, command| Some(Self::Other { name, command });
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => other("xz", "xz -d"),
            [0x5d, 0, 0, ..] => other("lzma", "xz -d --format=lzma"),
            [0x04, 0x22, 0x4d, 0x18, ..] => other("lz4", "lz4 -d"),
            [b'L', b'Z', b'I', b'P', ..] => other("lzip", "lzip -d"),
            [0x89, b'L', b'Z', b'O', 0, ..] => other("lzop", "lzop -d"),
            [0x1f, 0x9d | 0xa0, ..] => other("compress", "uncompress"),
            [b'P', b'K', 3, 4, ..] => other("zip", "unzip"),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => other("7-Zip", "7z x"),
            _ => None,
        }
    }
}

/// The formats of trajectories that are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BinaryFormat {
    Xtc,
    Trr,
    Dcd,
    Gsd,
    NetCdf,
    Hdf5,
}

impl BinaryFormat {
    /// The format of a file that begins so.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let mut first = [0; BYTES];
        let known = head.len().min(BYTES);
        first[..known].copy_from_slice(&head[..known]);
        let head = &first;
        let half = |bytes: [u8; 4]| [u32::from_be_bytes(bytes), u32::from_le_bytes(bytes)];
        let [a, b, c, d, e, f, g, h] = *head;
        let [first, second] = [[a, b, c, d], [e, f, g, h]];
        // A record of 84 bytes in either endianness, with a length of four bytes or eight.
        let cord = matches!(&second, b"CORD" | b"VELD") && half(first).contains(&84);
        let wide = [u64::from_be_bytes(*head), u64::from_le_bytes(*head)].contains(&84);
        match half(first) {
            [1995 | 2023, _] => Some(Self::Xtc),
            [1993, _] => Some(Self::Trr),
            _ if cord || wide => Some(Self::Dcd),
            _ if *head == 0x65df_65df_65df_65df_u64.to_le_bytes() => Some(Self::Gsd),
            _ if head.starts_with(b"CDF") => Some(Self::NetCdf),
            _ if head.starts_with(b"\x89HDF") => Some(Self::Hdf5),
            _ => None,
        }
    }

    /// The name, with its article.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Xtc => "an XTC trajectory",
            Self::Trr => "a TRR trajectory",
            Self::Dcd => "a DCD trajectory",
            Self::Gsd => "a GSD trajectory",
            Self::NetCdf => "a NetCDF file, as AMBER writes",
            Self::Hdf5 => "an HDF5 file, as H5MD is",
        }
    }
}
