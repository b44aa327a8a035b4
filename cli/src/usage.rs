//! Arguments that cannot be parsed, and those that ask for help.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Error, Parser};
use weighbridge::error::Escaped;

use crate::args::Args;
use crate::notes::warn;

/// Prints what parsing the arguments came to: the help or the version that was asked for, or the error. Returns the exit
/// status.
pub fn report(error: &Error) -> ExitCode {
    // An argument can be the name of a file, which must not reach a terminal as it is. The parser quotes arguments, so it is
    // given harmless ones.
    let harmless = Args::try_parse_from(env::args_os().map(escaped)).err();
    // Failure to print is ignored: nobody reads it.
    match harmless.filter(|harmless| harmless.kind() == error.kind()) {
        Some(harmless) => drop(harmless.print()),
        None => warn(&error.to_string()),
    }
    ExitCode::from(error.exit_code() as u8)
}

fn escaped(argument: OsString) -> OsString {
    Escaped(&argument.to_string_lossy()).to_string().into()
}
