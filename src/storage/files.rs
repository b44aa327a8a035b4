//! Where the files of a model come from.

use std::path::PathBuf;

use super::address::Address;
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

    /// Whether it is certain that nothing lies under a name: sooner said than by an error, where a file need not be there.
    fn is_absent(&self, _name: &str) -> bool {
        false
    }

    /// Lists one folder; `""` is the model's own. Links are listed as files, and never followed.
    fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()>;

    /// What the link under a name says, wherever it leads; `None` if there is no link.
    fn link(&self, _name: &str) -> Option<String> {
        None
    }

    /// Whether a folder lies under a name, and no link to one. Only of files of a disk is this known.
    fn has_folder(&self, _name: &str) -> bool {
        false
    }

    /// What the store in which a file lies calls its contents; `None` if it lies in none.
    fn address(&self, _name: &str) -> Option<Address> {
        None
    }

    /// What downloads to the cache that the files lie in have not finished, by names in its repository.
    fn unfinished(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the cache that the files lie in keeps of what there should be; `None` if there is no such list.
    fn snapshot_tree(&self) -> Option<SnapshotTree> {
        None
    }

    /// The files of the nearest directory around this one that has such a folder and is the same user's, and what stands before the
    /// names of these files there; `None` if there is no such directory.
    fn around(&self, _folder: &str) -> Option<(Box<dyn Files>, String)> {
        None
    }

    /// The files of a folder, `""` for the model's own, by their names in it; links of theirs may lead to wherever those of this one
    /// may. `None` if there is no such folder, as far as that is known.
    fn within(&self, _folder: &str) -> Option<Box<dyn Files>> {
        None
    }

    /// The directory of the disk that the files are in.
    fn directory(&self) -> Option<PathBuf> {
        None
    }

    /// How a name is shown to a person: such as the path of the file. `""` stands for the model as a whole. The name
    /// need not be plain.
    fn shown(&self, name: &str) -> String;
}

/// A list of the files of a snapshot, which a cache keeps beside it.
pub(crate) struct SnapshotTree {
    /// The list, as it is in the cache.
    pub source: Source,
    /// What stands before the names of this model's files in it: nothing, or a folder and `/`.
    pub prefix: String,
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
