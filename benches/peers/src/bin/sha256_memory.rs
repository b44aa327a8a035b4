//! SHA-256's own speed: every core hashes memory that is already there. No file hasher that reads
//! each byte once can be faster with this implementation (`sha2` finds SHA-NI by itself).

use peers::{Result, report, time};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::thread;

fn main() -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    // 1 GiB is far larger than any cache.
    let memory: Vec<u8> = (0..1_u32 << 28).flat_map(|i| i.wrapping_mul(0x9e37_79b9).to_le_bytes()).collect();
    let seconds = time(|| {
        thread::scope(|scope| {
            for part in memory.chunks(memory.len().div_ceil(cores)) {
                scope.spawn(move || black_box(Sha256::digest(part)));
            }
        });
        Ok(())
    })?;
    report("verify: sha2 over memory", memory.len() as u64, &seconds);
    Ok(())
}
