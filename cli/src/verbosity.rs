//! How much is told on standard error beside errors: notes, warnings, progress, and the log of the library.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use weighbridge::Context;
use weighbridge::error::Escaped;
use weighbridge::host::{Level, Progress};

use crate::failure::Failure;

#[derive(clap::Args)]
pub struct VerbosityArgs {
    /// Print no notes, warnings or progress on standard error, only errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Log to standard error what is done: -v operations, -vv their steps, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// The environment variable that does the same as `--verbose`.
const VARIABLE: &str = "WEIGHBRIDGE_LOG";

#[derive(Debug, Clone, Copy, Default)]
pub struct Verbosity {
    is_quiet: bool,
    log: Option<Level>,
}

impl Verbosity {
    /// What the arguments ask for, or else the environment.
    pub fn new(args: &VerbosityArgs) -> Result<Self, Failure> {
        let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty());
        let of_variable = variable.map(|value| level(&value)).transpose()?;
        let log = match args.verbose {
            0 if args.quiet => None,
            0 => of_variable,
            1 => Some(Level::Info),
            _ => Some(Level::Debug),
        };
        Ok(Self { is_quiet: args.quiet, log })
    }

    /// Tells something that does not end the command.
    pub fn warn(self, text: &str) {
        if !self.is_quiet {
            say(text);
        }
    }

    /// What the command provides to the library: a thread for each processor, and the log.
    pub fn context(self) -> Context {
        let context = Context::new().with_threads(usize::MAX);
        let Some(level) = self.log else {
            return context.with_log(Level::Warn, Arc::new(move |_, part, text| self.tell(part, text)));
        };
        context.with_log(level, Arc::new(|level, part, text| say(&format!("{}: {part}: {text}", name(level)))))
    }

    /// Tells what concerns a file that the user named and no answer speaks of: that the memo could not be written.
    fn tell(self, part: &str, text: &str) {
        if part == "memo" {
            self.warn(&format!("warning: {text}: what was verified is not remembered"));
        }
    }

    /// A bar on a terminal, and nothing elsewhere, nor where it would be between the lines of a log.
    pub fn progress_bar(self, what: &'static str) -> impl FnMut(&Progress) -> ControlFlow<()> {
        let is_shown = !self.is_quiet && self.log.is_none();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_message(what);
        let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
        move |progress| {
            // Before a pass nothing is known of what there is to do.
            if progress.total_bytes == 0 {
                return ControlFlow::Continue(());
            }
            bar.set_length(progress.total_bytes);
            bar.set_position(progress.done_bytes);
            if progress.done_bytes == progress.total_bytes {
                bar.finish_and_clear();
            }
            ControlFlow::Continue(())
        }
    }
}

/// The names of the levels, in the order of detail. The library has nothing yet that only `trace` shows.
const LEVELS: &[(&str, Level)] = &[
    ("error", Level::Error),
    ("warn", Level::Warn),
    ("info", Level::Info),
    ("debug", Level::Debug),
    ("trace", Level::Debug),
];

fn level(text: &OsStr) -> Result<Level, Failure> {
    let known = LEVELS.iter().find(|(name, _)| text == *name).map(|(_, level)| *level);
    known.ok_or_else(|| {
        let text = text.to_string_lossy();
        Failure::usage(format!("{VARIABLE} is \"{text}\": expected error, warn, info, debug or trace"))
    })
}

fn name(level: Level) -> &'static str {
    LEVELS.iter().find_map(|(name, known)| (*known == level).then_some(*name)).unwrap_or("trace")
}

/// Prints one line to standard error. That it cannot be written changes neither what the command does nor how it ends.
pub fn say(text: &str) {
    let line = format!("{}\n", Escaped(text));
    let _ = io::stderr().write_all(line.as_bytes());
}
