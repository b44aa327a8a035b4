//! What a load costs: its phases on the clock, and the stages of the threads that work.

use std::io::{self, Write};
use std::time::Instant;

use serde::Serialize;
use weighbridge::host::{self, Cost};

use crate::output::thousands;

/// One step of a load: what it read, and how long it took.
#[derive(Serialize)]
pub struct Phase {
    name: &'static str,
    bytes: u64,
    seconds: f64,
    /// 10^9 bytes a second.
    gb_per_s: f64,
}

impl Phase {
    pub fn ended(name: &'static str, bytes: u64, start: Instant) -> Self {
        let seconds = start.elapsed().as_secs_f64();
        Self { name, bytes, seconds, gb_per_s: bytes as f64 / seconds / 1e9 }
    }
}

/// One kind of work within a load. Threads work side by side, so stages take longer together than the load does.
#[derive(Serialize)]
pub struct Stage {
    name: &'static str,
    bytes: u64,
    /// The sum over all threads.
    thread_seconds: f64,
    /// 10^9 bytes a second of one thread; `null` where no bytes pass.
    gb_per_thread_second: Option<f64>,
}

impl From<&Cost> for Stage {
    fn from(cost: &Cost) -> Self {
        let seconds = cost.time.as_secs_f64();
        // Taking memory moves no bytes, and submitting copies is not the time that they take.
        let moves = !matches!(cost.stage, host::Stage::Prepare | host::Stage::Send);
        let has_speed = moves && cost.bytes > 0 && seconds > 0.0;
        let speed = has_speed.then(|| cost.bytes as f64 / seconds / 1e9);
        Self { name: cost.stage.name(), bytes: cost.bytes, thread_seconds: seconds, gb_per_thread_second: speed }
    }
}

/// Both tables.
pub fn print(out: &mut impl Write, phases: &[Phase], stages: &[Stage]) -> io::Result<()> {
    writeln!(out, "{:7}  {:>16}  {:>14}  {:>7}", "phase", "bytes", "seconds", "GB/s")?;
    for Phase { name, bytes, seconds, gb_per_s } in phases {
        writeln!(out, "{name:7}  {:>16}  {seconds:>14.6}  {gb_per_s:>7.2}", thousands(*bytes))?;
    }
    if stages.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nThe load by stage, in seconds summed over all its threads; GB/s are those of one thread:\n")?;
    writeln!(out, "{:7}  {:>16}  {:>14}  {:>7}", "stage", "bytes", "thread-seconds", "GB/s")?;
    for Stage { name, bytes, thread_seconds, gb_per_thread_second } in stages {
        let speed = gb_per_thread_second.map_or("—".to_owned(), |speed| format!("{speed:.2}"));
        writeln!(out, "{name:7}  {:>16}  {thread_seconds:>14.6}  {speed:>7}", thousands(*bytes))?;
    }
    Ok(())
}
