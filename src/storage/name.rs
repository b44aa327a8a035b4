//! The names by which a model names its files.

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
pub(crate) fn plain_name(name: &str) -> Result<String> {
    check_text(name)?;
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    match () {
        () if name.is_empty() => refuse("is empty"),
        () if parts.is_empty() => refuse("leads to a directory: expected a regular file"),
        () if parts.contains(&"..") => refuse("contains \"..\": expected a file beneath the model"),
        () if parts.iter().any(|part| part.len() > LONGEST_COMPONENT) => {
            refuse(&format!("has a component of more than {LONGEST_COMPONENT} bytes"))
        }
        () => Ok(parts.join("/")),
    }
}

fn check_text(name: &str) -> Result<()> {
    let is_drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    match name {
        _ if name.len() > LONGEST_NAME => refuse(&format!("has more than {LONGEST_NAME} bytes")),
        _ if name.contains('\0') => refuse("contains a NUL"),
        _ if name.contains('\\') => refuse("contains a backslash: expected \"/\" between components"),
        _ if name.starts_with('/') || is_drive => refuse("is absolute: expected one relative to the model"),
        _ => Ok(()),
    }
}

fn refuse<T>(why: &str) -> Result<T> {
    Err(Error::format(format!("the name of a file of the model {why}")))
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
            ("././a/.//b/", "a/b"),
            ("a..b.bin", "a..b.bin"),
            (".hidden/...", ".hidden/..."),
        ] {
            assert_eq!(plain_name(name).unwrap(), plain);
        }
    }

    #[test]
    fn names_that_are_not_plain_are_refused() {
        for name in ["", ".", "./", "/a", "//a", "../a", "a/../b", "..", "a\0b", "a\\b", "C:a", "c:/x"] {
            assert_eq!(plain_name(name).unwrap_err().kind(), Kind::Format, "{name:?}");
        }
    }

    #[test]
    fn components_and_names_have_bounds() {
        let longest = "x".repeat(255);
        let longest_name = format!("{}/{longest}", vec![&*longest; 15].join("/"));
        assert_eq!(longest_name.len(), 4095);
        plain_name(&longest_name).unwrap();
        plain_name(&format!("{longest_name}/")).unwrap();
        for (name, words) in [
            (format!("{longest}y"), "a component of more than 255 bytes"),
            (format!("a/{longest}y/b"), "a component of more than 255 bytes"),
            (format!("{longest_name}/b"), "more than 4096 bytes"),
        ] {
            assert!(plain_name(&name).unwrap_err().to_string().contains(words), "{name}");
        }
    }
}
