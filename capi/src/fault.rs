//! What a caller does wrong most often. The words are made only for an error object, so that a lookup which fails allocates
//! nothing.

use super::status::{self, WB_ERR_INVALID_ARGUMENT, wb_status};
use weighbridge::error::Error;

/// A wrong argument.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// NULL where a pointer has to be: the name of the parameter.
    Null(&'static str),
    /// There are not so many: of what, and the index that was asked for.
    OutOfRange(&'static str, usize),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Null(name) => super::null(name),
            Fault::OutOfRange(what, index) => Self::invalid(format!("there is no {what} {index}")),
        }
    }
}

/// The code of a failure, all that is told of it where there is no error object.
pub(super) struct Code(pub wb_status);

impl From<Fault> for Code {
    fn from(_: Fault) -> Self {
        Self(WB_ERR_INVALID_ARGUMENT)
    }
}

impl From<Error> for Code {
    fn from(error: Error) -> Self {
        Self(status::code(error.kind()))
    }
}
