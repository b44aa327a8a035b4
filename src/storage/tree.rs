//! What lies in the directory of a model.

use std::ffi::OsStr;
use std::io;

use super::files::Files;
use super::name::{oddity, prefix_of};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;

/// The contents of a folder, or of a folder and all its sub-folders. Names are relative to the model, with `/` between
/// folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    /// The files, and symbolic links to whatever, sorted by name.
    pub files: Vec<Listed>,
    /// The folders, sorted. A link to a folder is none of them.
    pub folders: Vec<String>,
    /// Files and folders that nothing can name, sorted.
    pub odd_names: Vec<OddName>,
    /// What is neither a file, a link nor a folder: pipes, sockets, devices. Sorted.
    pub specials: Vec<String>,
    /// Those of the folders that this user may not list, sorted: nothing is known of what lies in them.
    pub unlisted: Vec<UnlistedFolder>,
}

/// A folder that may not be listed, such as the `lost+found` of a volume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnlistedFolder {
    /// The name within the model.
    pub name: String,
    /// Why: `cannot list the directory: Permission denied`.
    pub why: String,
}

/// The name of an entry that no model can mean, because it is not plain on every system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OddName {
    /// The name within the model, with what is not ASCII, or not printed, escaped (`\xff`).
    pub shown: String,
    /// What is odd: `is not UTF-8`.
    pub why: String,
}

/// One file of a model's directory. Whether a link may be followed is decided when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    /// The name within the model.
    pub name: String,
    /// Bytes; `None` for a symbolic link.
    pub bytes: Option<u64>,
}

/// The most entries of a directory that is opened as a model, those of its sub-folders included.
const MAX_ENTRIES: usize = 65_536;

/// What memory is asked for.
const NAMES: &str = "the names of files";

/// Bytes that readers take at most for each name while they look for the model.
const PER_NAME: usize = 256;

/// The most folders between a model and a file of it.
const MAX_DEPTH: usize = 32;

impl Tree {
    /// The file of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Listed> {
        let position = self.files.binary_search_by(|file| file.name.as_str().cmp(name)).ok()?;
        self.files.get(position)
    }

    /// Lists one folder.
    pub(super) fn of_folder(files: &dyn Files, folder: &str) -> Result<Self> {
        let mut tree = TreeBuilder::default();
        tree.list(files, folder)?;
        tree.finish()
    }

    /// Lists a folder, `""` for the model's own, and all folders in it; hidden ones are listed and not entered. The first folder has to
    /// be one that may be listed.
    pub(super) fn of_all_folders(files: &dyn Files, folder: &str) -> Result<Self> {
        let mut tree = TreeBuilder::default();
        tree.list(files, folder)?;
        let depth = |folder: &str| folder.split('/').filter(|name| !name.is_empty()).count();
        let most = depth(folder) + MAX_DEPTH;
        let mut done = 0;
        while let Some(next) = tree.tree.folders.get(done).cloned() {
            if is_hidden(&next) {
                done += 1;
                continue;
            }
            if depth(&next) > most {
                let message = format!("it has folders more than {MAX_DEPTH} deep; name the model's file");
                return Err(Error::new(Kind::Limit, message).with_subject(next));
            }
            tree.list_if_permitted(files, next)?;
            done += 1;
        }
        tree.finish()
    }
}

/// Whether a folder is one that tools keep for themselves, such as `.git`.
fn is_hidden(folder: &str) -> bool {
    folder.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}

/// What lies under a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entry {
    /// A regular file of so many bytes.
    File(u64),
    Link,
    Folder,
    /// A pipe, a socket or a device.
    Special,
}

/// A tree that grows entry by entry.
#[derive(Default)]
pub(super) struct TreeBuilder {
    tree: Tree,
    /// What stands before the names of the folder that is being listed.
    prefix: String,
}

impl TreeBuilder {
    fn list(&mut self, files: &dyn Files, folder: &str) -> Result<()> {
        self.prefix = prefix_of(folder);
        files.list(folder, self)
    }

    /// Lists a folder that was found in another one, or keeps why this user may not do that.
    fn list_if_permitted(&mut self, files: &dyn Files, folder: String) -> Result<()> {
        let before = self.counts();
        match self.list(files, &folder) {
            Err(e) if e.io_error().is_some_and(|e| e.kind() == io::ErrorKind::PermissionDenied) => {
                // Names may have been read, and then nothing about what they are.
                self.truncate(before);
                memory::push(&mut self.tree.unlisted, UnlistedFolder { name: folder, why: e.without_site() }, NAMES)
            }
            listed => listed.map_err(|e| e.with_path(files.shown(&folder))),
        }
    }

    /// How many entries of each kind there are.
    fn counts(&self) -> [usize; 4] {
        let Tree { files, folders, odd_names, specials, unlisted: _ } = &self.tree;
        [files.len(), folders.len(), odd_names.len(), specials.len()]
    }

    fn truncate(&mut self, counts: [usize; 4]) {
        let Tree { files, folders, odd_names, specials, unlisted: _ } = &mut self.tree;
        files.truncate(counts[0]);
        folders.truncate(counts[1]);
        odd_names.truncate(counts[2]);
        specials.truncate(counts[3]);
    }

    /// Adds an entry of the folder that is being listed, in any order.
    pub(super) fn add(&mut self, name: &OsStr, entry: Entry) -> Result<()> {
        memory::check()?;
        if self.counts().iter().sum::<usize>() == MAX_ENTRIES {
            let message = format!("the directory has more than {MAX_ENTRIES} files; name the model's file");
            return Err(Error::new(Kind::Limit, message));
        }
        let Tree { files, folders, odd_names, specials, unlisted: _ } = &mut self.tree;
        if let Some(why) = oddity(name) {
            let shown = format!("{}{}", self.prefix, name.as_encoded_bytes().escape_ascii());
            return memory::push(odd_names, OddName { shown, why }, NAMES);
        }
        let name = format!("{}{}", self.prefix, name.to_string_lossy());
        match entry {
            Entry::File(bytes) => memory::push(files, Listed { name, bytes: Some(bytes) }, NAMES),
            Entry::Link => memory::push(files, Listed { name, bytes: None }, NAMES),
            Entry::Folder => memory::push(folders, name, NAMES),
            Entry::Special => memory::push(specials, name, NAMES),
        }
    }

    fn finish(mut self) -> Result<Tree> {
        let Tree { files, folders, odd_names, specials, unlisted } = &mut self.tree;
        sort::sort(files);
        sort::sort(folders);
        sort::sort(odd_names);
        sort::sort(specials);
        sort::sort(unlisted);
        // Readers make lists of the names, and sort them into sets of shards, by calls that cannot fail.
        memory::probe(PER_NAME * files.len(), NAMES)?;
        Ok(self.tree)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::Source;
    use super::super::files::Role;
    use super::*;

    /// Folders as a function: the entries of a folder.
    struct Made<F: Fn(&str) -> Vec<(OsString, Entry)> + Send + Sync>(F);

    /// The same, of which one folder cannot be listed to its end.
    struct Guarded(fn(&str) -> Vec<(OsString, Entry)>, &'static str, io::ErrorKind);

    impl<F: Fn(&str) -> Vec<(OsString, Entry)> + Send + Sync> Files for Made<F> {
        fn open(&self, _: &str, _: Role) -> Result<Source> {
            Err(Error::new(Kind::NotFound, "nothing here can be opened"))
        }

        fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
            (self.0)(folder).into_iter().try_for_each(|(name, entry)| tree.add(&name, entry))
        }

        fn shown(&self, name: &str) -> String {
            name.to_owned()
        }
    }

    impl Files for Guarded {
        fn open(&self, _: &str, _: Role) -> Result<Source> {
            Err(Error::new(Kind::NotFound, "nothing here can be opened"))
        }

        fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
            (self.0)(folder).into_iter().try_for_each(|(name, entry)| tree.add(&name, entry))?;
            if folder == self.1 { Err(Error::io("list the directory", self.2.into())) } else { Ok(()) }
        }

        fn shown(&self, name: &str) -> String {
            name.to_owned()
        }
    }

    fn names(tree: &Tree) -> Vec<&str> {
        tree.files.iter().map(|file| &*file.name).collect()
    }

    #[test]
    fn folders_are_entered_only_when_all_are_asked_for() {
        let files = Made(|folder| match folder {
            "" => vec![("z".into(), Entry::File(1)), ("sub".into(), Entry::Folder), ("a".into(), Entry::Link)],
            "sub" => vec![("deep".into(), Entry::Folder), ("b".into(), Entry::File(2))],
            "sub/deep" => vec![("c".into(), Entry::File(3))],
            other => panic!("{other} is not a folder"),
        });
        let top = Tree::of_folder(&files, "").unwrap();
        assert_eq!((names(&top), &*top.folders), (vec!["a", "z"], &["sub".to_owned()][..]));
        assert_eq!(top.find("a").unwrap().bytes, None);
        assert_eq!(top.find("z").unwrap().bytes, Some(1));
        assert!(top.find("sub").is_none());
        assert_eq!(names(&Tree::of_folder(&files, "sub").unwrap()), ["sub/b"]);
        let all = Tree::of_all_folders(&files, "").unwrap();
        assert_eq!(names(&all), ["a", "sub/b", "sub/deep/c", "z"]);
        assert_eq!(all.folders, ["sub", "sub/deep"]);
        assert_eq!(names(&Tree::of_all_folders(&files, "sub").unwrap()), ["sub/b", "sub/deep/c"]);
    }

    #[test]
    fn folders_that_may_not_be_listed_are_kept_apart() {
        let entries = |folder: &str| match folder {
            "" => vec![("b".into(), Entry::Folder), ("a".into(), Entry::Folder), ("x".into(), Entry::File(1))],
            "a" => vec![("y".into(), Entry::File(1)), ("deep".into(), Entry::Folder)],
            _ => vec![("z".into(), Entry::File(1))],
        };
        let tree = |folder, kind| Tree::of_all_folders(&Guarded(entries, folder, kind), "");
        let found = tree("a", io::ErrorKind::PermissionDenied).unwrap();
        assert_eq!((names(&found), &found.folders[..]), (vec!["b/z", "x"], &["a".to_owned(), "b".to_owned()][..]));
        let [UnlistedFolder { name, why }] = &found.unlisted[..] else { panic!("{:?}", found.unlisted) };
        assert!(name == "a" && why.starts_with("cannot list the directory: permission denied"), "{why}");
        // Of the folder that was asked for something has to be known.
        assert_eq!(tree("", io::ErrorKind::PermissionDenied).unwrap_err().kind(), Kind::Io);
        // Whatever else goes wrong may go better the next time.
        let error = tree("a", io::ErrorKind::TimedOut).unwrap_err();
        assert_eq!((error.kind(), error.site().path.as_deref()), (Kind::Io, Some("a")));
    }

    #[test]
    fn entries_and_depth_have_bounds() {
        let wide = |count: usize| Made(move |_| (0..count).map(|n| (n.to_string().into(), Entry::File(0))).collect());
        assert_eq!(Tree::of_folder(&wide(MAX_ENTRIES), "").unwrap().files.len(), MAX_ENTRIES);
        let error = Tree::of_folder(&wide(MAX_ENTRIES + 1), "").unwrap_err();
        assert_eq!(error.kind(), Kind::Limit);

        let many = Made(|_| (0..2).map(|n| (n.to_string().into(), Entry::Folder)).collect());
        assert_eq!(Tree::of_all_folders(&many, "").unwrap_err().kind(), Kind::Limit, "two folders in each");
        let deep = |depth| {
            Made(move |folder: &str| {
                let here = if folder.is_empty() { 0 } else { folder.split('/').count() };
                if here < depth { vec![("f".into(), Entry::Folder)] } else { vec![("x".into(), Entry::File(0))] }
            })
        };
        let path = |depth| vec!["f"; depth].join("/");
        assert_eq!(names(&Tree::of_all_folders(&deep(MAX_DEPTH), "").unwrap()), [format!("{}/x", path(MAX_DEPTH))]);
        let error = Tree::of_all_folders(&deep(MAX_DEPTH + 1), "").unwrap_err();
        assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::Limit, Some(&*path(MAX_DEPTH + 1))));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_nothing_can_name_are_kept_apart() {
        use std::os::unix::ffi::OsStringExt;
        let files = Made(|folder| match folder {
            "" => vec![("sub".into(), Entry::Folder), ("plain".into(), Entry::File(1))],
            _ => [&b"w\xff\n.bin"[..], b"a\\b", b"C:c", &[b'x'; 256]]
                .map(|name| (OsString::from_vec(name.to_vec()), Entry::File(1)))
                .to_vec(),
        });
        let all = Tree::of_all_folders(&files, "").unwrap();
        assert_eq!(names(&all), ["plain"]);
        let odd_names: Vec<_> = all.odd_names.iter().map(|odd| (&*odd.shown, &*odd.why)).collect();
        let long = format!("sub/{}", "x".repeat(256));
        assert_eq!(
            odd_names.iter().map(|(shown, _)| *shown).collect::<Vec<_>>(),
            ["sub/C:c", r"sub/a\\b", r"sub/w\xff\n.bin", &long]
        );
        assert_eq!(odd_names[2].1, "is not UTF-8");
        assert!(odd_names[1].1.contains("a backslash"), "{odd_names:?}");
    }
}
