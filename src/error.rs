//! One error type for the whole library: what kind, where, and why.

mod name;
mod printable;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use name::{Name, quote};
pub use printable::{Escaped, Printable, is_harmless};

/// What went wrong, grouped by whose fault it is. Each kind is one status code of the C interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The caller passed an invalid argument.
    InvalidArgument,
    /// The request is sound, but this build or this release cannot serve it.
    Unsupported,
    /// A file, tensor or key that was asked for by name does not exist.
    NotFound,
    /// No zero-copy pointer exists for this tensor; read or load it instead.
    NotMapped,
    /// The file is malformed or inconsistent.
    Format,
    /// The file asks for more than the limits of this open allow.
    Limit,
    /// Bytes differ from what a manifest expects.
    Mismatch,
    /// The policy asks for a check that has not been made, or cannot be.
    Unverified,
    /// The file is no longer the one that was opened.
    Changed,
    /// The operating system failed to read, write or map.
    Io,
    /// Memory could not be had.
    OutOfMemory,
    /// A device or its driver failed.
    Device,
    /// The caller cancelled the work.
    Cancelled,
    /// A callback of the host failed; [`Error::os_code`] is its value.
    Callback,
    /// A bug in this library.
    Internal,
}

impl Kind {
    /// The name, such as `"not-found"`. Kinds keep their names, so programs may test for them.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::Unsupported => "unsupported",
            Self::NotFound => "not-found",
            Self::NotMapped => "not-mapped",
            Self::Format => "format",
            Self::Limit => "limit",
            Self::Mismatch => "mismatch",
            Self::Unverified => "unverified",
            Self::Changed => "changed",
            Self::Io => "io",
            Self::OutOfMemory => "out-of-memory",
            Self::Device => "device",
            Self::Cancelled => "cancelled",
            Self::Callback => "callback",
            Self::Internal => "internal",
        }
    }
}

/// Where an error is: each part is absent when it does not apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The file, as the caller would name it.
    pub path: Option<String>,
    /// The tensor, key, option or line.
    pub subject: Option<String>,
    /// Bytes from the start of the file.
    pub offset: Option<u64>,
}

/// The error of every fallible call of this library.
///
/// Its [`Display`](fmt::Display) is one line: the site, what was wrong, what was expected, and the cause.
/// Text that comes from a file is escaped there, so that it cannot forge lines or steer a terminal.
#[derive(Clone)]
pub struct Error(Box<Parts>);

#[derive(Clone)]
struct Parts {
    kind: Kind,
    site: Site,
    message: String,
    os_code: i64,
    option: Option<&'static str>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The result of every fallible call of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind`; `message` says what was wrong and what was expected, without the site.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let (site, message) = (Site::default(), message.into());
        Self(Box::new(Parts { kind, site, message, os_code: 0, option: None, source: None }))
    }

    /// The file is malformed or inconsistent.
    pub(crate) fn format(message: impl Into<String>) -> Self {
        Self::new(Kind::Format, message)
    }

    /// The caller passed an invalid argument.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidArgument, message)
    }

    /// A failed call of the operating system; `doing` completes "cannot …".
    pub(crate) fn io(doing: &str, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::NotFound => Kind::NotFound,
            io::ErrorKind::OutOfMemory => Kind::OutOfMemory,
            _ => Kind::Io,
        };
        let mut error = Self::new(kind, format!("cannot {doing}"));
        error.0.os_code = source.raw_os_error().map_or(0, i64::from);
        error.0.source = Some(Arc::new(source));
        error
    }

    /// The caller wants no more.
    pub(crate) fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "the operation was cancelled")
    }

    /// Memory for `what` could not be allocated.
    pub(crate) fn out_of_memory(what: &str, bytes: u64) -> Self {
        Self::new(Kind::OutOfMemory, format!("no memory for {bytes} bytes of {what}"))
    }

    /// Says what was being done when it went wrong.
    pub(crate) fn with_context(mut self, text: &str) -> Self {
        self.0.message = format!("{text}: {}", self.0.message);
        self
    }

    /// Names the file, unless a deeper layer has named it already. A name of more than 16 KiB is cut.
    pub fn with_path(mut self, path: impl AsRef<str>) -> Self {
        self.0.site.path.get_or_insert_with(|| cut(path.as_ref()));
        self
    }

    /// Names the tensor, key or option, unless a deeper layer has named it already. A name of more than 16 KiB is cut.
    pub fn with_subject(mut self, subject: impl AsRef<str>) -> Self {
        self.0.site.subject.get_or_insert_with(|| cut(subject.as_ref()));
        self
    }

    /// Gives the byte offset in the file, unless a deeper layer has given it already.
    pub fn with_offset(mut self, offset: u64) -> Self {
        self.0.site.offset.get_or_insert(offset);
        self
    }

    /// Gives the code of the operating system or the driver.
    pub fn with_os_code(mut self, code: impl Into<i64>) -> Self {
        self.0.os_code = code.into();
        self
    }

    /// Names the option by which this was refused.
    pub(crate) fn with_option(mut self, field: &'static str) -> Self {
        self.0.option = Some(field);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Where it went wrong.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// What was wrong and what was expected, without the site.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What was wrong, and the cause, without the site: to be told as the cause of another error.
    pub(crate) fn without_site(&self) -> String {
        match &self.0.source {
            Some(source) => format!("{}: {source}", self.0.message),
            None => self.0.message.clone(),
        }
    }

    /// The call of the operating system that failed, if one did.
    pub(crate) fn io_error(&self) -> Option<&io::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// `errno`, the driver's result or the callback's value; 0 where there is none.
    pub fn os_code(&self) -> i64 {
        self.0.os_code
    }

    /// The field of [`OpenOptions`](crate::OpenOptions), of their [`Limits`](crate::Limits) or of a
    /// [`SliceRule`](crate::load::SliceRule) by which this was refused and would not be with another value: a limit that the file
    /// exceeds, such as `"header_bytes"`, or `"link_roots"`. `None` for other errors, and for a [`Kind::Limit`] that is the same for
    /// every open.
    pub fn option(&self) -> Option<&'static str> {
        self.0.option
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { site, message, source, .. } = &*self.0;
        if let Some(path) = &site.path {
            write!(f, "{}: ", Printable(path))?;
        }
        // A subject that is the file's own name, or its path below the model, would be said twice.
        let is_named = |subject: &String| site.path.as_ref().is_some_and(|path| ends_in(path, subject));
        if let Some(subject) = site.subject.as_ref().filter(|subject| !is_named(subject)) {
            write!(f, "{}: ", Printable(subject))?;
        }
        write!(f, "{}", Printable(message))?;
        if let Some(offset) = site.offset {
            write!(f, " (at byte {offset})")?;
        }
        if let Some(source) = source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

/// A copy of a name that is short enough to be made when there is no memory: see [`memory`](crate::memory).
fn cut(name: &str) -> String {
    const LONGEST: usize = 16 << 10;
    name[..name.floor_char_boundary(LONGEST)].to_owned()
}

/// Whether the last components of a path are these.
fn ends_in(path: &str, components: &str) -> bool {
    path.strip_suffix(components).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_left_out_only_if_it_is_the_file() {
        let shown =
            |path: &str, subject: &str| Error::format("wrong").with_path(path).with_subject(subject).to_string();
        assert_eq!(shown("m/model.safetensors", "s"), "m/model.safetensors: s: wrong");
        assert_eq!(shown("m/model.safetensors", "model.safetensors"), "m/model.safetensors: wrong");
        assert_eq!(shown("m/sub/w.bin", "sub/w.bin"), "m/sub/w.bin: wrong");
        assert_eq!(shown("memory", "memory"), "memory: wrong");
    }
}
