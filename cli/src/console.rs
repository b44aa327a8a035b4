//! What a command talks through: what was asked for, in its form, and what people are told beside it.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;
use weighbridge::host::Progress;
use weighbridge::{Context, Finding, Model, Repository, Severity};

use crate::answer::{Answer, print_failure};
use crate::args::Args;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::inputs::{Inputs, MANIFESTS, check_files};
use crate::printing::Form;
use crate::verbosity::Verbosity;

/// A file that a command writes.
struct Written {
    path: PathBuf,
    /// Whether it may be a manifest of the model.
    may_be_manifest: bool,
}

pub struct Console {
    form: Form,
    verbosity: Verbosity,
    out: BufWriter<Destination>,
    /// The file that the command writes.
    destination: Option<Written>,
    /// Whether the one object that a program expects has been begun.
    has_answered: bool,
}

impl Console {
    pub fn new(form: Form) -> Self {
        let out = BufWriter::new(Destination::standard());
        Self { form, verbosity: Verbosity::default(), out, destination: None, has_answered: false }
    }

    /// Follows the arguments that all commands have.
    pub fn set_up(&mut self, args: &Args) -> Result<(), Failure> {
        self.verbosity = Verbosity::new(&args.verbosity)?;
        if let Some(file) = args.command.destination() {
            let inputs = args.command.inputs();
            inputs.check(file)?;
            self.destination = Some(Written { path: file.to_owned(), may_be_manifest: inputs.are_manifests_replaced });
        }
        if let Some(file) = args.command.output() {
            self.out = BufWriter::new(Destination::open(file)?);
        }
        Ok(())
    }

    /// Refuses to replace what a model was found to have.
    pub fn protect(&mut self, model: &Model) -> Result<(), Failure> {
        let (Some(Written { path, may_be_manifest }), Some(directory)) = (&self.destination, model.directory()) else {
            return Ok(());
        };
        let manifests = MANIFESTS.iter().filter(|_| !may_be_manifest).copied();
        let own = model.files().map(|file| file.name()).chain(model.assets().iter().map(String::as_str));
        let checked = check_files(path, &directory, own.chain(manifests));
        self.keep_file_unless(checked)
    }

    /// Refuses to replace what lies in a directory.
    pub fn protect_all(&mut self, repository: &Repository) -> Result<(), Failure> {
        let (Some(Written { path, .. }), Some(directory)) = (&self.destination, repository.directory()) else {
            return Ok(());
        };
        let inputs = Inputs { models: vec![&directory], files: Vec::new(), are_manifests_replaced: false };
        let checked = inputs.check(path);
        self.keep_file_unless(checked)
    }

    /// Leaves the file alone that the command was to write if it must not: the failure is told on standard output.
    fn keep_file_unless(&mut self, checked: Result<(), Failure>) -> Result<(), Failure> {
        if checked.is_err() {
            self.out = BufWriter::new(Destination::standard());
        }
        checked
    }

    pub fn is_human(&self) -> bool {
        self.form == Form::Human
    }

    /// Tells something that does not end the command.
    pub fn warn(&self, text: &str) {
        self.verbosity.warn(text);
    }

    /// What the command provides to the library.
    pub fn context(&self) -> Context {
        self.verbosity.context()
    }

    pub fn progress_bar(&self, what: &'static str) -> impl FnMut(&Progress) -> ControlFlow<()> + use<> {
        self.verbosity.progress_bar(what)
    }

    /// Tells people what is wrong and was accepted. Programs find it in the answer, and mere facts are for `check`.
    pub fn tell_notes<'a>(&self, notes: impl IntoIterator<Item = &'a Finding>) {
        if self.is_human() {
            let notes = notes.into_iter().filter(|note| note.severity != Severity::Info);
            notes.for_each(|note| self.warn(&note.to_string()));
        }
    }

    /// Answers a program.
    pub fn answer<H, I>(&mut self, answer: Answer<'_, H, I>) -> Result<(), Failure>
    where
        H: Serialize,
        I: Iterator<Item: Serialize> + Clone,
    {
        self.has_answered = true;
        match self.form {
            Form::Jsonl => answer.print_lines(&mut self.out),
            Form::Human | Form::Json => answer.print(&mut self.out),
        }
    }

    /// Ends the output, tells how the command has failed if it has, and returns the exit status.
    pub fn finish(self, result: Result<(), Failure>) -> ExitCode {
        self.close(result).map_or_else(Failure::report, |()| ExitCode::SUCCESS)
    }

    /// Ends the output. What was written before a failure is still useful; the failure counts, also if nobody reads it.
    pub fn close(self, result: Result<(), Failure>) -> Result<(), Failure> {
        let (form, is_file) = (self.form, self.out.get_ref().is_file());
        let result = match result {
            Err(failure @ Failure::Output(_)) => Err(failure),
            result => {
                let written = self.end(result.as_ref().err());
                if let (Err(_), Err(lost)) = (&result, &written) {
                    lost.tell();
                }
                result.and(written)
            }
        };
        // A file that cannot be written is not there, and standard output still is.
        if let Err(failure @ Failure::Output(_)) = &result
            && is_file
        {
            let _ = Self::new(form).end(Some(failure));
        }
        result
    }

    fn end(mut self, failure: Option<&Failure>) -> Result<(), Failure> {
        let has_object = self.is_human() || (self.form == Form::Json && self.has_answered);
        let is_told = |failure: &&Failure| !matches!(failure, Failure::Silent(_));
        if let Some(failure) = failure.filter(is_told).filter(|_| !has_object) {
            print_failure(&mut self.out, failure)?;
        }
        self.out.flush()?;
        let (destination, _) = self.out.into_parts();
        Ok(destination.commit(failure.is_some())?)
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
