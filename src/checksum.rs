//! CRC-32 and CRC-32C of an input that comes in parts: each function takes the checksum of what came before, at first 0.

#[cfg(not(feature = "small"))]
mod chosen {
    pub(crate) fn crc32(before: u32, bytes: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new_with_initial(before);
        hasher.update(bytes);
        hasher.finalize()
    }

    pub(crate) use crc32c::crc32c_append as crc32c;
}

/// Bit by bit, without tables.
#[cfg(feature = "small")]
mod chosen {
    use crc::{Algorithm, CRC_32_ISCSI, CRC_32_ISO_HDLC, Crc, NoTable};

    pub(crate) fn crc32(before: u32, bytes: &[u8]) -> u32 {
        append(&CRC_32_ISO_HDLC, before, bytes)
    }

    pub(crate) fn crc32c(before: u32, bytes: &[u8]) -> u32 {
        append(&CRC_32_ISCSI, before, bytes)
    }

    fn append(algorithm: &'static Algorithm<u32>, before: u32, bytes: &[u8]) -> u32 {
        let crc = Crc::<u32, NoTable>::new(algorithm);
        // The state that the checksum was made of, in the order of bits that the crate expects.
        let mut digest = crc.digest_with_initial((before ^ algorithm.xorout).reverse_bits());
        digest.update(bytes);
        digest.finalize()
    }
}

pub(crate) use chosen::{crc32, crc32c};
