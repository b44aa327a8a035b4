//! Archives without a signature of their own: zip, in which many formats are written, and the first kind of tar.

use std::borrow::Cow;

use super::{Clues, Stranger};
use crate::error::Printable;

const EXTRACT: &str = "extract it first";

/// What the name of a member ends with, what the archive then is, and what helps. An earlier row counts: a package for
/// TorchServe may hold a checkpoint.
const MEMBERS: &[(&str, &str, &str)] = &[
    // TorchServe, model-archiver: MAR-INF.
    ("MAR-INF/MANIFEST.json", "a package for TorchServe (.mar)", EXTRACT),
    // PyTorch, torch/export/pt2_archive/constants.py, and the format of torch.export before 2.8.
    ("/archive_format", "a program of torch.export (.pt2)", ONNX),
    ("serialized_exported_program.json", "a program of torch.export (.pt2)", ONNX),
    // PyTorch, torch/csrc/jit/docs/serialization.md.
    ("/constants.pkl", "a TorchScript program (a zip archive of PyTorch)", ONNX),
    // PyTorch, torch/serialization.py: the records of torch.save.
    ("/data.pkl", "a checkpoint of PyTorch (a zip archive with a pickle)", SAFETENSORS),
    // Keras, src/saving/saving_lib.py: _VARS_FNAME.
    ("model.weights.h5", "a model of Keras (.keras)", "export it with model.export(…, format=\"onnx\")"),
    // NumPy, numpy/lib/format.py: each member is one array.
    (".npy", "an archive of NumPy arrays (.npz)", "save the arrays with safetensors.numpy.save_file"),
    // Core ML Tools: a package is a folder.
    ("com.apple.CoreML/model.mlmodel", "a package of a Core ML model", "open the model that it was converted from"),
];

const ONNX: &str = "export the model with torch.onnx.export";
const SAFETENSORS: &str = "convert it with torch.load(…, weights_only=True) and safetensors.torch.save_file";

/// Endings of the models that are worth extracting.
const MODELS: &[&str] = &[".safetensors", ".onnx"];

/// What an archive is.
pub(super) fn of(clues: &Clues<'_>) -> Option<Stranger> {
    let head = &*clues.head;
    match () {
        // APPNOTE.TXT 6.3.10 of PKWARE: 4.3.7, and 4.3.16 for an archive without members.
        () if head.starts_with(b"PK\x03\x04") => Some(zip(clues)),
        () if head.starts_with(b"PK\x05\x06") => Some(Stranger::signed("an empty zip archive", "")),
        () if is_old_tar(head) => Some(Stranger::signed("a tar archive", EXTRACT)),
        () => None,
    }
}

/// What the names of the members say that a zip archive is.
fn zip(clues: &Clues<'_>) -> Stranger {
    let tail = clues.tail().unwrap_or_default();
    let names: Vec<_> = first_name(&clues.head).into_iter().chain(names(directory(&tail))).collect();
    let ends_with = |ending: &str| names.iter().find(|name| name.ends_with(ending));
    if let Some((_, what, cure)) = MEMBERS.iter().find(|(ending, ..)| ends_with(ending).is_some()) {
        return Stranger::signed(*what, cure);
    }
    match MODELS.iter().find_map(|ending| ends_with(ending)) {
        Some(model) => Stranger::signed(format!("a zip archive with the file \"{}\"", Printable(model)), EXTRACT),
        None => Stranger::signed("a zip archive", EXTRACT),
    }
}

/// The name of the first member (4.3.7).
fn first_name(head: &[u8]) -> Option<Cow<'_, str>> {
    let name = head.get(30..)?.get(..u16_at(head, 26)?)?;
    Some(String::from_utf8_lossy(name))
}

/// The central directory, or as much of it as is in the tail of a file: it lies before the record that ends the archive
/// (4.3.16), or before those of zip64 (4.3.14, 4.3.15).
fn directory(tail: &[u8]) -> &[u8] {
    const ZIP64: usize = 56 + 20;
    let is_end =
        |at: &usize| tail[*at..].starts_with(b"PK\x05\x06") && u16_at(tail, at + 20) == Some(tail.len() - at - 22);
    let Some(end) = (0..=tail.len().saturating_sub(22)).rev().find(is_end) else { return &[] };
    let len = u16_at(tail, end + 12).zip(u16_at(tail, end + 14)).map_or(0, |(low, high)| high << 16 | low);
    let has_zip64 = end.checked_sub(20).is_some_and(|at| tail[at..].starts_with(b"PK\x06\x07"));
    let end = if has_zip64 { end.saturating_sub(ZIP64) } else { end };
    &tail[end.saturating_sub(len)..end]
}

/// The names of the members in a central directory (4.3.12) that may begin in the middle of one.
fn names(directory: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    let headers = (0..directory.len()).filter(|at| directory[*at..].starts_with(b"PK\x01\x02"));
    headers.filter_map(|at| {
        let name = directory.get(at + 46..)?.get(..u16_at(directory, at + 28)?)?;
        Some(String::from_utf8_lossy(name))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*number).into())
}

/// The tar of the seventh edition of Unix has no signature, but its header ends with the sum of its bytes, in which those of the
/// sum itself count as spaces (tar(5) of FreeBSD).
fn is_old_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = head.first_chunk::<512>().filter(|header| header[0] != 0) else { return false };
    let digits = header[SUM].trim_ascii_start().split(|byte| matches!(byte, 0 | b' ')).next();
    let stated = digits.and_then(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
    let bytes = header.iter().enumerate().map(|(at, byte)| if SUM.contains(&at) { b' ' } else { *byte });
    stated == Some(bytes.map(u32::from).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A central directory of members with these names, and the end of an archive with a comment.
    fn tail(members: &[&str], comment: &[u8]) -> Vec<u8> {
        let header = |name: &&str| {
            let len = (name.len() as u16).to_le_bytes();
            [b"PK\x01\x02", &[0; 24][..], &len, &[0; 16], name.as_bytes()].concat()
        };
        let directory: Vec<u8> = members.iter().flat_map(header).collect();
        let len = (directory.len() as u32).to_le_bytes();
        let end = [b"PK\x05\x06", &[0; 8][..], &len, &[0; 4], &(comment.len() as u16).to_le_bytes(), comment].concat();
        [directory, end].concat()
    }

    fn found(tail: &[u8]) -> Vec<String> {
        names(directory(tail)).map(Cow::into_owned).collect()
    }

    #[test]
    fn names_are_those_of_the_directory_and_of_no_archive_within() {
        assert_eq!(found(&tail(&["a", "b/c"], b"")), ["a", "b/c"]);
        assert_eq!(found(&tail(&["a"], b"a comment PK\x05\x06")), ["a"]);
        let nested = [tail(&["inner"], b""), tail(&["outer"], b"")].concat();
        assert_eq!(found(&nested), ["outer"]);
        let cut = tail(&["first", "second"], b"");
        assert_eq!(found(&cut[5..]), ["second"]);
        assert_eq!(found(&cut[..cut.len() - 1]), [""; 0]);
    }

    #[test]
    fn no_tail_is_too_short_and_no_length_too_long() {
        let good = tail(&["name"], b"");
        (0..good.len()).for_each(|start| _ = found(&good[start..]));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] = 0xff;
            found(&bad);
        }
    }
}
