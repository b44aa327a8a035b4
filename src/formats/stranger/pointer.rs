//! What stands for a file in a repository that keeps its contents elsewhere.

use super::Stranger;
use crate::error::Printable;

/// A kind of pointers: reads the text of one, and says what it stands for.
type Read = fn(&str) -> Option<Stranger>;

const KINDS: [Read; 4] = [git_lfs, xet, dvc, git_annex];

/// What a pointer stands for, and how the file is fetched.
pub(super) fn of(text: &str) -> Option<Stranger> {
    KINDS.iter().find_map(|read| read(text))
}

/// git-lfs, docs/spec.md: the version first, then keys and values; an older address has the same meaning.
fn git_lfs(text: &str) -> Option<Stranger> {
    let versions = ["version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/"];
    versions.iter().find(|version| text.starts_with(**version))?;
    let digest = value(text, "oid sha256:").filter(|digest| digest.len() <= 64 && is_hexadecimal(digest));
    let digest = digest.map_or_else(String::new, |digest| format!(" with the SHA-256 {digest}"));
    let what = format!("a git-lfs pointer to a file{}{digest}", of_size(value(text, "size ")));
    Some(Stranger::signed(what, "fetch it with `git lfs pull`"))
}

/// xet-core, data/src/pointer_file.rs: a version first, then TOML.
fn xet(text: &str) -> Option<Stranger> {
    text.strip_prefix("# xet version ")?;
    let what = format!("a Xet pointer to a file{}", of_size(value(text, "filesize = ")));
    Some(Stranger::signed(what, "fetch it with git-xet"))
}

/// DVC, "`.dvc` Files": YAML with a list of outputs, each with a hash.
fn dvc(text: &str) -> Option<Stranger> {
    let has = |key| text.lines().any(|line: &str| line.trim_start_matches(['-', ' ']).starts_with(key));
    if !text.lines().any(|line| line == "outs:") || !["md5: ", "etag: ", "hash: "].into_iter().any(has) {
        return None;
    }
    let path = value(text, "path: ").map_or_else(String::new, |path| format!(" \"{}\"", Printable(path)));
    let what = format!("a DVC file, a pointer to the file{path}{}", of_size(value(text, "size: ")));
    Some(Stranger::signed(what, "fetch it with `dvc pull`"))
}

/// git-annex, "pointer file" and "key format". A symbolic link into the annex is a file with the path on systems without links.
fn git_annex(text: &str) -> Option<Stranger> {
    let path = text.lines().next()?;
    let (before, key) = path.split_once("/annex/objects/")?;
    if !before.is_empty() && !before.ends_with(".git") {
        return None;
    }
    let key = key.rsplit('/').next()?;
    let size = key.split_once("--").and_then(|(fields, _)| fields.split('-').find_map(|field| field.strip_prefix('s')));
    Some(Stranger::signed(format!("a git-annex pointer to a file{}", of_size(size)), "fetch it with `git annex get`"))
}

/// What a line says after a key, with which it begins but for dashes and spaces.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix(key)).map(str::trim)
}

fn of_size(size: Option<&str>) -> String {
    let size = size.and_then(|size| size.parse::<u64>().ok());
    size.map_or_else(String::new, |size| format!(" of {size} bytes"))
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(text: &str) -> Option<String> {
        of(text).map(|stranger| stranger.what.into_owned())
    }

    #[test]
    fn pointers_say_what_they_stand_for_if_it_is_plausible() {
        let lfs = |rest: &str| what(&format!("version https://git-lfs.github.com/spec/v1\n{rest}"));
        assert_eq!(
            lfs("oid sha256:0aF\nsize 12").unwrap(),
            "a git-lfs pointer to a file of 12 bytes with the SHA-256 0aF"
        );
        assert_eq!(lfs("oid sha256:x\nsize -1").unwrap(), "a git-lfs pointer to a file");
        assert_eq!(lfs(&format!("oid sha256:{}", "0".repeat(65))).unwrap(), "a git-lfs pointer to a file");
        let xet = what("# xet version 0\nfilesize = 12\nhash = '0a'\n");
        assert_eq!(xet.unwrap(), "a Xet pointer to a file of 12 bytes");
        let dvc = what("md5: 0\nouts:\n- md5: 0a\n  size: 12\n  path: a\u{1b}b\n");
        assert_eq!(dvc.unwrap(), "a DVC file, a pointer to the file \"a\\u{1b}b\" of 12 bytes");
        let annex = what("../.git/annex/objects/Xx/0z/SHA256E-s12--0a.bin/SHA256E-s12--0a.bin");
        assert_eq!(annex.unwrap(), "a git-annex pointer to a file of 12 bytes");
        assert_eq!(what("/annex/objects/WORM--x").unwrap(), "a git-annex pointer to a file");
    }

    #[test]
    fn text_about_pointers_is_none() {
        for text in ["", "outs:\n- path: a", "md5: 0a", "see https://example.org/annex/objects/", "# Xet version"] {
            assert_eq!(what(text), None, "{text}");
        }
    }
}
