//! The `weighbridge` command: inspect, verify, digest, load and check models.
//!
//! Exit status: 0 success, 1 invalid model or failed check, 2 usage error, 3 system failure.

mod allocator;
mod answer;
mod args;
mod check;
mod completions;
mod console;
mod destination;
mod devices;
mod diff;
mod digest;
mod digests;
mod failure;
mod formats;
mod forms;
mod graph;
mod hub;
mod inputs;
mod inspect;
mod json;
mod links;
mod load;
mod man;
mod model;
mod names;
mod notes;
mod output;
mod phases;
mod place;
mod placing;
mod printing;
mod repository;
mod stdout;
mod tensors;
mod usage;
mod verbosity;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use console::Console;
use failure::Failure;

fn main() -> ExitCode {
    stdout::report_size_limit();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::report(&error),
    };
    let mut console = Console::new(args.command.form());
    let result = console.set_up(&args).and_then(|()| run(&args.command, &mut console));
    console.finish(result)
}

fn run(command: &Command, console: &mut Console) -> Result<(), Failure> {
    match command {
        Command::Inspect(args) => inspect::run(args, console),
        Command::Verify(args) => verify::run(args, console),
        Command::Digest(args) => digest::run(args, console),
        Command::Diff(args) => diff::run(args, console),
        Command::Load(args) => load::run(args, console),
        Command::Graph(args) => graph::run(args, console),
        Command::Check(args) => check::run(args, console),
        Command::Devices(_) => devices::run(console),
        Command::Formats(_) => formats::run(console),
        Command::Completions(args) => completions::run(args, console),
        Command::Man(args) => man::run(args, console),
    }
}
