//! BLAKE3's own speed where the bytes have just been read: every core hashes a block that is in its cache, again and again.

use peers::{Result, report, time};
use std::hint::black_box;
use std::thread;

const BLOCK: usize = 512 << 10;
const BLOCKS: usize = 1024;

fn main() -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let blocks: Vec<Vec<u8>> = (0..cores).map(|core| (0..BLOCK).map(|at| (at * 31 + core) as u8).collect()).collect();
    let seconds = time(|| {
        thread::scope(|scope| {
            for block in &blocks {
                scope.spawn(move || (0..BLOCKS).for_each(|_| _ = black_box(blake3::hash(black_box(block)))));
            }
        });
        Ok(())
    })?;
    report("fill: BLAKE3 over cached blocks", (cores * BLOCK * BLOCKS) as u64, &seconds);
    Ok(())
}
