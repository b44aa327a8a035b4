//! The arguments that say in which form a command prints, and where to.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::place;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    #[default]
    Human,
    /// One JSON object
    Json,
    /// The same in several lines: an object with everything but the list (of tensors, checks, findings, nodes, devices, formats
    /// or written files), then one for each item of the list; the last line has the error, if there is one
    Jsonl,
}

#[derive(clap::Args)]
pub struct FormArgs {
    /// Print one JSON object, the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t)]
    format: Form,
}

impl FormArgs {
    pub fn form(&self) -> Form {
        if self.json { Form::Json } else { self.format }
    }
}

#[derive(clap::Args)]
pub struct OutputArgs {
    /// Write to a file instead of standard output, which "-" stands for; the file appears when it is complete
    #[arg(long, value_name = "FILE", value_parser = place::parser())]
    output: Option<PathBuf>,
}

impl OutputArgs {
    pub fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != STANDARD_OUTPUT)
    }
}

/// What stands for standard output where a file is expected.
pub const STANDARD_OUTPUT: &str = "-";

/// The form that arguments ask for which cannot be parsed.
pub fn form_of(mut args: impl Iterator<Item = OsString>) -> Form {
    let named = |name: &OsStr| name.to_str().and_then(|name| Form::from_str(name, false).ok());
    while let Some(arg) = args.next().filter(|arg| arg != "--") {
        let text = arg.to_str().unwrap_or_default();
        let form = match (text, text.strip_prefix("--format=")) {
            ("--json", _) => Some(Form::Json),
            ("--format", _) => args.next().and_then(|name| named(&name)),
            (_, name) => name.and_then(|name| named(name.as_ref())),
        };
        if let Some(form) = form.filter(|form| *form != Form::Human) {
            return form;
        }
    }
    Form::Human
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_cannot_be_parsed_may_ask_for_json() {
        let form = |line: &str| form_of(line.split(' ').map(OsString::from));
        assert_eq!(form("inspect --json"), Form::Json);
        assert_eq!(form("inspect --format=jsonl x"), Form::Jsonl);
        assert_eq!(form("inspect --format json"), Form::Json);
        for line in ["inspect x", "inspect --format human", "inspect --format", "inspect -- --json", "inspect --jsonx"]
        {
            assert_eq!(form(line), Form::Human, "{line}");
        }
    }
}
