//! `weighbridge completions`

use std::io::Write;

use clap::CommandFactory;

use crate::args::{Args, Completions};
use crate::console::Console;
use crate::failure::Failure;

pub fn run(args: &Completions, console: &mut Console) -> Result<(), Failure> {
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    // The generator panics where it cannot write.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    Ok(console.write_all(&text)?)
}
