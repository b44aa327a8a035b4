//! Every prefix of the small golden files, and thousands of them with one byte changed: each fails cleanly, or opens
//! where that is right.

use std::fs;
use std::path::{Path, PathBuf};

use weighbridge::check::{CheckOptions, check};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Result, Target};

const GOLDEN: &str = "tests/golden";
const GOLDEN_ONNX: &str = "tests/onnx/golden";

/// The small `.safetensors` files: all but the shards of the checkpoint.
fn files() -> Vec<(PathBuf, Vec<u8>)> {
    let folders = [".", "diffusers-style", "stale-shard", "no-index"].map(|folder| Path::new(GOLDEN).join(folder));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "safetensors")).collect();
    files.sort_unstable();
    assert_eq!(files.len(), 13);
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// The golden ONNX models, links apart.
fn models() -> Vec<(PathBuf, Vec<u8>)> {
    let (mut folders, mut files) = (vec![PathBuf::from(GOLDEN_ONNX)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            match entry.path() {
                path if entry.file_type().unwrap().is_dir() => folders.push(path),
                path if path.extension().is_some_and(|e| e == "onnx") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort_unstable();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// A copy of a golden directory, to be broken.
fn copy(name: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(Path::new(GOLDEN).join(name)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

fn from_memory(bytes: &[u8]) -> Result<Model> {
    let options = OpenOptions { format: Some("safetensors".to_owned()), ..OpenOptions::default() };
    Model::from_memory(bytes.to_vec().into(), &options, &Context::new())
}

fn onnx_from_memory(bytes: &[u8]) -> Result<Model> {
    let options = OpenOptions { format: Some("onnx".to_owned()), ..OpenOptions::default() };
    Model::from_memory(bytes.to_vec().into(), &options, &Context::new())
}

fn open(path: &Path, policy: Policy) -> Result<Model> {
    Model::open(path, &OpenOptions { policy, ..OpenOptions::default() }, &Context::new())
}

/// Whatever has been opened can be loaded.
fn assert_loads(model: &Model) {
    let loaded = model.load(&PlanOptions { target: Target::Host, ..PlanOptions::default() }).unwrap();
    assert_eq!(loaded.len(), model.tensors().len());
}

/// A file that is refused is named, and so is the place in it, unless something is missing that has none.
fn assert_names(error: &weighbridge::Error, len: usize) {
    let place = error.site();
    let is_missing = len == 0 || error.message().starts_with("the model has no graph");
    assert!(place.path.is_some() && place.offset.map_or(is_missing, |offset| offset <= len as u64), "{error}");
    assert!(matches!(error.kind(), Kind::Format | Kind::Limit | Kind::Unsupported), "{error}");
    assert!(!error.to_string().contains(char::is_control), "{error}");
}

/// Numbers without order, the same in every run (xorshift64, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// The bytes with one of them changed.
    fn change(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        changed[self.below(bytes.len())] ^= 1 << self.below(8);
        changed
    }
}

#[test]
fn no_prefix_of_a_file_opens() {
    let mut count = 0;
    for (path, bytes) in files() {
        for len in 0..bytes.len() {
            let error = from_memory(&bytes[..len]).expect_err("a file that is cut");
            assert_eq!(error.kind(), Kind::Format, "{} bytes of {}: {error}", len, path.display());
            count += 1;
        }
        assert_loads(&from_memory(&bytes).unwrap());
    }
    assert!(count > 30_000, "{count}");
}

#[test]
fn no_prefix_of_an_index_opens() {
    let mut count = 0;
    for (folder, index) in [
        ("tiny-llama", "model.safetensors.index.json"),
        ("diffusers-style", "diffusion_pytorch_model.safetensors.index.json"),
        ("stale-shard", "diffusion_pytorch_model.safetensors.index.json"),
    ] {
        let folder = copy(folder);
        let path = folder.path().join(index);
        let text = fs::read(&path).unwrap();
        assert_loads(&open(folder.path(), Policy::IfPresent).unwrap());
        // White space at the end may be missing.
        for len in 0..text.trim_ascii_end().len() {
            fs::write(&path, &text[..len]).unwrap();
            for path in [folder.path(), &path] {
                let error = open(path, Policy::IfPresent).expect_err("an index that is cut");
                assert_eq!(error.kind(), Kind::Format, "{len} bytes: {error}");
                count += 1;
            }
        }
    }
    assert!(count > 9_000, "{count}");
}

/// A list that is cut between two lines, or within the last name, is a list. It then covers fewer files, and under the
/// policy `required` that is noticed.
#[test]
fn prefixes_of_checksums_cover_what_they_name() {
    let folder = copy("tiny-llama");
    let path = folder.path().join("SHA256SUMS");
    let text = fs::read_to_string(&path).unwrap();
    let shards = (1..=4).map(|number| format!("  model-0000{number}-of-00004.safetensors"));
    let shards: Vec<_> = shards.collect();
    let (mut refused, mut partial, mut covered) = (0, 0, 0);
    for len in 0..=text.len() {
        let prefix = &text[..len];
        fs::write(&path, prefix).unwrap();
        let last = prefix.lines().last().unwrap_or_default();
        let is_list = last.len() > 64 + 2;
        let is_covered = shards.iter().all(|shard| prefix.contains(shard));
        match open(folder.path(), Policy::Required) {
            Err(error) => {
                assert!(!is_list, "{len} bytes: {error}");
                assert_eq!(error.kind(), Kind::Format);
                refused += 1;
            }
            Ok(model) => {
                assert!(is_list, "{len} bytes");
                let loaded = model
                    .load(&PlanOptions { target: Target::None, ..PlanOptions::default() })
                    .map(|_| ())
                    .map_err(|e| e.kind());
                assert_eq!(loaded, if is_covered { Ok(()) } else { Err(Kind::Unverified) }, "{len} bytes");
                *if is_covered { &mut covered } else { &mut partial } += 1;
            }
        }
    }
    assert_eq!((refused, partial, covered), (595, 165, 68));
}

#[test]
fn no_prefix_of_a_record_is_read() {
    let (_, bytes) = files().pop().unwrap();
    let record = Manifests::of(&from_memory(&bytes).unwrap()).unwrap().record().unwrap();
    let with = |record: &str| {
        let manifest = Some(record.as_bytes().to_vec());
        let options = OpenOptions { manifest, policy: Policy::Required, ..OpenOptions::default() };
        Model::from_memory(bytes.clone().into(), &options, &Context::new())
    };
    assert_loads(&with(&record).unwrap());
    let end = record.trim_end().len();
    for len in 0..end {
        let error = with(&record[..len]).expect_err("a record that is cut");
        assert_eq!(error.kind(), Kind::Format, "{len} bytes: {error}");
    }
    assert_eq!(end, 449);
}

#[test]
fn changed_files_open_or_fail() {
    const EACH: usize = 400;
    let mut numbers = Numbers(1);
    let (mut opened, mut refused) = (0, 0);
    for (_, bytes) in files() {
        for _ in 0..EACH {
            match from_memory(&numbers.change(&bytes)) {
                Ok(model) => {
                    assert_loads(&model);
                    opened += 1;
                }
                Err(error) => {
                    assert!(matches!(error.kind(), Kind::Format | Kind::Limit), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(opened + refused, 13 * EACH);
    assert!(opened > 500 && refused > 500, "{opened} opened, {refused} refused");
}

#[test]
fn changed_indices_open_or_fail() {
    const EACH: usize = 1_000;
    let folder = copy("stale-shard");
    let path = folder.path().join("diffusion_pytorch_model.safetensors.index.json");
    let text = fs::read(&path).unwrap();
    let mut numbers = Numbers(2);
    let (mut opened, mut refused) = (0, 0);
    for _ in 0..EACH {
        fs::write(&path, numbers.change(&text)).unwrap();
        match open(folder.path(), Policy::IfPresent) {
            Ok(model) => {
                assert_loads(&model);
                opened += 1;
            }
            Err(error) => {
                assert!(matches!(error.kind(), Kind::Format | Kind::NotFound), "{error}");
                refused += 1;
            }
        }
    }
    assert_eq!(opened + refused, EACH);
    assert!(opened > 10 && refused > 500, "{opened} opened, {refused} refused");
}

/// A manifest with one byte changed never vouches for the model, unless the byte does not matter.
#[test]
fn changed_manifests_vouch_for_nothing_else() {
    const EACH: usize = 1_000;
    let (_, bytes) = files().pop().unwrap();
    let manifests = Manifests::of(&from_memory(&bytes).unwrap()).unwrap();
    let mut numbers = Numbers(3);
    let (mut loaded, mut refused) = (0, 0);
    for text in [manifests.record().unwrap(), manifests.checksums()] {
        let digests: Vec<&str> = text.split(['"', ' ', '\n']).filter(|word| word.len() == 64).collect();
        for _ in 0..EACH {
            let manifest = numbers.change(text.as_bytes());
            let changed = String::from_utf8_lossy(&manifest).to_lowercase();
            let options = OpenOptions { manifest: Some(manifest), policy: Policy::Required, ..OpenOptions::default() };
            let model = Model::from_memory(bytes.clone().into(), &options, &Context::new());
            match model.and_then(|model| model.load(&PlanOptions { target: Target::None, ..PlanOptions::default() })) {
                Ok(_) => {
                    assert!(digests.iter().any(|digest| changed.contains(digest)), "{changed}");
                    loaded += 1;
                }
                Err(error) => {
                    let kinds = [Kind::Format, Kind::Mismatch, Kind::Unverified, Kind::Unsupported];
                    assert!(kinds.contains(&error.kind()), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(loaded + refused, 2 * EACH);
    assert!(loaded > 50 && refused > 500, "{loaded} loaded, {refused} refused");
}

/// The lengths of the prefixes of a model that end between two of its fields, the last of which is the graph or comes
/// after it. Such a prefix is a model.
fn ends_after_graph(model: &[u8]) -> Vec<usize> {
    const GRAPH: u64 = 7;
    let number = |at: &mut usize| {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            *at += 1;
            value |= u64::from(model[*at - 1] & 0x7f) << shift;
            if model[*at - 1] < 0x80 {
                break;
            }
        }
        value
    };
    let (mut at, mut has_graph, mut ends) = (0, false, Vec::new());
    while at < model.len() {
        let key = number(&mut at);
        let value = number(&mut at);
        at += if key & 7 == 2 { value as usize } else { 0 };
        has_graph |= key >> 3 == GRAPH;
        ends.extend(has_graph.then_some(at));
    }
    ends
}

/// Every prefix of the small ones, and some of the others.
#[test]
fn prefixes_of_onnx_models_open_only_where_a_field_ends() {
    const SMALL: usize = 2048;
    let (mut refused, mut opened) = (0, 0);
    for (path, bytes) in models() {
        let ends = ends_after_graph(&bytes);
        let is_external = matches!(onnx_from_memory(&bytes), Err(e) if e.kind() == Kind::Unsupported);
        for len in (0..=bytes.len()).step_by(1 + bytes.len() / SMALL) {
            match onnx_from_memory(&bytes[..len]) {
                Ok(model) => {
                    assert!(ends.contains(&len) && !is_external, "{len} bytes of {}", path.display());
                    assert_loads(&model);
                    opened += 1;
                }
                Err(error) => {
                    assert!(!ends.contains(&len) || is_external, "{len} bytes of {}: {error}", path.display());
                    assert_names(&error, len);
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((refused, opened), (67_646, 572));
}

#[test]
fn changed_onnx_models_open_or_fail() {
    const EACH: usize = 60;
    let mut numbers = Numbers(4);
    let (mut opened, mut refused) = (0, 0);
    for (_, bytes) in models() {
        for _ in 0..EACH {
            match onnx_from_memory(&numbers.change(&bytes)) {
                Ok(model) => {
                    check(&model, &CheckOptions::default()).unwrap();
                    assert_loads(&model);
                    opened += 1;
                }
                Err(error) => {
                    assert_names(&error, bytes.len());
                    refused += 1;
                }
            }
        }
    }
    assert!(opened > 5_000 && refused > 5_000, "{opened} opened, {refused} refused");
}
