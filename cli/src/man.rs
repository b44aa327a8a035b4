//! `weighbridge man`: the manual pages, made from the command line's own description.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use weighbridge::write::replace_file;

use crate::args::{self, Args};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::wrote;

/// The time that a build is for, in seconds since 1970: <https://reproducible-builds.org/specs/source-date-epoch>. Without it
/// the pages have no date, so that they depend on nothing but the sources.
const EPOCH: &str = "SOURCE_DATE_EPOCH";

pub fn run(args: &args::Man, console: &mut Console) -> Result<(), Failure> {
    // A title without any date would take what follows for it.
    let date = env::var_os(EPOCH).map_or_else(|| Ok(" ".to_owned()), |seconds| date(&seconds))?;
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let commands = command.get_subcommands().filter(|command| !command.is_hide_set());
    for command in commands.chain([&command]) {
        write(&args.directory, command, &date, console)?;
    }
    Ok(())
}

fn write(directory: &Path, command: &clap::Command, date: &str, console: &mut Console) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let page = Man::new(command.clone()).date(date).source(format!("weighbridge {version}"));
    let mut text = Vec::new();
    page.render(&mut text)?;
    let path = directory.join(page.get_filename());
    replace_file(&path, &text).map_err(Failure::of_writing)?;
    Ok(wrote(console, &path, "")?)
}

/// The day as year, month and day in UTC.
fn date(seconds: &OsStr) -> Result<String, Failure> {
    let known = seconds.to_str().and_then(|seconds| seconds.parse::<u32>().ok());
    let seconds = known.ok_or_else(|| {
        let seconds = seconds.to_string_lossy();
        Failure::usage(format!("{EPOCH} is \"{seconds}\": expected the seconds since 1970"))
    })?;
    let (mut day, mut year) = (seconds / 86_400, 1970);
    while day >= days_in_year(year) {
        day -= days_in_year(year);
        year += 1;
    }
    let mut month = 1;
    while day >= days_in_month(year, month) {
        day -= days_in_month(year, month);
        month += 1;
    }
    Ok(format!("{year}-{month:02}-{:02}", day + 1))
}

fn days_in_year(year: u32) -> u32 {
    (1..=12).map(|month| days_in_month(year, month)).sum()
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `date --utc --date=@SECONDS +%F` prints them.
    #[test]
    fn seconds_are_days_of_the_calendar() {
        for (seconds, expected) in [
            ("0", "1970-01-01"),
            ("86399", "1970-01-01"),
            ("951782400", "2000-02-29"),
            ("1709164800", "2024-02-29"),
            ("1735603199", "2024-12-30"),
            ("4107542400", "2100-03-01"),
            ("4294967295", "2106-02-07"),
        ] {
            assert_eq!(date(seconds.as_ref()).ok().as_deref(), Some(expected), "{seconds}");
        }
        for text in ["", "-1", "now", "1e9"] {
            assert!(date(text.as_ref()).is_err(), "{text}");
        }
    }
}
