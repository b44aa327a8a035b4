//! Why the command failed, and whose fault it is.

use std::io;
use std::process::ExitCode;

use weighbridge::{Error, Kind};

use crate::notes::warn;

/// The end of a command that did not succeed.
pub enum Failure {
    /// The arguments cannot be right.
    Usage(String),
    /// The library's error.
    Model(Error),
    /// The model was read, and is not good.
    BadModel(String),
    /// Standard output or a file of the command failed.
    Io(io::Error),
}

impl Failure {
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Prints one line to standard error, and returns the exit status.
    pub fn report(self) -> ExitCode {
        let message = match &self {
            Self::Usage(message) | Self::BadModel(message) => message.clone(),
            Self::Model(error) => error.to_string(),
            Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Io(error) => error.to_string(),
        };
        warn(&format!("weighbridge: {message}"));
        ExitCode::from(self.status())
    }

    fn status(&self) -> u8 {
        const BAD_MODEL: u8 = 1;
        const BAD_USAGE: u8 = 2;
        const BAD_MACHINE: u8 = 3;
        match self {
            Self::Usage(_) => BAD_USAGE,
            Self::Io(_) => BAD_MACHINE,
            Self::BadModel(_) => BAD_MODEL,
            Self::Model(error) => match error.kind() {
                Kind::InvalidArgument => BAD_USAGE,
                // Without a file it is the user's pattern or device that names nothing; without a name, it is the driver.
                Kind::NotFound if error.site().path.is_none() && error.site().subject.is_none() => BAD_MACHINE,
                Kind::NotFound if error.site().path.is_none() => BAD_USAGE,
                Kind::Io | Kind::OutOfMemory | Kind::Device | Kind::Cancelled | Kind::Internal => BAD_MACHINE,
                _ => BAD_MODEL,
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Model(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}
