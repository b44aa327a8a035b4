//! Why the command failed, and whose fault it is.

use std::error::Error as _;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use weighbridge::{Error, Kind};

use crate::verbosity::say;

/// The end of a command that did not succeed.
pub enum Failure {
    /// What the command prints cannot be written.
    Output(io::Error),
    /// What the exit status alone tells.
    Silent(Fault),
    /// Anything else.
    Error(Fault, Error),
}

/// Whose fault a failure is. Each has an exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Model = 1,
    User = 2,
    Machine = 3,
}

impl Failure {
    /// The arguments cannot be right.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Error(Fault::User, Error::invalid(message))
    }

    /// An error that the user can avoid, whatever its kind.
    pub fn of_user(error: Error) -> Self {
        Self::Error(Fault::User, error)
    }

    /// A file that the user named cannot be used; `doing` completes "cannot …".
    pub fn of_named(path: &Path, doing: &str, error: &io::Error) -> Self {
        let kind = if error.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Io };
        Self::of_user(Error::new(kind, format!("cannot {doing}: {error}")).with_path(path.to_string_lossy()))
    }

    /// A file cannot be written: its folder is for the user to name, and for the machine to have room in.
    pub fn of_writing(error: Error) -> Self {
        if error.kind() == Kind::NotFound { Self::of_user(error) } else { error.into() }
    }

    /// The same, of which nothing is printed.
    pub fn silent(self) -> Self {
        Self::Silent(self.fault())
    }

    /// The model was read, and is not good.
    pub fn of_model(error: Error) -> Self {
        Self::Error(Fault::Model, error)
    }

    /// What went wrong with the model.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Output(_) | Self::Silent(_) => None,
            Self::Error(_, error) => Some(error.kind()),
        }
    }

    /// Whether the model is not good.
    pub fn is_of_model(&self) -> bool {
        self.fault() == Fault::Model
    }

    /// Prints one line to standard error, and returns the exit status.
    pub fn report(self) -> ExitCode {
        if self.is_unread() {
            return ExitCode::SUCCESS;
        }
        self.tell();
        ExitCode::from(self.fault() as u8)
    }

    /// Prints one line to standard error, if there is something to say.
    pub fn tell(&self) {
        if !self.is_unread() && !matches!(self, Self::Silent(_)) {
            say(&format!("weighbridge: {self}"));
        }
    }

    /// Nobody reads what is printed any more: whoever did has seen enough.
    fn is_unread(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Output(_) => Fault::Machine,
            Self::Silent(fault) | Self::Error(fault, _) => *fault,
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => match named_file(error) {
                Some(error) => error.fmt(f),
                None => write!(f, "cannot write the output: {error}"),
            },
            Self::Silent(_) => Ok(()),
            Self::Error(_, error) => error.fmt(f),
        }
    }
}

/// The error of writing to something that has a name.
fn named_file(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let fault = match error.kind() {
            Kind::InvalidArgument => Fault::User,
            // Without a file it is the user's pattern or device that names nothing; without a name, it is the driver.
            Kind::NotFound if error.site().path.is_none() && error.site().subject.is_none() => Fault::Machine,
            Kind::NotFound if error.site().path.is_none() => Fault::User,
            Kind::Io | Kind::OutOfMemory | Kind::Device | Kind::Cancelled | Kind::Internal => Fault::Machine,
            _ => Fault::Model,
        };
        Self::Error(fault, cured(error))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

/// The same error, with the option of the command that helps if there is one.
pub fn cured(error: Error) -> Error {
    match error.option().and_then(cure_by_option) {
        Some(cure) => with_cure(&error, cure),
        None => error,
    }
}

/// What helps against an error that a field of the options of an open or a plan decides.
fn cure_by_option(field: &str) -> Option<&'static str> {
    const CURES: &[(&str, &str)] = &[
        ("header_bytes", "raise it with --max-header-bytes"),
        ("tensors", "raise it with --max-tensors"),
        ("files", "raise it with --max-files"),
        ("heap_bytes", "raise it with --max-heap-bytes"),
        ("uneven", "give the first parts one more with --spread-uneven"),
        ("link_roots", "name the directory with --link-root if you trust it"),
    ];
    CURES.iter().find_map(|(known, cure)| (*known == field).then_some(*cure))
}

/// The same error, with the cure in its message.
pub fn with_cure(error: &Error, cure: &str) -> Error {
    rebuilt(error, format!("{}: {cure}", message_with_cause(error)), error.site().path.as_deref())
}

/// The same error about another file.
pub fn moved_to(error: &Error, path: &str) -> Error {
    rebuilt(error, message_with_cause(error), Some(path))
}

fn rebuilt(error: &Error, message: String, path: Option<&str>) -> Error {
    let site = error.site();
    let rebuilt = path.into_iter().fold(Error::new(error.kind(), message), Error::with_path);
    let rebuilt = site.subject.iter().fold(rebuilt, Error::with_subject);
    site.offset.into_iter().fold(rebuilt, Error::with_offset)
}

fn message_with_cause(error: &Error) -> String {
    let message = error.message();
    error.source().map_or_else(|| message.to_owned(), |cause| format!("{message}: {cause}"))
}

/// The JSON form of a failure.
#[derive(Serialize)]
pub struct FailureDescription<'a> {
    kind: &'static str,
    message: String,
    path: Option<&'a str>,
    subject: Option<&'a str>,
    offset: Option<u64>,
}

impl<'a> From<&'a Failure> for FailureDescription<'a> {
    fn from(failure: &'a Failure) -> Self {
        match failure {
            Failure::Output(error) if let Some(error) = named_file(error) => error.into(),
            Failure::Output(_) | Failure::Silent(_) => {
                let (kind, message) = (Kind::Io.name(), failure.to_string());
                Self { kind, message, path: None, subject: None, offset: None }
            }
            Failure::Error(_, error) => error.into(),
        }
    }
}

impl<'a> From<&'a Error> for FailureDescription<'a> {
    fn from(error: &'a Error) -> Self {
        let site = error.site();
        let (path, subject) = (site.path.as_deref(), site.subject.as_deref());
        let (kind, message) = (error.kind().name(), message_with_cause(error));
        Self { kind, message, path, subject, offset: site.offset }
    }
}
