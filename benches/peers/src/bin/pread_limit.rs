//! What the machine allows: every core calls `pread` on the shards, block after block, into fresh
//! anonymous memory that asks for huge pages. Mapping that memory and faulting it in is timed.
//! Tries several block sizes and reports the best; all of them go to standard error.

use memmap2::{Advice, MmapMut};
use peers::{Result, path_argument, report, shards, time};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::thread;

const HUGE_PAGE: usize = 2 << 20;

fn load(files: &[(File, usize)], block: usize) -> Result<Vec<MmapMut>> {
    let mut memory = Vec::new();
    for (_, len) in files {
        let map = MmapMut::map_anon(len.next_multiple_of(HUGE_PAGE))?;
        map.advise(Advice::HugePage)?;
        memory.push(map);
    }
    let blocks = files.iter().zip(&mut memory).flat_map(|((file, len), map)| {
        let parts = map[..*len].chunks_mut(block).enumerate();
        parts.map(move |(i, part)| (file, part, (i * block) as u64))
    });
    let blocks = Mutex::new(blocks);
    let next = || blocks.lock().unwrap().next();
    thread::scope(|scope| -> Result<()> {
        let work = || -> Result<()> {
            while let Some((file, part, offset)) = next() {
                file.read_exact_at(part, offset)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..cores()).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap())
    })?;
    Ok(memory)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn main() -> Result<()> {
    let (paths, bytes) = shards(&path_argument()?)?;
    let files = paths
        .iter()
        .map(|path| Ok((File::open(path)?, path.metadata()?.len() as usize)))
        .collect::<Result<Vec<_>>>()?;
    let mut best = vec![f64::INFINITY];
    for mib in [1, 2, 4, 8, 16, 64] {
        let seconds = time(|| load(&files, mib << 20))?;
        eprintln!("{mib:2} MiB blocks: {:5.2} GB/s", bytes as f64 / seconds[0] / 1e9);
        if seconds[0] < best[0] {
            best = seconds;
        }
    }
    report("load: pread limit", bytes, &best);
    Ok(())
}
