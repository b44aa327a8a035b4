//! A manifest for a model that is well.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target};

/// Bytes of the header of [`model`]'s file.
const HEADER: &str =
    r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"e":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}}"#;

/// The file of the model; in memory its name is `memory`, or its digest.
pub fn model() -> Vec<u8> {
    let len = HEADER.len() as u64;
    [&len.to_le_bytes(), HEADER.as_bytes(), b"01234567"].concat()
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Opens the model with a manifest, verifies it, and loads it under the strictest policy.
pub fn manifest(data: &[u8]) {
    let bytes = Bytes::from(model());
    for name in [None, Some(format!("sha256-{}", sha256(&bytes)))] {
        open(data, &bytes, name);
    }
}

fn open(data: &[u8], bytes: &Bytes, name: Option<String>) {
    let options =
        |policy| OpenOptions { manifest: Some(data.to_vec()), policy, name: name.clone(), ..OpenOptions::default() };
    let Ok(open) = Model::from_memory(bytes.clone(), &options(Policy::IfPresent), &Context::new()) else { return };
    let report = open.verify().expect("a report, whatever it says");
    let load = |model: &Model| model.load(&PlanOptions { target: Target::Host, ..PlanOptions::default() });
    match report.verdict(Policy::IfPresent) {
        Ok(()) => drop(load(&open).expect("what has been verified is loaded")),
        Err(e) => assert_eq!(e.kind(), Kind::Mismatch),
    }

    let required =
        Model::from_memory(bytes.clone(), &options(Policy::Required), &Context::new()).expect("it opened before");
    assert_eq!(required.view(0).expect_err("nothing has been checked").kind(), Kind::Unverified);
    match load(&required) {
        Ok(_) => assert!(names_a_digest(data, bytes), "loaded without a digest"),
        Err(e) => assert!(matches!(e.kind(), Kind::Mismatch | Kind::Unverified), "{e}"),
    }
}

/// Whether the manifest holds the digest of the file, or that of a tensor. Escapes may hide them.
fn names_a_digest(manifest: &[u8], file: &[u8]) -> bool {
    let text = String::from_utf8_lossy(manifest).to_lowercase();
    let blake3 = [file, &file[8 + HEADER.len()..]].map(|bytes| blake3::hash(bytes).to_hex().to_string());
    text.contains('\\') || text.contains(&sha256(file)) || blake3.iter().any(|digest| text.contains(digest))
}
