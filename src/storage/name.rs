//! The names by which a model and its manifests name files.

use std::borrow::Cow;
use std::ffi::OsStr;

use crate::error::{Error, Result};

/// Bytes of one component: file systems take no more.
const LONGEST_COMPONENT: usize = 255;

/// Bytes of a name: systems open no longer path, and a list of what is in a file may repeat the name in every line.
const LONGEST_NAME: usize = 4096;

/// The one spelling of a name, without empty and `.` components: so that a file has one name, whatever a model calls
/// it.
///
/// Refuses every name that could mean something else on some system. A legal `a..b.bin` passes: it is the
/// components that count, not the text.
pub(crate) fn plain_name(name: &str) -> Result<Cow<'_, str>> {
    check(name).map_err(|why| Error::format(format!("the name of a file of the model {why}")))?;
    Ok(normal(name))
}

/// What stands before the names of a folder's files: nothing for `""`.
pub(crate) fn prefix_of(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// Whether a name stands for all files of a numbered set: `model-*-of-00002.safetensors`.
pub(super) fn is_of_set(name: &str) -> bool {
    name.contains("-*-of-") && !name.contains('/')
}

/// Why nothing can call an entry of a folder by its name; `None` if its name is plain.
pub(super) fn oddity(name: &OsStr) -> Option<String> {
    match name.to_str() {
        None => Some("is not UTF-8".to_owned()),
        Some(name) => check(name).err(),
    }
}

/// The plain spelling of a name, if it has one; any other name is returned as it is, and refused where it is opened.
///
/// Whatever compares names compares these: the line of a manifest and the entry of a weight map mean the same file
/// however they spell it.
pub(crate) fn normal_name(name: &str) -> Cow<'_, str> {
    if name.split('/').any(is_void) && check(name).is_ok() { normal(name) } else { name.into() }
}

/// A name without the components that lead nowhere.
fn normal(name: &str) -> Cow<'_, str> {
    if !name.split('/').any(is_void) {
        return name.into();
    }
    name.split('/').filter(|part| !is_void(part)).collect::<Vec<_>>().join("/").into()
}

/// Whether a component leads nowhere.
fn is_void(part: &str) -> bool {
    matches!(part, "" | ".")
}

/// What is wrong with a name.
fn check(name: &str) -> Result<(), String> {
    check_text(name)?;
    let mut parts = name.split('/');
    match () {
        () if name.is_empty() => Err("is empty".to_owned()),
        () if name.rsplit('/').next().is_none_or(is_void) => {
            Err("leads to a directory: expected a regular file".to_owned())
        }
        () if parts.clone().any(|part| part == "..") => {
            Err("contains \"..\": expected a file beneath the model".to_owned())
        }
        () if parts.clone().any(|part| part.len() > LONGEST_COMPONENT) => {
            Err(format!("has a component of more than {LONGEST_COMPONENT} bytes"))
        }
        () if parts.any(is_drive) => Err(
            "has a component that begins with a drive letter, which is absolute on some systems: expected a relative name"
                .to_owned(),
        ),
        () => Ok(()),
    }
}

/// Whether a component begins with a letter and a colon.
fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn check_text(name: &str) -> Result<(), String> {
    match name {
        _ if name.len() > LONGEST_NAME => Err(format!("has more than {LONGEST_NAME} bytes")),
        _ if name.contains('\0') => Err("contains a NUL".to_owned()),
        _ if name.contains('\\') => Err("contains a backslash: expected \"/\" between components".to_owned()),
        _ if name.starts_with('/') => Err("is absolute: expected one relative to the model".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_file_has_one_name() {
        for (name, plain) in [
            ("a", "a"),
            ("./a", "a"),
            ("a//b", "a/b"),
            ("a/./b", "a/b"),
            ("././a/.//b", "a/b"),
            ("a..b.bin", "a..b.bin"),
            (".hidden/...", ".hidden/..."),
        ] {
            assert_eq!(plain_name(name).unwrap(), plain);
            assert_eq!(normal_name(name), plain);
        }
    }

    #[test]
    fn names_that_are_not_plain_are_refused() {
        for name in
            ["", ".", "./", "/a", "//a", "../a", "a/../b", "..", "a\0b", "a\\b", "C:a", "c:/x", "a/c:b", "a/", "a/."]
        {
            assert_eq!(plain_name(name).unwrap_err().kind(), Kind::Format, "{name:?}");
            assert_eq!(normal_name(name), name);
        }
    }

    #[test]
    fn components_and_names_have_bounds() {
        let longest = "x".repeat(255);
        let longest_name = format!("{}/{longest}", vec![&*longest; 15].join("/"));
        assert_eq!(longest_name.len(), 4095);
        plain_name(&longest_name).unwrap();
        for (name, words) in [
            (format!("{longest}y"), "a component of more than 255 bytes"),
            (format!("a/{longest}y/b"), "a component of more than 255 bytes"),
            (format!("{longest_name}/b"), "more than 4096 bytes"),
        ] {
            assert!(plain_name(&name).unwrap_err().to_string().contains(words), "{name}");
        }
    }
}
