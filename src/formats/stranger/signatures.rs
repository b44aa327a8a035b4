//! Formats that begin with bytes of their own, or have them at a place of their own.

use super::Stranger;

/// What helps, and the files that it helps with: where the signature is, its bytes, and what the file is.
type Group = (&'static str, &'static [(usize, &'static [u8], &'static str)]);

const GROUPS: &[Group] = &[
    (
        "open the model that it was converted from",
        &[
            // onnxruntime, core/flatbuffers/schema/ort.fbs: file_identifier, which FlatBuffers puts at byte 4.
            (4, b"ORTM", "a model in the ORT format of ONNX Runtime"),
            // ExecuTorch, schema/program.fbs: file_identifier.
            (4, b"ET12", "a program of ExecuTorch"),
            // The format of plans is not documented; Netron, source/tensorrt.js.
            (0, b"ftrt", "a TensorRT engine, made for one kind of GPU"),
            (0, b"ptrt", "a TensorRT engine, made for one kind of GPU"),
            // ggml, docs/gguf.md.
            (0, b"GGUF", "a GGUF file (llama.cpp)"),
            // llama.cpp before August 2023, and whisper.cpp: magic numbers of llama.h and ggml.h, in little-endian order.
            (0, b"lmgg", "a file in a format of GGML before GGUF"),
            (0, b"fmgg", "a file in a format of GGML before GGUF"),
            (0, b"tjgg", "a file in a format of GGML before GGUF"),
            (0, b"algg", "a file in a format of GGML before GGUF"),
        ],
    ),
    (
        "convert it to ONNX with tf2onnx",
        // TensorFlow, lite/schema/schema.fbs: file_identifier.
        &[(4, b"TFL3", "a model of TensorFlow Lite")],
    ),
    (
        "open it with the program that wrote it, such as Keras, and export it as ONNX or safetensors",
        // HDF5 File Format Specification 3.0, II.A: at byte 0, 512, and each place twice as far.
        &[
            (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
            (512, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
            (1024, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
            (2048, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        ],
    ),
    (
        "save the array with safetensors.numpy.save_file",
        // NumPy, numpy/lib/format.py: magic string.
        &[(0, b"\x93NUMPY", "an array of NumPy (.npy)")],
    ),
    (
        "this library never executes a pickle: convert it with torch.load(…, weights_only=True) and safetensors.torch.save_file",
        // PyTorch, torch/serialization.py: MAGIC_NUMBER, pickled with protocol 2 by the opcode LONG1.
        &[(2, b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", "a pickle of PyTorch")],
    ),
    (
        "extract it first",
        &[
            // POSIX.1-2017, pax, ustar interchange format: the field "magic".
            (257, b"ustar", "a tar archive"),
            // 7-Zip, DOC/7zFormat.txt: kSignature.
            (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
            // UnRAR, archive.cpp: versions 1.5 and 5.0.
            (0, b"Rar!\x1a\x07", "a RAR archive"),
            // git, Documentation/gitformat-bundle.adoc.
            (0, b"# v2 git bundle\n", "a bundle of a git repository"),
            (0, b"# v3 git bundle\n", "a bundle of a git repository"),
        ],
    ),
    (
        "decompress it first",
        &[
            // RFC 1952, 2.3.1, with the one method that there is.
            (0, b"\x1f\x8b\x08", "a file that gzip compressed"),
            // The .xz File Format 1.2.1, 2.1.1.1.
            (0, b"\xfd7zXZ\0", "a file that xz compressed"),
            // RFC 8878, 3.1.1, and the skippable frame with which pzstd begins (3.1.2).
            (0, b"\x28\xb5\x2f\xfd", "a file that zstd compressed"),
            (0, b"\x50\x2a\x4d\x18\x04\0\0\0", "a file that zstd compressed"),
            // LZ4 Frame Format 1.6.4.
            (0, b"\x04\x22\x4d\x18", "a file that lz4 compressed"),
            // bzip2, compress.c: "BZh", a level, and the first block.
            (4, b"1AY&SY", "a file that bzip2 compressed"),
        ],
    ),
    (
        "decrypt it first",
        &[
            // OpenSSL, apps/enc.c: magic.
            (0, b"Salted__", "a file that openssl encrypted"),
            // age-encryption.org/v1, and its armor.
            (0, b"age-encryption.org/", "a file that age encrypted"),
            (0, b"-----BEGIN AGE ENCRYPTED FILE-----", "a file that age encrypted"),
            // RFC 4880: a message begins with a session key, encrypted by a passphrase (5.3) or by a key (5.1) of RSA with
            // 2048, 3072 or 4096 bits, or of Curve25519 (RFC 9580).
            (0, b"\x8c\x0d\x04", "a file that GnuPG encrypted"),
            (0, b"\x85\x01\x0c\x03", "a file that GnuPG encrypted"),
            (0, b"\x85\x01\x8c\x03", "a file that GnuPG encrypted"),
            (0, b"\x85\x02\x0c\x03", "a file that GnuPG encrypted"),
            (0, b"\x84\x5e\x03", "a file that GnuPG encrypted"),
            (0, b"-----BEGIN PGP MESSAGE-----", "a file that GnuPG encrypted"),
            // git-crypt, commands.cpp: the header of an encrypted file.
            (0, b"\0GITCRYPT\0", "a file that git-crypt encrypted"),
        ],
    ),
    (
        "name the file whose name has no \"._\" before it",
        // RFC 1740.
        &[(0, b"\0\x05\x16\x07", "an AppleDouble file, in which macOS keeps the attributes of another file")],
    ),
    (
        "",
        &[
            // System V ABI, ELF header; Microsoft, PE Format: the stub of MS-DOS.
            (0, b"\x7fELF", "a program or library of Linux (ELF)"),
            (78, b"This program cannot be run in DOS mode", "a program or library of Windows"),
            // Portable Network Graphics 5.2; ITU-T T.81, B.1.1; GIF89a, 17; ISO 32000-1, 7.5.2.
            (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
            (0, b"\xff\xd8\xff", "a JPEG image"),
            (0, b"GIF8", "a GIF image"),
            (0, b"%PDF-", "a PDF document"),
            // Apache Parquet and Arrow, their file formats; SQLite, Database File Format 1.3.1.
            (0, b"PAR1", "a table in the Parquet format"),
            (0, b"ARROW1\0\0", "a table in the Arrow format"),
            (0, b"SQLite format 3\0", "a database of SQLite"),
        ],
    ),
];

/// What a file with this beginning is.
pub(super) fn of(head: &[u8]) -> Option<Stranger> {
    if head.is_empty() {
        return Some(Stranger::signed("an empty file", "the download or the copy of it wrote nothing"));
    }
    let has = |at: usize, signature: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(signature));
    let rows = GROUPS.iter().flat_map(|(cure, rows)| rows.iter().map(move |row| (row, *cure)));
    let mut found = rows.filter(|((at, signature, _), _)| has(*at, signature));
    let found = found.next().map(|((.., what), cure)| Stranger::signed(*what, cure));
    found.or_else(|| engine_of_ultralytics(head)).or_else(|| pickle(head))
}

/// Ultralytics writes a description before the plan: its length in four bytes, and JSON.
fn engine_of_ultralytics(head: &[u8]) -> Option<Stranger> {
    let (len, rest) = head.split_first_chunk()?;
    let plan = rest.get(u32::from_le_bytes(*len) as usize..)?;
    (rest.starts_with(b"{") && plan.starts_with(b"ftrt")).then(|| of(plan)).flatten()
}

/// A pickle names its protocol, and goes on with a frame since protocol 4 (Python, Lib/pickle.py); before that with an
/// opcode, none of which is 0. The length of a safetensors header can begin with the same two bytes.
fn pickle(head: &[u8]) -> Option<Stranger> {
    /// Empty collections, a mark, classes, numbers, strings.
    const FIRST: &[u8] = b"}])(cGIJKLMN\x88\x89\x8aBCSTUVX";
    let is_pickle = match head {
        [0x80, 4 | 5, opcode, ..] => *opcode == 0x95,
        [0x80, 2 | 3, opcode, ..] => FIRST.contains(opcode),
        _ => false,
    };
    let cure = "this library never executes a pickle: convert it to safetensors with the program that wrote it";
    is_pickle.then(|| Stranger::signed("a pickle", cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signature_is_found_where_it_should_be_and_nowhere_else() {
        for (at, signature, what) in GROUPS.iter().flat_map(|(_, rows)| *rows) {
            let file = [&vec![1; *at], *signature].concat();
            assert_eq!(of(&file).unwrap().what, *what);
            assert_eq!(of(&file[..file.len() - 1]), None, "{what}");
            assert_eq!(of(&[&[1], &*file].concat()), None, "{what}");
        }
    }

    /// A message of more than 400 characters is cut where it is shown.
    #[test]
    fn words_leave_room_for_the_rest_of_the_message() {
        for (cure, rows) in GROUPS {
            for (.., what) in *rows {
                assert!(cure.len() + what.len() < 220, "{what}: {cure}");
            }
        }
    }
}
