//! Arguments that cannot be parsed, and those that ask for help.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Error, Parser};
use weighbridge::error::Escaped;

use crate::args::Args;
use crate::console::Console;
use crate::failure::Failure;
use crate::printing::form_of;
use crate::stdout::require_stdout;
use crate::verbosity::say;

/// Prints what parsing the arguments came to: the help or the version that was asked for, or the error. Returns the exit
/// status.
pub fn report(error: &Error) -> ExitCode {
    // An argument can be the name of a file, which must not reach a terminal as it is. The parser quotes arguments, so it is
    // given harmless ones.
    let harmless = Args::try_parse_from(env::args_os().map(escaped)).err();
    let harmless = harmless.filter(|harmless| harmless.kind() == error.kind());
    if !error.use_stderr() {
        return print(harmless.as_ref().unwrap_or(error)).map_or_else(Failure::report, |()| ExitCode::SUCCESS);
    }
    let shown = match harmless {
        // Failure to print is ignored: nobody reads it.
        Some(harmless) => {
            let _ = harmless.print();
            harmless.to_string()
        }
        None => {
            say(&error.to_string());
            error.to_string()
        }
    };
    // The exit status is the parser's, also where nobody reads what is printed.
    let _ = Console::new(form_of(env::args_os())).close(Err(Failure::usage(summary(&shown))));
    ExitCode::from(error.exit_code() as u8)
}

/// Prints help, or the version.
fn print(help: &Error) -> Result<(), Failure> {
    require_stdout()?;
    help.print()?;
    Ok(io::stdout().flush()?)
}

/// The first paragraph of an error on one line, without the usage that follows it.
fn summary(error: &str) -> String {
    let first = error.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = first.trim_start_matches("error:").lines().map(str::trim).collect();
    lines.join(" ").trim().to_owned()
}

fn escaped(argument: OsString) -> OsString {
    Escaped(&argument.to_string_lossy()).to_string().into()
}
