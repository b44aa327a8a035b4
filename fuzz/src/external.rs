//! What a tensor says of the file that holds its contents, beside files, links and traps.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::{Access, Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target};

use super::onnx::check_model;

/// A directory with files of weights and links to them, and links, a pipe and a directory that no model may read.
struct Beside {
    _temp: TempDir,
    /// The directory of the model, without links.
    directory: PathBuf,
    model: PathBuf,
}

thread_local! {
    static BESIDE: Beside = Beside::new();
}

impl Beside {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(temp.path()).unwrap();
        let directory = root.join("model");
        fs::create_dir_all(directory.join("sub/d.bin")).unwrap();
        let bytes = |first: u8| (first..first + 64).collect::<Vec<u8>>();
        fs::write(directory.join("a.bin"), bytes(0)).unwrap();
        fs::write(directory.join("sub/b..bin"), bytes(64)).unwrap();
        fs::write(directory.join("empty.bin"), "").unwrap();
        fs::write(root.join("secret.bin"), bytes(128)).unwrap();
        let secret = root.join("secret.bin");
        let links = [
            ("alias", "a.bin"),
            ("sub/up.bin", "../a.bin"),
            ("escape", "../secret.bin"),
            ("absolute", secret.to_str().unwrap()),
            ("parent", ".."),
            ("loop", "loop"),
            ("here", "."),
            ("nowhere", "missing"),
            ("magic", "/proc/self/environ"),
        ];
        for (name, target) in links {
            symlink(target, directory.join(name)).unwrap();
        }
        mknodat(CWD, directory.join("pipe"), FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        let model = directory.join("model.onnx");
        Self { _temp: temp, directory, model }
    }

    /// The bytes of a file inside the directory, found with the means of the system.
    fn inside(&self, name: &[u8]) -> Option<Vec<u8>> {
        let path = fs::canonicalize(self.directory.join(OsStr::from_bytes(name))).ok()?;
        path.starts_with(&self.directory).then(|| fs::read(path).unwrap())
    }
}

/// What one tensor says: how many elements of one byte it has, and the keys and values of its external data.
struct Said<'a> {
    count: u64,
    entries: Vec<(&'a [u8], &'a [u8])>,
}

/// Opens a model whose tensors lie in other files. An empty line ends what is said of a tensor. Of that the first line is
/// the number of its elements; every other one is a key, `=` and a value.
pub fn onnx_external(data: &[u8]) {
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let tensors: Vec<_> = lines.split(|line| line.is_empty()).map(Said::of).collect();
    BESIDE.with(|beside| {
        fs::write(&beside.model, model(&tensors)).unwrap();
        for (access, policy) in [(Access::Map, Policy::IfPresent), (Access::Read, Policy::None)] {
            let options = OpenOptions { access, policy, format: Some("onnx".to_owned()), ..OpenOptions::default() };
            match Model::open(&beside.model, &options, &Context::new()) {
                Ok(model) => check(beside, &model, &tensors),
                Err(error) => {
                    let kinds = [Kind::Format, Kind::Limit, Kind::NotFound, Kind::Io];
                    assert!(kinds.contains(&error.kind()), "{error:?}");
                    assert!(!error.to_string().contains(char::is_control), "{error}");
                }
            }
        }
    });
}

impl<'a> Said<'a> {
    fn of(lines: &[&'a [u8]]) -> Self {
        let count = lines.first().and_then(|line| std::str::from_utf8(line).ok()?.parse().ok()).unwrap_or(8);
        let split = |line: &&'a [u8]| {
            let end = line.iter().position(|byte| *byte == b'=').unwrap_or(line.len());
            (&line[..end], line.get(end + 1..).unwrap_or_default())
        };
        Self { count, entries: lines.iter().skip(1).map(split).collect() }
    }

    fn value(&self, wanted: &str) -> Option<&'a [u8]> {
        let mut values = self.entries.iter().filter(|(key, _)| *key == wanted.as_bytes()).map(|(_, value)| *value);
        let value = values.next();
        assert_eq!(values.next(), None, "a key counts once");
        value
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.value(key).map(|digits| std::str::from_utf8(digits).unwrap().parse().unwrap())
    }

    /// The bytes that the tensor has to have, and whether the checksum of their file is another one.
    fn expected(&self, beside: &Beside) -> (Vec<u8>, bool) {
        let location = self.value("location").expect("a location");
        let mut parts = location.split(|byte| *byte == b'/');
        assert!(!location.starts_with(b"/") && parts.all(|part| part != b".." && !part.contains(&b'\\')));
        assert_eq!(self.number("length").unwrap_or(self.count), self.count);
        let file = beside.inside(location).expect("a file inside the directory");
        let checksum = self.value("checksum");
        let checksum = checksum.and_then(|hex| Digest::parse(Algorithm::Sha1, std::str::from_utf8(hex).ok()?).ok());
        let is_false = checksum.is_some_and(|checksum| checksum != Digest::of(Algorithm::Sha1, &file));
        let offset = self.number("offset").unwrap_or_default() as usize;
        (file[offset..offset + self.count as usize].to_vec(), is_false)
    }
}

/// What has been opened comes from where it says, inside the directory.
fn check(beside: &Beside, model: &Model, tensors: &[Said<'_>]) {
    let expected: Vec<_> = tensors.iter().map(|tensor| tensor.expected(beside)).collect();
    if expected.iter().any(|(_, is_false)| *is_false) && model.policy() != Policy::None {
        let options = PlanOptions { target: Target::None, ..PlanOptions::default() };
        let error = model.load(&options).map(|_| ()).expect_err("another checksum");
        assert_eq!(error.kind(), Kind::Mismatch);
        return;
    }
    check_model(model);
    assert_eq!(model.tensors().len(), tensors.len());
    for (index, (expected, _)) in expected.iter().enumerate() {
        let found = model.tensors().find(&name(index)).expect("the tensor");
        assert_eq!(model.bytes(found).unwrap(), expected);
    }
}

fn name(index: usize) -> String {
    format!("w{index}")
}

/// A model with initializers.
fn model(tensors: &[Said<'_>]) -> Vec<u8> {
    let mut graph = field(2, b"g");
    for (index, Said { count, entries }) in tensors.iter().enumerate() {
        let mut tensor = [number(1, *count), number(2, 2), field(8, name(index).as_bytes()), number(14, 1)].concat();
        for (key, value) in entries {
            tensor.extend(field(13, &[field(1, key), field(2, value)].concat()));
        }
        graph.extend(field(5, &tensor));
    }
    [number(1, 8), field(8, &number(2, 17)), field(7, &graph)].concat()
}

/// A field of protobuf that is a number.
fn number(tag: u64, value: u64) -> Vec<u8> {
    [varint(tag << 3), varint(value)].concat()
}

/// A field of protobuf that is bytes or a message.
fn field(tag: u64, contents: &[u8]) -> Vec<u8> {
    [&*varint(tag << 3 | 2), &*varint(contents.len() as u64), contents].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
