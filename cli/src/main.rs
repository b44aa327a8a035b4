//! The `weighbridge` command: inspect, verify, digest, load and check models.
//!
//! Exit status: 0 success, 1 invalid model or failed check, 2 usage error, 3 system failure.

mod allocator;
mod args;
mod attributes;
mod check;
mod devices;
mod digest;
mod digests;
mod dot;
mod failure;
mod forms;
mod graph;
mod inspect;
mod json;
mod load;
mod names;
mod notes;
mod output;
mod phases;
mod placing;
mod quantization;
mod stdout;
mod summary;
mod tensors;
mod usage;
mod verify;
mod walk;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::report(&error),
    };
    let mut out = BufWriter::new(stdout::stdout());
    let result = run(&args.command, &mut out).and_then(|()| Ok(out.flush()?));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Output from before the failure is still useful. Errors are ignored: the pipe may be closed.
            let _ = out.flush();
            failure.report()
        }
    }
}

fn run(command: &Command, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        Command::Inspect(args) => inspect::run(args, out),
        Command::Verify(args) => verify::run(args, out),
        Command::Digest(args) => digest::run(args, out),
        Command::Load(args) => load::run(args, out),
        Command::Graph(args) => graph::run(args, out),
        Command::Check(args) => check::run(args, out),
        Command::Devices(args) => devices::run(args, out),
    }
}
