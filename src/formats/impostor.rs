//! What a file is that should have been weights: the common accidents of downloading, by their first bytes.

/// A sentence part that names the accident, or what else the file is.
pub(super) fn explain(head: &[u8]) -> Option<&'static str> {
    let text = head.trim_ascii_start();
    let starts = |magic: &[u8]| head.starts_with(magic);
    let is_markup = [&b"<!doctype"[..], b"<html", b"<?xml", b"<head"]
        .iter()
        .any(|tag| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)));
    match () {
        () if head.is_empty() => Some("this file is empty: an interrupted download"),
        () if starts(b"version https://git-lfs.github.com/spec/") => {
            Some("this is a git-lfs pointer, not the weights: fetch them with `git lfs pull`")
        }
        () if is_markup => Some("this is a web page, not the weights: the download was answered with an error page"),
        () if starts(b"{\"error\"") => Some("this is a server's error message, not the weights"),
        () if head.len() >= 8 && head.iter().all(|byte| *byte == 0) => {
            Some("this file begins with zeros only: space was reserved, but the download never filled it")
        }
        () if starts(b"PK\x03\x04") => Some("this is a zip archive (PyTorch saves such files)"),
        () if starts(b"\x1f\x8b\x08") => Some("this is a gzip archive"),
        () if starts(b"GGUF") => Some("this is a GGUF file"),
        () if starts(b"\x89HDF\r\n\x1a\n") => Some("this is an HDF5 file"),
        () if is_pickle(head) => Some("this is a pickle, which this library never executes"),
        () => None,
    }
}

/// A pickle names its protocol and goes on with an opcode, none of which is 0; the length of a safetensors header can
/// begin with the same two bytes.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, opcode, ..] if *opcode != 0)
}
