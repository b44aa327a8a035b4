//! Files in memory, by name.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::Arc;

use bytes::Bytes;

use super::files::{Files, Role};
use super::name::{plain_name, prefix_of};
use super::source::Source;
use super::tree::{Entry, TreeBuilder};
use crate::error::{Error, Kind, Result};
use crate::host::Context;

/// A model in memory: its files by their plain names. Folders are what stands before a `/`.
pub(super) struct Blobs {
    by_name: Arc<BTreeMap<String, Bytes>>,
    /// What stands before the names of the model's files; empty if nothing does.
    prefix: String,
    context: Context,
}

impl Blobs {
    /// Blobs by the names that the caller gives them, which must be plain or have a plain spelling of their own each.
    pub(super) fn new(blobs: impl IntoIterator<Item = (String, Bytes)>, context: &Context) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        for (name, bytes) in blobs {
            let plain = plain_name(&name).map_err(|e| e.with_subject(&*name))?.into_owned();
            if by_name.insert(plain, bytes).is_some() {
                return Err(Error::invalid("two blobs have this name: expected one").with_subject(name));
            }
        }
        Ok(Self { by_name: Arc::new(by_name), prefix: String::new(), context: context.clone() })
    }
}

impl Files for Blobs {
    fn open(&self, name: &str, _: Role) -> Result<Source> {
        let bytes = self.by_name.get(&format!("{}{name}", self.prefix));
        let bytes = bytes.ok_or_else(|| Error::new(Kind::NotFound, "there is no blob of this name"))?;
        Ok(Source::from_memory_in(&self.context, name, bytes.clone()))
    }

    fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        let prefix = format!("{}{}", self.prefix, prefix_of(folder));
        let after = self.by_name.range(prefix.clone()..);
        let beneath = after.map_while(|(name, bytes)| Some((name.strip_prefix(&prefix)?, bytes)));
        let mut last = None;
        for (name, bytes) in beneath {
            match name.split_once('/') {
                None => tree.add(OsStr::new(name), Entry::File(bytes.len() as u64))?,
                // The blobs of one folder follow each other, for their names begin alike.
                Some((sub, _)) if last == Some(sub) => {}
                Some((sub, _)) => {
                    tree.add(OsStr::new(sub), Entry::Folder)?;
                    last = Some(sub);
                }
            }
        }
        Ok(())
    }

    fn within(&self, folder: &str) -> Option<Box<dyn Files>> {
        let prefix = format!("{}{}", self.prefix, prefix_of(folder));
        Some(Box::new(Self { by_name: Arc::clone(&self.by_name), prefix, context: self.context.clone() }))
    }

    fn shown(&self, name: &str) -> String {
        match format!("{}{name}", self.prefix).trim_end_matches('/') {
            "" => "memory".to_owned(),
            shown => shown.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;

    fn blobs(names: &[&str]) -> Result<Blobs> {
        Blobs::new(
            names.iter().map(|name| ((*name).to_owned(), Bytes::copy_from_slice(name.as_bytes()))),
            &Context::default(),
        )
    }

    #[test]
    fn blobs_are_listed_like_files() {
        let blobs = blobs(&["./b", "a/x", "a/y/z", "a.bin", "a0", "a//w"]).unwrap();
        let top = Tree::of_folder(&blobs, "").unwrap();
        assert_eq!(top.folders, ["a"]);
        assert_eq!(top.files.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["a.bin", "a0", "b"]);
        assert_eq!(top.find("a.bin").unwrap().bytes, Some(5));
        let all = Tree::of_all_folders(&blobs, "").unwrap();
        assert_eq!(all.folders, ["a", "a/y"]);
        assert_eq!(all.files.len(), 6);
        assert_eq!(&blobs.open("b", Role::Part).unwrap().read(0, 3).unwrap()[..], b"./b");
        assert_eq!(blobs.open("c", Role::Part).map(|_| ()).unwrap_err().kind(), Kind::NotFound);
    }

    #[test]
    fn names_of_blobs_are_plain_and_unique() {
        for (names, kind) in
            [(&["../a"][..], Kind::Format), (&["/a"], Kind::Format), (&["a", "./a"], Kind::InvalidArgument)]
        {
            assert_eq!(blobs(names).map(|_| ()).unwrap_err().kind(), kind, "{names:?}");
        }
    }
}
