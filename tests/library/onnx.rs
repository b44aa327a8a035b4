//! ONNX models as the onnx package reads them: graphs, and every tensor from every field and file.

pub mod describe;
pub mod expectation;
pub mod tensors;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;
use weighbridge::{Access, Context, Model, OpenOptions, PlanOptions, Severity, Target};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx/golden");

/// The lines of the expectations below a folder: of the golden models, or of all models that `make.py full` wrote.
fn expectations(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A model of the expectations on the disk. Of a cache the blobs are there, and the links have to be made.
struct OnDisk {
    path: PathBuf,
    _copy: Option<tempfile::TempDir>,
}

fn on_disk(folder: &Path, line: &Value) -> OnDisk {
    let file = line["file"].as_str().unwrap();
    let Some(links) = line["links"].as_object() else { return OnDisk { path: folder.join(file), _copy: None } };
    let root = line["root"].as_str().unwrap();
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&folder.join(root), &copy.path().join(root));
    for (link, target) in links {
        let link = copy.path().join(root).join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(target.as_str().unwrap(), link).unwrap();
    }
    OnDisk { path: copy.path().join(file), _copy: Some(copy) }
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_tree(&entry.path(), &to),
            false => _ = fs::copy(entry.path(), to).unwrap(),
        }
    }
}

fn open(path: &Path, access: Access) -> Model {
    let options = OpenOptions { access, ..OpenOptions::default() };
    Model::open(path, &options, &Context::new()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Compares all models below a folder with what the onnx package found in them. Returns the number of tensors and the
/// element types.
fn compare_all(folder: &Path) -> (usize, BTreeSet<String>) {
    let mut count = 0;
    let mut data_types = BTreeSet::new();
    for line in expectations(folder) {
        let file = line["file"].as_str().unwrap();
        let on_disk = on_disk(folder, &line);
        let model = open(&on_disk.path, Access::Map);
        describe::assert_same(file, &describe::model(&model), &expectation::kept(&line));
        let findings = weighbridge::check::check(&model, &Default::default()).unwrap();
        let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
        let read = open(&on_disk.path, Access::Read);
        let host = model.load(&PlanOptions { target: Target::Host, ..Default::default() }).unwrap();
        let view = model.load(&PlanOptions { target: Target::View, ..Default::default() }).unwrap();
        let mut met = BTreeSet::new();
        for expected in line["tensors"].as_array().unwrap() {
            let Some(index) = describe::resolve(&model, expected["path"].as_array().unwrap()) else { continue };
            tensors::assert_same(file, &model, index, expected, &model.bytes(index).unwrap());
            tensors::assert_same(file, &read, index, expected, &read.bytes(index).unwrap());
            tensors::assert_same(file, &model, index, expected, host.get(index).unwrap().bytes().unwrap());
            tensors::assert_same(file, &model, index, expected, view.get(index).unwrap().bytes().unwrap());
            data_types.insert(expected["data_type"].to_string());
            met.insert(index);
        }
        assert_eq!(met.len(), model.tensors().len(), "{file}: there are other tensors");
        count += met.len();
    }
    (count, data_types)
}

#[test]
fn every_golden_model_reads_as_the_onnx_package_reads_it() {
    let (count, data_types) = compare_all(Path::new(GOLDEN));
    assert!(count >= 400, "only {count} tensors were compared");
    assert_eq!(data_types.len(), 28, "{data_types:?}");
}

/// All models of the onnx package: `python tests/onnx/make.py full FOLDER`, then
/// `WEIGHBRIDGE_ONNX_FULL=FOLDER cargo test --release --test library onnx:: -- --ignored`.
#[test]
#[ignore = "needs two thousand models, which tests/onnx/make.py writes"]
fn every_model_of_the_package_reads_as_it_reads_it() {
    let folder = std::env::var("WEIGHBRIDGE_ONNX_FULL").unwrap();
    let (count, _) = compare_all(Path::new(&folder));
    assert!(count >= 6_000, "only {count} tensors were compared");
}

#[test]
fn models_without_other_files_read_the_same_from_memory() {
    let mut count = 0;
    for line in expectations(Path::new(GOLDEN)) {
        let file = line["file"].as_str().unwrap();
        let is_external = |tensor: &Value| tensor["storage"] == "external_data";
        if line["tensors"].as_array().unwrap().iter().any(is_external) {
            continue;
        }
        let bytes = fs::read(Path::new(GOLDEN).join(file)).unwrap();
        let model = Model::from_memory(bytes.into(), &OpenOptions::default(), &Context::new());
        let model = model.unwrap_or_else(|e| panic!("{file}: {e}"));
        describe::assert_same(file, &describe::model(&model), &expectation::kept(&line));
        for expected in line["tensors"].as_array().unwrap() {
            let Some(index) = describe::resolve(&model, expected["path"].as_array().unwrap()) else { continue };
            tensors::assert_same(file, &model, index, expected, &model.bytes(index).unwrap());
        }
        count += 1;
    }
    assert!(count >= 100, "only {count} models");
}

/// The bytes of the tensor "w", if there is one and it can be read.
fn bytes_of_w(model: &Model) -> Option<weighbridge::Result<Vec<u8>>> {
    let index = model.tensors().find("w").or_else(|| model.tensors().find("w.values"))?;
    Some(model.bytes(index).map(|bytes| bytes.to_vec()))
}

#[test]
fn hostile_files_are_met_as_our_policy_says() {
    let mut counts = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for case in crate::cases::cases("hostile/hostile.jsonl") {
        let policy = case.line["policy"].as_str().unwrap().to_owned();
        let opened = Model::open(case.path(), &OpenOptions::default(), &Context::new());
        let seen = match opened.as_ref().map(|model| (model, bytes_of_w(model))) {
            Err(e) => Err(e.to_string()),
            Ok((_, Some(Err(e)))) => Err(e.to_string()),
            Ok((model, bytes)) => Ok((model, bytes.map(Result::unwrap))),
        };
        let fault = match (policy.as_str(), seen) {
            ("accept", Ok((model, bytes))) => {
                let expected = case.line["hex"].as_str();
                let differs = expected.is_some_and(|hex| bytes.as_deref().map(describe::hex).as_deref() != Some(hex));
                let is_silent = case.line.get("warns").is_some() && model.notes().is_empty();
                (differs || is_silent).then(|| format!("{bytes:?}, notes {:?}", model.notes()))
            }
            ("report", Ok((model, bytes))) => {
                let findings = weighbridge::check::check(model, &Default::default()).unwrap();
                let is_told = findings.iter().any(|finding| finding.rule.starts_with("onnx.tensor"));
                (bytes.is_some() || !is_told).then(|| format!("{bytes:?}: {findings:?}"))
            }
            ("reject", Err(e)) => e.is_empty().then_some(e),
            ("undecided", _) => None,
            (_, Ok(_)) => Some("it opened".to_owned()),
            (_, Err(e)) => Some(e),
        };
        wrong.extend(fault.map(|fault| format!("{} ({policy}): {fault}", case.name())));
        *counts.entry(policy).or_insert(0) += 1;
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts["accept"] >= 60 && counts["reject"] >= 200, "{counts:?}");
}

#[test]
fn every_prefix_of_every_golden_model_is_refused_or_read() {
    let mut count = 0_usize;
    for line in expectations(Path::new(GOLDEN)) {
        let on_disk = on_disk(Path::new(GOLDEN), &line);
        let bytes = fs::read(&on_disk.path).unwrap();
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 400) {
            let prefix = bytes[..end].to_vec();
            if let Ok(model) = Model::from_memory(prefix.into(), &OpenOptions::default(), &Context::new()) {
                (0..model.tensors().len()).for_each(|index| _ = model.bytes(index));
            }
            count += 1;
        }
    }
    assert!(count > 20_000, "only {count} prefixes");
}

/// A model of one tensor of bytes, as a protobuf message; the contents follow it in the file.
fn head_of(len: u64) -> Vec<u8> {
    let field = |tag: u8, contents: &[u8], more: u64| {
        let mut bytes = vec![tag];
        let mut rest = contents.len() as u64 + more;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        bytes.extend(contents);
        bytes
    };
    let mut dims = vec![0x08];
    dims.extend(&field(0, &[], len)[1..]);
    let tensor = [&dims[..], &[0x10, 2], b"\x42\x01w", &field(0x4a, &[], len)].concat();
    let graph = [b"\x12\x01g", &field(0x2a, &tensor, len)[..]].concat();
    [&[0x08, 10, 0x42, 2, 0x10, 21], &field(0x3a, &graph, len)[..]].concat()
}

#[test]
fn a_file_beyond_two_gigabytes_opens_by_every_way_in() {
    const LEN: u64 = 3 << 30;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.onnx");
    let head = head_of(LEN);
    fs::write(&path, &head).unwrap();
    let file = fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    file.set_len(head.len() as u64 + LEN).unwrap();
    file.write_all_at(b"end", head.len() as u64 + LEN - 3).unwrap();

    // SAFETY: nobody writes the file while it is mapped.
    let map = unsafe { memmap2::Mmap::map(&file) }.unwrap();
    let memory = Model::from_memory(Bytes::from_owner(map), &OpenOptions::default(), &Context::new()).unwrap();
    for model in [open(&path, Access::Map), open(&path, Access::Read), memory] {
        let tensor = model.tensors().get(0).unwrap();
        assert_eq!((tensor.name, tensor.byte_len(), tensor.span().unwrap().offset), ("w", LEN, head.len() as u64));
        let mut end = [0; 4];
        model.read_into(0, LEN - 4, &mut end).unwrap();
        assert_eq!(&end, b"\0end");
    }
}
