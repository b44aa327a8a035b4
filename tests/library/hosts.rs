//! Models that lie elsewhere than in files of their own: behind the I/O of a host, in memory, within a larger file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::headers::{declared, entry, index, tensors};
use ::bytes::Bytes;
use weighbridge::host::Level;
use weighbridge::load::Reads;
use weighbridge::verify::{Outcome, Subject};
use weighbridge::write::Manifests;
use weighbridge::{
    Access, Context, Error, HostEntry, HostFile, HostFiles, Kind, Model, OpenOptions, PlanOptions, Policy, Result,
    Target,
};

const GOLDEN: &str = "tests/golden/tiny-llama";
const INDEX: &str = "model.safetensors.index.json";

/// What a host may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Reads bring a few bytes each.
    Trickle,
    /// Reads say that they brought more than there is room for.
    Boast,
    /// The file ends before its size.
    Short,
    /// Reads fail.
    Fail,
    /// The size is another when it is asked for again.
    Resize,
    /// The contents are others when they are asked for again.
    Rewrite,
    /// The memory that is lent has another length.
    MapShort,
}

/// A host whose files are in memory. It misbehaves once it is told to.
struct Host {
    files: BTreeMap<String, Bytes>,
    fault: Fault,
    is_faulty: AtomicBool,
    maps: AtomicBool,
    preferred_read: usize,
    /// Names that were asked for.
    names: Mutex<Vec<String>>,
    /// Sizes of the reads.
    reads: Mutex<Vec<usize>>,
    open_now: AtomicU64,
}

impl Host {
    fn new(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        Self {
            files: files.into_iter().collect(),
            fault: Fault::None,
            is_faulty: AtomicBool::new(false),
            maps: AtomicBool::new(false),
            preferred_read: 0,
            names: Mutex::default(),
            reads: Mutex::default(),
            open_now: AtomicU64::new(0),
        }
    }

    fn fault(&self) -> Fault {
        if self.is_faulty.load(Ordering::SeqCst) { self.fault } else { Fault::None }
    }
}

/// The host as the library gets it.
#[derive(Clone)]
struct Shared(Arc<Host>);

struct Opened {
    host: Arc<Host>,
    bytes: Bytes,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.host.open_now.fetch_sub(1, Ordering::SeqCst);
    }
}

impl HostFiles for Shared {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        self.0.names.lock().unwrap().push(name.to_owned());
        let bytes = self.0.files.get(name).ok_or_else(|| Error::new(Kind::NotFound, "not in the pak"))?;
        self.0.open_now.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Opened { host: Arc::clone(&self.0), bytes: bytes.clone() }))
    }

    fn list(&self, folder: &str) -> Result<Vec<HostEntry>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.files.iter().filter_map(|(name, bytes)| Some((name.strip_prefix(&prefix)?, bytes)));
        let plain = within.filter(|(name, _)| !name.starts_with("models/"));
        let file = |(name, bytes): (&str, &Bytes)| HostEntry::File { name: name.to_owned(), bytes: bytes.len() as u64 };
        Ok(plain.map(file).collect())
    }
}

impl HostFile for Opened {
    fn size(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64 + u64::from(self.host.fault() == Fault::Resize))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        assert!(!buffer.is_empty() && offset + buffer.len() as u64 <= self.bytes.len() as u64);
        self.host.reads.lock().unwrap().push(buffer.len());
        let count = match self.host.fault() {
            Fault::Boast => return Ok(buffer.len() + 1),
            Fault::Short => return Ok(0),
            Fault::Fail => return Err(Error::new(Kind::Io, "the network is down")),
            Fault::Trickle => buffer.len().min(777),
            _ => buffer.len(),
        };
        buffer[..count].copy_from_slice(&self.bytes[offset as usize..][..count]);
        Ok(count)
    }

    fn identity(&self) -> Result<u64> {
        Ok(u64::from(self.host.fault() == Fault::Rewrite))
    }

    fn map(&self) -> Option<Bytes> {
        let len = self.bytes.len() - usize::from(self.host.fault() == Fault::MapShort);
        self.host.maps.load(Ordering::SeqCst).then(|| self.bytes.slice(..len))
    }

    fn preferred_read(&self) -> usize {
        self.host.preferred_read
    }
}

fn golden() -> Vec<(String, Bytes)> {
    let entries = fs::read_dir(GOLDEN).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap().into())).collect()
}

fn open(host: &Arc<Host>, path: &str) -> Result<Model> {
    Model::from_host_files(Arc::new(Shared(Arc::clone(host))), path, &OpenOptions::default(), &Context::new())
}

fn to_host() -> PlanOptions {
    PlanOptions { target: Target::Host, ..PlanOptions::default() }
}

/// Both models are the same, whichever way their bytes are reached.
fn assert_same(model: &Model, other: &Model) {
    assert_eq!(model.tensors().len(), other.tensors().len());
    assert_eq!(model.assets(), other.assets());
    let [placed, expected] = [model, other].map(|model| model.load(&to_host()).unwrap());
    for (at, (this, that)) in placed.iter().zip(expected.iter()).enumerate() {
        assert_eq!((this.name, this.bytes()), (that.name, that.bytes()));
        assert_eq!(model.bytes(at).unwrap(), that.bytes().unwrap());
        assert_eq!(model.place(&model.tensors().get(at).unwrap()), other.place(&other.tensors().get(at).unwrap()));
    }
    for name in other.assets() {
        assert_eq!(model.asset(name).unwrap(), other.asset(name).unwrap());
        assert_eq!(model.asset_len(name).unwrap(), other.asset_len(name).unwrap());
    }
    model.verify().unwrap().verdict(model.policy()).unwrap();
    let record = |model| Manifests::of(model).unwrap().record().unwrap();
    assert_eq!(record(model), record(other));
}

#[test]
fn a_model_of_the_host_is_the_model_of_the_disk() {
    let required = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let disk = Model::open(GOLDEN, &required, &Context::new()).unwrap();
    for (fault, path) in [(Fault::None, ""), (Fault::None, INDEX), (Fault::Trickle, "")] {
        let host = Arc::new(Host { fault, is_faulty: AtomicBool::new(true), ..Host::new(golden()) });
        let files = Arc::new(Shared(Arc::clone(&host)));
        let model = Model::from_host_files(files, path, &required, &Context::new()).unwrap();
        assert_same(&model, &disk);
        assert_eq!(host.open_now.load(Ordering::SeqCst), 4 + u64::from(!path.is_empty()), "only weights stay open");
    }
}

#[test]
fn a_model_in_memory_may_have_many_files() {
    let required = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let disk = Model::open(GOLDEN, &required, &Context::new()).unwrap();
    for path in ["", INDEX, "./model.safetensors.index.json"] {
        let model = Model::from_blobs(golden(), path, &required, &Context::new()).unwrap();
        assert_same(&model, &disk);
        assert!(model.load(&PlanOptions { target: Target::View, ..PlanOptions::default() }).is_ok());
    }
    let shards =
        [("sub/a".to_owned(), tensors(&["v"]).into()), ("m.json".to_owned(), index(&[("v", ".//sub/./a")]).into())];
    let model = Model::from_blobs(shards, "m.json", &OpenOptions::default(), &Context::new()).unwrap();
    assert_eq!(model.files().next().unwrap().name(), "sub/a");
}

/// A host that opens all files but one, and says why.
struct Refusing(Shared, &'static str, Kind);

impl HostFiles for Refusing {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        if name == self.1 { Err(Error::new(self.2, "refused")) } else { self.0.open(name) }
    }

    fn list(&self, folder: &str) -> Result<Vec<HostEntry>> {
        self.0.list(folder)
    }
}

/// A file that cannot be opened has a line; what ends the whole operation is an error of it.
#[test]
fn a_file_that_a_host_does_not_open_ends_a_verification_only_if_it_means_that() {
    let blobs = golden().into_iter().chain([("notes".to_owned(), Bytes::from_static(b"x"))]);
    let shared = Shared(Arc::new(Host::new(blobs)));
    for (kind, ends) in [(Kind::Io, false), (Kind::Cancelled, true), (Kind::Limit, true), (Kind::OutOfMemory, true)] {
        let files = Arc::new(Refusing(shared.clone(), "notes", kind));
        let model = Model::from_host_files(files, "", &OpenOptions::default(), &Context::new()).unwrap();
        match model.verify() {
            Ok(report) => {
                assert!(!ends, "{kind:?}");
                let line = report.iter().find(|line| line.subject == Subject::File("notes")).unwrap();
                assert_eq!((line.outcome, line.reason()), (Outcome::Uncovered, Some("refused")));
            }
            Err(error) => assert!(ends && error.kind() == kind, "{error}"),
        }
    }
}

/// The files of a directory and its folders, by their names in it.
fn files_below(root: &Path, prefix: &str) -> Vec<(String, Bytes)> {
    let entries = fs::read_dir(root).unwrap().map(Result::unwrap);
    let files = entries.flat_map(|entry| {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.path() {
            folder if folder.is_dir() => files_below(&folder, &format!("{name}/")),
            file => vec![(name, fs::read(file).unwrap().into())],
        }
    });
    files.collect()
}

/// External data is found among the blobs, and among the files of a host, in folders too: the tensors are those of the disk.
#[test]
fn external_data_lies_beside_its_model_wherever_that_is() {
    let folders = ["checksum", "everywhere", "one-file", "ranges", "saved-file-each", "several-files", "subdirectory"];
    for folder in folders.map(|name| Path::new("tests/onnx/golden/external").join(name)) {
        let blobs = files_below(&folder, "");
        for path in ["", "model.onnx"] {
            let disk = Model::open(folder.join(path), &OpenOptions::default(), &Context::new()).unwrap();
            assert!(disk.files().len() > 1 && disk.tensors().len() > 1, "{}", folder.display());
            let model = Model::from_blobs(blobs.clone(), path, &OpenOptions::default(), &Context::new()).unwrap();
            assert_same(&model, &disk);
            if !path.is_empty() {
                assert_same(&open(&Arc::new(Host::new(blobs.clone())), path).unwrap(), &disk);
            }
        }
        let without = blobs.into_iter().filter(|(name, _)| name == "model.onnx");
        let error = Model::from_blobs(without, "", &OpenOptions::default(), &Context::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        assert!(error.message().contains("the model \"model.onnx\" names the file"), "{error}");
    }
}

#[test]
fn blobs_that_are_missing_or_damaged_are_noticed() {
    let from =
        |blobs: Vec<(String, Bytes)>, path| Model::from_blobs(blobs, path, &OpenOptions::default(), &Context::new());
    let error = from(golden(), "other.json").unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.to_string().contains("other.json"), "{error}");
    let without = golden().into_iter().filter(|(name, _)| !name.contains("00002")).collect();
    let error = from(without, "").unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.to_string().contains("model-00002-of-00004.safetensors: the shard is missing"), "{error}");
    let mut damaged: BTreeMap<String, Bytes> = golden().into_iter().collect();
    damaged.insert("config.json".to_owned(), Bytes::from_static(b"{}"));
    let model = from(damaged.into_iter().collect(), "").unwrap();
    assert_eq!(model.asset("config.json").unwrap_err().kind(), Kind::Mismatch);
}

/// What a host does after the model was opened is an error that names the file, and never handed out.
#[test]
fn faults_of_the_host_are_errors_with_a_place() {
    for (fault, kind, words) in [
        (Fault::Boast, Kind::Callback, "the host says that it read"),
        (Fault::Short, Kind::Changed, "it ends here now"),
        (Fault::Fail, Kind::Io, "the network is down"),
        (Fault::Resize, Kind::Changed, "bytes when it was opened"),
        (Fault::Rewrite, Kind::Changed, "it has been written since"),
    ] {
        let host = Arc::new(Host { fault, ..Host::new([("m.safetensors".to_owned(), tensors(&["w"]).into())]) });
        let model = open(&host, "").unwrap();
        host.is_faulty.store(true, Ordering::SeqCst);
        let errors = [
            model.bytes(0).map(|_| ()),
            model.read_into(0, 1, &mut [0; 2]),
            model.load(&to_host()).map(|_| ()),
            Manifests::of(&model).map(|_| ()),
        ];
        for result in errors {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), kind, "{fault:?}: {error}");
            assert_eq!(error.site().path.as_deref(), Some("m.safetensors"), "{fault:?}: {error}");
            assert!(error.to_string().contains(words), "{fault:?}: {error}");
        }
        if !matches!(fault, Fault::Resize | Fault::Rewrite) {
            assert_eq!(open(&host, "").unwrap_err().kind(), kind, "{fault:?} at the open");
        }
    }
}

#[test]
fn the_host_sees_plain_names_only() {
    for name in ["../secret", "/etc/passwd", r"a\\b", "sub/../../x"] {
        let host = Arc::new(Host::new([("m.json".to_owned(), index(&[("w", name)]).into())]));
        assert_eq!(open(&host, "m.json").unwrap_err().kind(), Kind::Format, "{name}");
        assert_eq!(*host.names.lock().unwrap(), ["m.json"]);
    }
    let host = Arc::new(Host::new([("m.json".to_owned(), index(&[("w", "./sub//w")]).into())]));
    assert_eq!(open(&host, "m.json").unwrap_err().kind(), Kind::NotFound);
    assert_eq!(*host.names.lock().unwrap(), ["m.json", "sub/w"]);
    for name in ["../w.safetensors", "a/w.safetensors", "", "."] {
        let host = Arc::new(Host::new([(name.to_owned(), tensors(&["w"]).into())]));
        let error = open(&host, "").unwrap_err();
        assert_eq!(error.kind(), Kind::Callback, "{name}: {error}");
    }
}

/// A file that cannot be mapped is read; whoever wants a pointer is told why there is none, and may ask again.
#[test]
fn where_there_is_no_map_bytes_are_read() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let log = Arc::new(move |level, target: &str, text: &str| {
        log.lock().unwrap().push((level, target.to_owned(), text.to_owned()));
    });
    let context = Context::new().with_log(Level::Warn, log);
    let files = [("m.safetensors".to_owned(), tensors(&["v", "w"]).into())];
    let host = Arc::new(Host { fault: Fault::MapShort, ..Host::new(files) });
    let files = Arc::new(Shared(Arc::clone(&host)));
    let model = Model::from_host_files(files, "", &OpenOptions::default(), &context).unwrap();
    let source = model.files().next().unwrap();
    assert!(source.can_view() && source.unmappable().is_none());
    for tensor in [0, 1, 0] {
        let error = model.view(tensor).unwrap_err();
        assert_eq!(error.kind(), Kind::NotMapped);
        let message = error.to_string();
        let words =
            ["m.safetensors: ", "cannot be mapped", "the host has no memory to lend", "read it", "WB_OPEN_READ"];
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
        assert_eq!(model.bytes(tensor).unwrap().len(), 4);
    }
    assert!(source.unmappable().is_some());
    let as_views = PlanOptions { target: Target::View, ..PlanOptions::default() };
    assert_eq!(model.plan(&as_views).unwrap().info().target, Target::Host, "a plan says so");
    let read = model.load(&as_views).unwrap();
    assert_eq!((read.target(), read.get(1).unwrap().bytes().unwrap()), (Target::Host, &*model.bytes(1).unwrap()));
    let first = lines.lock().unwrap().clone();
    assert!(matches!(&first[..], [(Level::Warn, _, line)] if line.contains("m.safetensors")), "{first:?}");

    host.maps.store(true, Ordering::SeqCst);
    host.is_faulty.store(true, Ordering::SeqCst);
    assert_eq!(model.view(0).unwrap_err().kind(), Kind::NotMapped, "memory of another length");
    host.is_faulty.store(false, Ordering::SeqCst);
    let view = model.view(0).unwrap();
    assert!(host.files["m.safetensors"].as_ptr_range().contains(&view.as_ptr()), "the memory of the host itself");
    assert!(source.unmappable().is_none());
    assert_eq!(model.load(&as_views).unwrap().target(), Target::View);
    assert_eq!(lines.lock().unwrap().len(), 1);
}

/// A model of one large tensor: a pattern with no two blocks alike.
fn large(len: usize) -> Vec<u8> {
    let header = format!("{{{}}}", entry("w", "U8", &format!("[{len}]"), &format!("[0,{len}]")));
    let mut contents = declared(header.len() as u64, header, 0);
    contents.extend((0..len as u32).map(|at| (at.wrapping_mul(0x9E37_79B1) >> 13) as u8));
    contents
}

#[test]
fn loads_ask_for_as_much_at_once_as_the_host_prefers() {
    const SIZE: usize = 24 << 20;
    const PREFERRED: usize = 6 << 20;
    let contents: Bytes = large(SIZE).into();
    for (policy, reads) in
        [(Policy::None, Reads::Auto), (Policy::None, Reads::Buffered), (Policy::IfPresent, Reads::Auto)]
    {
        let files = [("m.safetensors".to_owned(), contents.clone())];
        let host = Arc::new(Host { preferred_read: PREFERRED, ..Host::new(files) });
        let files = Arc::new(Shared(Arc::clone(&host)));
        let options = OpenOptions { policy, ..OpenOptions::default() };
        let model = Model::from_host_files(files, "", &options, &Context::new()).unwrap();
        host.reads.lock().unwrap().clear();
        let plan = PlanOptions { target: Target::Host, reads, staging_bytes: 16 << 20, ..PlanOptions::default() };
        let placed = model.load(&plan).unwrap();
        assert!(placed.find("w").unwrap().bytes().unwrap() == &contents[contents.len() - SIZE..]);
        let reads = host.reads.lock().unwrap();
        assert!(reads.iter().all(|size| *size <= PREFERRED), "{reads:?}");
        assert_eq!(reads.iter().sum::<usize>(), SIZE, "nothing is read twice: {reads:?}");
        assert!(reads.contains(&PREFERRED) && reads.len() <= 8, "{reads:?}");
    }
}

/// A pak file: other things, the model at an odd offset, other things.
fn pak(folder: &Path, model: &[u8], start: usize) -> File {
    let path = folder.join("game.pak");
    let mut file = File::create(&path).unwrap();
    file.write_all(&vec![0xAA; start]).unwrap();
    file.write_all(model).unwrap();
    file.write_all(&[0xBB; 10_000]).unwrap();
    File::open(&path).unwrap()
}

#[test]
fn a_model_within_a_larger_file_counts_from_its_own_start() {
    let folder = tempfile::tempdir().unwrap();
    let contents = large(20 << 20);
    let memory = Model::from_memory(contents.clone().into(), &OpenOptions::default(), &Context::new()).unwrap();
    let tensor = memory.tensors().get(0).unwrap();
    for start in [0, 1, 4096, 10_001, 4096 + 64] {
        for access in [Access::Map, Access::Read] {
            let options = OpenOptions { access, ..OpenOptions::default() };
            let file = pak(folder.path(), &contents, start);
            let len = contents.len() as u64;
            let model = Model::from_descriptor(file, start as u64, Some(len), &options, &Context::new()).unwrap();
            let found = model.tensors().get(0).unwrap();
            assert_eq!((found.span().unwrap(), model.files().next().unwrap().len()), (tensor.span().unwrap(), len));
            for reads in [Reads::Buffered, Reads::Direct] {
                let placed = model.load(&PlanOptions { reads, ..to_host() }).unwrap();
                assert!(placed.get(0).unwrap().bytes().unwrap() == &contents[tensor.span().unwrap().offset as usize..]);
            }
            assert!(model.bytes(0).unwrap() == contents[tensor.span().unwrap().offset as usize..]);
            let told = model.alignment(&found);
            match access {
                Access::Read => assert_eq!(told, 0),
                Access::Map => {
                    let address = model.view(0).unwrap().as_ptr() as usize | 4096;
                    assert_eq!(told, 1 << address.trailing_zeros(), "{start}");
                    assert_eq!(model.alignment(&found), told, "also once it is mapped");
                }
            }
            assert!(model.assets().is_empty());
        }
    }
}

#[test]
fn a_part_has_its_bounds_and_no_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let open = |contents: &[u8], offset: u64, len: u64| {
        Model::from_descriptor(
            pak(folder.path(), contents, 77),
            offset,
            Some(len),
            &OpenOptions::default(),
            &Context::new(),
        )
    };
    let good = tensors(&["w"]);
    let len = good.len() as u64;
    open(&good, 77, len).unwrap();
    let to_the_end = File::open(folder.path().join("game.pak")).unwrap();
    let error = Model::from_descriptor(to_the_end, 77, None, &OpenOptions::default(), &Context::new()).unwrap_err();
    assert!(error.to_string().contains("10000 bytes after the last tensor"), "{error}");
    for (offset, len) in [(77 + len + 10_000, 1), (0, u64::MAX), (u64::MAX, 2), (77, len + 10_001)] {
        let error = open(&good, offset, len).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(error.to_string().contains("are not inside"), "{error}");
    }
    // The bytes after the part are not those of the model.
    for len in [len - 1, len + 1] {
        assert_eq!(open(&good, 77, len).unwrap_err().kind(), Kind::Format);
    }
    let listed = index(&[("w", "a")]);
    let error = open(&listed, 77, listed.len() as u64).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(error.to_string().contains("cannot name other files"), "{error}");
    let model = open(&good, 77, len).unwrap();
    File::options().write(true).open(folder.path().join("game.pak")).unwrap().set_len(90).unwrap();
    assert_eq!(model.bytes(0).unwrap_err().kind(), Kind::Changed);
    let folder =
        Model::from_descriptor(File::open("src").unwrap(), 0, Some(1), &OpenOptions::default(), &Context::new());
    assert!(folder.unwrap_err().to_string().contains("found a directory"));
}

/// The model of a path lies in its folder: so do the files that it names.
#[test]
fn files_beside_the_entry_are_those_of_its_folder() {
    let in_folder = |(name, bytes): (String, Bytes)| (format!("models/llama/{name}"), bytes);
    let blobs: Vec<_> = golden().into_iter().map(in_folder).collect();
    let host = Arc::new(Host::new(blobs.clone()));
    let virtual_files = Context::new().with_files(Arc::new(Shared(Arc::clone(&host))));
    let required = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let index = format!("models/llama/{INDEX}");
    for path in [&*index, "models/llama/model-*-of-00004.safetensors", "./models//llama/"] {
        let in_memory = Model::from_blobs(blobs.clone(), path, &required, &Context::new());
        let lent = Model::from_host_files(Arc::new(Shared(Arc::clone(&host))), &index, &required, &Context::new());
        let opened = Model::open(&index, &required, &virtual_files);
        for model in [in_memory, lent, opened].map(Result::unwrap) {
            assert_eq!(model.tensors().len(), 39, "{path}");
            model.verify().unwrap().verdict(Policy::Required).unwrap();
            model.asset("config.json").unwrap();
        }
    }
    for path in ["models/none", "models/llama/none.safetensors", "none"] {
        let error = Model::from_blobs(blobs.clone(), path, &required, &Context::new()).unwrap_err();
        assert_eq!((error.kind(), error.site().path.as_deref()), (Kind::NotFound, Some(path)), "{error}");
    }
    let error = Model::open("/models/llama", &required, &virtual_files).unwrap_err();
    assert_eq!(error.kind(), Kind::Format, "{error}");
    let at_the_root = Context::new().with_files(Arc::new(Shared(Arc::new(Host::new(golden())))));
    assert_eq!(Model::open("", &required, &at_the_root).unwrap().tensors().len(), 39);
    let on_disk = Model::open("", &required, &Context::new()).unwrap_err();
    assert_eq!((on_disk.kind(), on_disk.to_string().as_str()), (Kind::InvalidArgument, "path: is empty"));
}
