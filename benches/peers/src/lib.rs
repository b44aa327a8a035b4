//! What the peer programs share: a clock, a line of output, and the shards of a checkpoint.

use memmap2::Mmap;
use safetensors::SafeTensors;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Runs `body` once to warm up, then for at least five times and five seconds, and returns the
/// seconds of each run, fastest first. What `body` returns is dropped outside the clock, and its
/// memory goes back to the system: no run finds pages that an earlier one has already faulted in.
pub fn time<T>(mut body: impl FnMut() -> Result<T>) -> Result<Vec<f64>> {
    let mut run = || -> Result<f64> {
        let start = Instant::now();
        let kept = body()?;
        let elapsed = start.elapsed().as_secs_f64();
        drop(kept);
        // SAFETY: malloc_trim takes no pointer and may be called at any time.
        unsafe { libc::malloc_trim(0) };
        Ok(elapsed)
    };
    run()?;
    let mut seconds = Vec::new();
    let begin = Instant::now();
    while seconds.len() < 5 || begin.elapsed().as_secs() < 5 {
        seconds.push(run()?);
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds)
}

/// Prints the one JSON line of a measurement. `seconds` are sorted.
pub fn report(what: &str, bytes: u64, seconds: &[f64]) {
    println!(
        r#"{{"what": {what:?}, "seconds": {:.6}, "median": {:.6}, "runs": {}, "bytes": {bytes}, "peak_rss": {}}}"#,
        seconds[0],
        seconds[seconds.len() / 2],
        seconds.len(),
        peak_rss(),
    );
}

/// VmHWM, not getrusage: `ru_maxrss` survives exec, and would show the peak of whoever
/// started us. Pages of a mapped file count, here as there.
fn peak_rss() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The first argument.
pub fn path_argument() -> Result<PathBuf> {
    Ok(std::env::args_os().nth(1).ok_or("which path?")?.into())
}

/// The `.safetensors` files of a directory, in order, and their size together.
pub fn shards(dir: &Path) -> Result<(Vec<PathBuf>, u64)> {
    let mut paths = Vec::new();
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ext| ext == "safetensors") {
            bytes += entry.metadata()?.len();
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok((paths, bytes))
}

/// One file as the `safetensors` crate is meant to open it: mapped, its header parsed in place.
pub struct Shard {
    pub tensors: SafeTensors<'static>,
    _map: Mmap,
}

impl Shard {
    pub fn open(path: &Path) -> Result<Self> {
        // SAFETY: the inputs do not change while we measure.
        let map = unsafe { Mmap::map(&File::open(path)?)? };
        // SAFETY: the mapping does not move with `map`, and `tensors` is dropped before it.
        let bytes = unsafe { std::slice::from_raw_parts(map.as_ptr(), map.len()) };
        Ok(Self { tensors: SafeTensors::deserialize(bytes)?, _map: map })
    }
}
