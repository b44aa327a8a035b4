//! What the machine allows where bytes only pass through: every core calls `pread` on the shards, block after block, into a
//! buffer of its own that it uses again and again. Tries several block sizes and reports the best.

use peers::{Result, path_argument, report, shards, time};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

fn read(files: &[(File, usize)], block: usize, buffers: &mut [Vec<u8>]) -> Result<()> {
    let blocks: Vec<(&File, usize, u64)> = files
        .iter()
        .flat_map(|(file, len)| (0..*len).step_by(block).map(move |at| (file, block.min(len - at), at as u64)))
        .collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let workers: Vec<_> = buffers
            .iter_mut()
            .map(|buffer| {
                scope.spawn(|| -> Result<()> {
                    while let Some((file, len, at)) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        file.read_exact_at(&mut buffer[..*len], *at)?;
                    }
                    Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap())
    })
}

fn main() -> Result<()> {
    let (paths, bytes) = shards(&path_argument()?)?;
    let files = paths
        .iter()
        .map(|path| Ok((File::open(path)?, path.metadata()?.len() as usize)))
        .collect::<Result<Vec<_>>>()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut best = vec![f64::INFINITY];
    for kib in [256, 512, 1024, 2048, 4096] {
        let mut buffers = vec![vec![1_u8; kib << 10]; cores];
        let seconds = time(|| read(&files, kib << 10, &mut buffers))?;
        eprintln!("{kib:4} KiB blocks: {:5.2} GB/s", bytes as f64 / seconds[0] / 1e9);
        if seconds[0] < best[0] {
            best = seconds;
        }
    }
    report("fill: pread into reused buffers", bytes, &best);
    Ok(())
}
