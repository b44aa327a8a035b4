//! What a build with few features does, and how it refuses what it leaves out.

use std::path::PathBuf;

#[cfg(feature = "safetensors")]
use weighbridge::Policy;
use weighbridge::load::{CudaOptions, FileOptions, PlanOptions, Target};
use weighbridge::{Context, Kind, Model, OpenOptions};

/// One of the files that other programs wrote.
fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", name].iter().collect()
}

fn open(name: &str) -> weighbridge::Result<Model> {
    Model::open(file(name), &OpenOptions::default(), &Context::new())
}

/// Opens, verifies and loads a model.
fn use_whole(name: &str) {
    let model = open(name).unwrap();
    assert!(!model.tensors().is_empty());
    model.verify().unwrap();
    let placement = model.load(&PlanOptions::default()).unwrap();
    assert_eq!(placement.len(), model.tensors().len());
}

/// A model of a format that is built.
fn any_model() -> &'static str {
    if cfg!(feature = "onnx") { "onnx/golden/made/constants.onnx" } else { "golden/dtypes.safetensors" }
}

fn is_refused(name: &str, feature: &str) {
    let error = open(name).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    assert!(error.to_string().contains(feature), "{error}");
}

#[test]
fn safetensors_opens_where_it_is_built() {
    const NAME: &str = "golden/dtypes.safetensors";
    if cfg!(feature = "safetensors") { use_whole(NAME) } else { is_refused(NAME, "safetensors") }
}

#[test]
fn onnx_opens_where_it_is_built() {
    const NAME: &str = "onnx/golden/made/constants.onnx";
    if cfg!(feature = "onnx") { use_whole(NAME) } else { is_refused(NAME, "onnx") }
}

/// Whether or not there is a device here: none has this number.
#[test]
fn devices_are_refused_as_unsupported_only_where_they_are_not_built() {
    let is_built = cfg!(any(feature = "cuda", feature = "cudarc"));
    let cuda = CudaOptions { devices: vec![u32::MAX], ..Default::default() };
    let options = PlanOptions { target: Target::Cuda, cuda, ..Default::default() };
    let refused = open(any_model()).unwrap().load(&options).unwrap_err();
    assert_eq!(refused.kind() == Kind::Unsupported, !is_built, "{refused}");
}

/// The check values of the catalogue of parametrised CRC algorithms, also for an input in parts.
#[test]
fn checksums_are_those_of_their_names() {
    use weighbridge::digest::{Algorithm, Digest, Hasher};
    for (algorithm, expected) in [(Algorithm::Crc32, 0xcbf4_3926_u32), (Algorithm::Crc32c, 0xe306_9283)] {
        let mut hasher = Hasher::whole(algorithm, 9);
        [&b"1234"[..], b"", b"56789"].iter().for_each(|part| hasher.update(part));
        assert_eq!(hasher.finish(), Digest::from(expected.to_be_bytes()), "{algorithm:?}");
    }
}

#[test]
fn files_that_are_no_models_are_named_where_that_is_built() {
    let (error, is_built) = (open("strangers/files/model.7z").unwrap_err(), cfg!(feature = "strangers"));
    assert_eq!(error.kind(), if is_built { Kind::Format } else { Kind::Unsupported }, "{error}");
    assert_eq!(error.to_string().contains("7z archive"), is_built, "{error}");
}

/// The pointer of git-lfs beside a model states what the fetched file would be.
#[cfg(feature = "safetensors")]
#[test]
fn what_tools_keep_is_compared_where_that_is_built() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pointer");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(file("golden/dtypes.safetensors"), folder.join("model.safetensors")).unwrap();
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 7\n", "0".repeat(64));
    std::fs::write(folder.join("tokenizer.json"), pointer).unwrap();
    let model = Model::open(folder, &OpenOptions::default(), &Context::new()).unwrap();
    let verdict = model.verify().unwrap().verdict(Policy::IfPresent);
    assert_eq!(verdict.is_err(), cfg!(feature = "stores"), "{verdict:?}");
}

#[test]
fn new_files_are_written_where_that_is_built() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("loaded");
    let mut to = FileOptions::new(&path);
    to.replaces = true;
    let options = PlanOptions { target: Target::File, file: to, ..Default::default() };
    let loaded = open(any_model()).unwrap().load(&options);
    match cfg!(feature = "file") {
        true => assert!(loaded.is_ok() && path.metadata().unwrap().len() > 0),
        false => assert_eq!(loaded.unwrap_err().kind(), Kind::Unsupported),
    }
}

/// A build without the memo says so, rather than to remember nothing.
#[test]
fn a_memo_is_refused_where_it_is_not_built() {
    let opened = weighbridge::verify::Memo::open(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("memo"));
    match cfg!(feature = "memo") {
        true => assert!(opened.is_ok()),
        false => assert_eq!(opened.unwrap_err().kind(), Kind::Unsupported),
    }
}
