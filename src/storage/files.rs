//! Where the files of a model come from.

use super::source::Source;
use super::tree::TreeBuilder;
use crate::error::Result;

/// The files of one model: those of a directory, of the host, or in memory.
///
/// Names are plain (see [`plain_name`](super::name::plain_name)) and relative to the model; whoever implements this
/// decides which files they may lead to. Errors need not name the file: [`Location`](super::Location) does.
pub(super) trait Files: Send + Sync {
    /// Opens a file.
    fn open(&self, name: &str, role: Role) -> Result<Source>;

    /// Lists one folder; `""` is the model's own. Links are listed as files, and never followed.
    fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()>;

    /// Whether a link lies under a name, wherever it leads.
    fn is_link(&self, _name: &str) -> bool {
        false
    }

    /// How a name is shown to a person: such as the path of the file. `""` stands for the model as a whole. The name
    /// need not be plain.
    fn shown(&self, name: &str) -> String;
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The model is entered by it: it counts as named by the caller.
    Entry,
    /// The model names it, and its tensors lie there.
    Part,
    /// It is only read as a whole, such as a tokenizer. It holds no descriptor: a directory may have more files than a
    /// process may have open.
    Asset,
}
