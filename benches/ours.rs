//! Our rows of the comparison: `cargo bench --bench ours -- ROW INPUTS`. Each prints one JSON line, as the peers do.
//!
//! The inputs are those of `benches/peers`; see `docs/benchmarks.md`.
#![allow(missing_docs, clippy::print_stdout, reason = "a program")]

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use weighbridge::check::{CheckOptions, check};
use weighbridge::diff::diff;
use weighbridge::host::{HostEntry, HostFile, HostFiles, Level};
use weighbridge::verify::{Memo, RECORD_FILE_NAME};
use weighbridge::write::Manifests;
use weighbridge::{
    Access, Context, Error, Kind, Model, OpenOptions, PlanOptions, Policy, Repository, Result, Target, Task,
};

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [row, inputs] = &args[..] else { return };
    let inputs = Path::new(inputs);
    let result = match &**row {
        "open" => open(&inputs.join("open"), "open"),
        "open-read" => open_with(&inputs.join("open"), "open: read access", Access::Read),
        "open-many" => open(&inputs.join("many/model.safetensors"), "open many"),
        "plan-many" => plan(&inputs.join("many/model.safetensors"), "plan many"),
        "load" => load(&inputs.join("load"), "load", None),
        "load-sha256" => load(&inputs.join("load"), "load with SHA-256", Some(sha256)),
        "load-blake3" => load(&inputs.join("load"), "load with BLAKE3", Some(blake3)),
        "start-plain" => start(&inputs.join("load"), "open and load", None),
        "start-memo" => start(&inputs.join("load"), "open, verify and load with a memo", Some(sha256)),
        "diff-manifests" => diff_copies(inputs, "diff by manifests", Some(blake3)),
        "diff" => diff_copies(inputs, "diff by hashing", None),
        "list" => list(&inputs.join("list"), "list a repository of 500 files"),
        "verify-sha256" => verify(&inputs.join("load"), "verify: SHA-256", sha256),
        "verify-blake3" => verify(&inputs.join("one"), "verify one: BLAKE3", blake3),
        "load-matrix" => load(&matrix(inputs, [COLUMNS, 1]), "load a matrix", None),
        "load-transposed" => load(&matrix(inputs, [1, ROWS]), "load a transposed matrix", None),
        "load-one" => load(&inputs.join("one"), "load one", None),
        "load-one-logged" => load_logged(&inputs.join("one"), "load one with a log at INFO"),
        "load-one-hooked" => load_hooked(&inputs.join("one"), "load one by the I/O of a host"),
        "onnx-open-external" => open(&inputs.join("onnx/external/model.onnx"), "open external"),
        "onnx-open-large" => open(&inputs.join("onnx/inline/large.onnx"), "open 3 GiB"),
        "onnx-open-small" => open(&inputs.join("onnx/inline/small.onnx"), "open 3 MiB"),
        "onnx-open-nodes" => open(&inputs.join("onnx/nodes/model.onnx"), "open nodes"),
        "onnx-check-nodes" => check_graph(&inputs.join("onnx/nodes/model.onnx"), "check nodes"),
        "load-one-blake3" => load(&inputs.join("one"), "load one with BLAKE3", Some(blake3)),
        "fill" => load_to(Target::Cuda, &inputs.join("load"), "fill staging slots", None),
        "fill-blake3" => load_to(Target::Cuda, &inputs.join("load"), "fill staging slots with BLAKE3", Some(blake3)),
        other => panic!("there is no row {other}"),
    };
    result.unwrap_or_else(|e| panic!("{row}: {e}"));
}

fn context() -> Context {
    Context::new().with_threads(usize::MAX)
}

fn open(path: &Path, what: &str) -> Result<()> {
    open_with(path, what, Access::Map)
}

fn open_with(path: &Path, what: &str, access: Access) -> Result<()> {
    let options = OpenOptions { access, ..Default::default() };
    let context = context();
    measure(what, 0, || Model::open(path, &options, &context))
}

fn plan(path: &Path, what: &str) -> Result<()> {
    let model = Model::open(path, &OpenOptions::default(), &context())?;
    measure(what, 0, || model.plan(&PlanOptions::default()))
}

fn check_graph(path: &Path, what: &str) -> Result<()> {
    let model = Model::open(path, &options(path, None), &context())?;
    measure(what, 0, || check(&model, &CheckOptions::default()))
}

type ManifestOf = fn(&Path) -> Vec<u8>;

fn load(path: &Path, what: &str, manifest: Option<ManifestOf>) -> Result<()> {
    load_to(Target::Host, path, what, manifest)
}

fn load_to(target: Target, path: &Path, what: &str, manifest: Option<ManifestOf>) -> Result<()> {
    let options = options(path, manifest);
    let model = Model::open(path, &options, &context())?;
    let options = PlanOptions { target, ..Default::default() };
    let bytes = model.plan(&options)?.info().read_bytes;
    measure(what, bytes, || model.load(&options))
}

/// A load that writes its log to a file, line by line.
fn load_logged(path: &Path, what: &str) -> Result<()> {
    let file = tempfile::tempfile().unwrap();
    let log = move |level, target: &str, message: &str| {
        writeln!(&file, "{level:?} {target}: {message}").unwrap();
    };
    let model = Model::open(path, &options(path, None), &context().with_log(Level::Info, Arc::new(log)))?;
    let plan = PlanOptions::default();
    let bytes = model.plan(&plan)?.info().read_bytes;
    measure(what, bytes, || model.load(&plan))
}

/// A load whose files are read by functions of a host, which do what the library does.
fn load_hooked(path: &Path, what: &str) -> Result<()> {
    let files = Arc::new(Hooked(path.to_owned()));
    let model = Model::from_host_files(files, "", &options(path, None), &context())?;
    let plan = PlanOptions::default();
    let bytes = model.plan(&plan)?.info().read_bytes;
    measure(what, bytes, || model.load(&plan))
}

/// The files of a folder.
struct Hooked(PathBuf);

impl HostFiles for Hooked {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        let file = fs::File::open(self.0.join(name)).map_err(|e| Error::new(Kind::NotFound, e.to_string()))?;
        Ok(Box::new(HookedFile(file)))
    }

    fn list(&self, _: &str) -> Result<Vec<HostEntry>> {
        let entries = fs::read_dir(&self.0).unwrap().flatten();
        let entry = |entry: fs::DirEntry| HostEntry::File {
            name: entry.file_name().into_string().unwrap(),
            bytes: entry.metadata().unwrap().len(),
        };
        Ok(entries.map(entry).collect())
    }
}

struct HookedFile(fs::File);

impl HostFile for HookedFile {
    fn size(&self) -> Result<u64> {
        Ok(self.0.metadata().unwrap().len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        Ok(self.0.read_at(buffer, offset).unwrap())
    }
}

/// Elements of two bytes: 1 GiB, but for what the header of the file takes.
const ROWS: u64 = 16_384;
const COLUMNS: u64 = 32_000;

/// A model of one matrix with these strides, whose elements are those of the file of one shard.
fn matrix(inputs: &Path, strides: [u64; 2]) -> PathBuf {
    let folder = inputs.join("matrix");
    fs::create_dir_all(&folder).unwrap();
    let data = folder.join("data");
    if !data.exists() {
        fs::hard_link(inputs.join("one/model.safetensors"), &data).unwrap();
    }
    let path = folder.join(format!("{}-{}.trial", strides[0], strides[1]));
    let [strides, shape] = [strides, [ROWS, COLUMNS]].map(|list| format!("{list:?}"));
    let run = format!(r#"{{"file": 0, "offset": 4096, "len": {}}}"#, 2 * ROWS * COLUMNS);
    let tensor = format!(r#"{{"name": "m", "dtype": "F16", "shape": {shape}, "strides": {strides}, "runs": [{run}]}}"#);
    fs::write(&path, format!(r#"{{"trial": 1, "files": ["data"], "tensors": [{tensor}]}}"#)).unwrap();
    path
}

fn verify(path: &Path, what: &str, manifest: ManifestOf) -> Result<()> {
    let model = Model::open(path, &options(path, Some(manifest)), &context())?;
    let bytes = model.files().map(|file| file.len()).sum();
    measure(what, bytes, || {
        let plan = Arc::new(model.plan(&PlanOptions { target: Target::None, ..Default::default() })?);
        let task = Task::start(&plan)?;
        task.wait()?;
        task.finish()
    })
}

/// The start of a server: without any check, or with everything checked that was verified by an earlier start.
fn start(path: &Path, what: &str, manifest: Option<ManifestOf>) -> Result<()> {
    let memo = manifest.map(|_| Memo::open(path.join("memo.bench"))).transpose()?;
    let options = OpenOptions { memo, ..options(path, manifest) };
    let context = context();
    let bytes = Model::open(path, &options, &context)?.files().map(|file| file.len()).sum();
    measure(what, bytes, || {
        let model = Model::open(path, &options, &context)?;
        if options.policy != Policy::None {
            model.verify()?.verdict(options.policy)?;
        }
        model.load(&PlanOptions::default())
    })
}

/// Two checkpoints of 4 GiB with the same contents in different files.
fn diff_copies(inputs: &Path, what: &str, manifest: Option<ManifestOf>) -> Result<()> {
    let (first, second) = (inputs.join("load"), inputs.join("load-copy"));
    if !second.exists() {
        fs::create_dir(&second).unwrap();
        for entry in fs::read_dir(&first).unwrap().map(|entry| entry.unwrap()) {
            if entry.path().extension().is_some_and(|ending| ending == "safetensors" || ending == "json") {
                fs::copy(entry.path(), second.join(entry.file_name())).unwrap();
            }
        }
    }
    let options = options(&first, manifest);
    let context = context();
    let open = |path: &Path| Model::open(path, &options, &context);
    let hashed = diff(&open(&first)?, &open(&second)?)?.hashed_bytes;
    measure(what, hashed, || {
        let difference = diff(&open(&first)?, &open(&second)?)?;
        assert!(difference.is_empty());
        Ok(difference)
    })
}

/// A repository of ten models in folders, each with files beside it.
fn list(path: &Path, what: &str) -> Result<()> {
    for number in 0..500 {
        let folder = path.join(format!("part{}", number % 10));
        let name = if number < 10 { "model.onnx".to_owned() } else { format!("file{number}.json") };
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), "{}").unwrap();
    }
    let options = OpenOptions { policy: Policy::None, ..Default::default() };
    let context = context();
    measure(what, 0, || {
        let models = Repository::open(path, &options, &context)?.survey()?.models;
        assert_eq!(models.len(), 10);
        Ok(models)
    })
}

fn options(path: &Path, manifest: Option<ManifestOf>) -> OpenOptions {
    match manifest {
        Some(manifest) => OpenOptions { manifest: Some(manifest(path)), ..Default::default() },
        None => OpenOptions { policy: Policy::None, ..Default::default() },
    }
}

/// The digests of the inputs, made once and kept beside them under a name that no reader looks for.
fn manifest(path: &Path, kind: &str, text: impl FnOnce(&Manifests) -> String) -> Vec<u8> {
    let cache = path.join(format!("{kind}.bench"));
    fs::read(&cache).unwrap_or_else(|_| {
        let options = OpenOptions { policy: Policy::None, ..Default::default() };
        let model = Model::open(path, &options, &context()).unwrap();
        let text = text(&Manifests::of(&model).unwrap());
        fs::write(&cache, &text).unwrap();
        text.into_bytes()
    })
}

fn sha256(path: &Path) -> Vec<u8> {
    manifest(path, "SHA256SUMS", Manifests::checksums)
}

fn blake3(path: &Path) -> Vec<u8> {
    manifest(path, RECORD_FILE_NAME, |manifests| manifests.record().unwrap())
}

/// Runs `body` once to warm up, then for at least five times and five seconds, as the peers do. What it returns is
/// dropped outside the clock.
fn measure<T>(what: &str, bytes: u64, mut body: impl FnMut() -> Result<T>) -> Result<()> {
    let mut run = || {
        let start = Instant::now();
        let kept = body()?;
        let elapsed = start.elapsed().as_secs_f64();
        drop(kept);
        Ok::<_, weighbridge::Error>(elapsed)
    };
    run()?;
    let mut seconds = Vec::new();
    let begin = Instant::now();
    while seconds.len() < 5 || begin.elapsed().as_secs() < 5 {
        seconds.push(run()?);
    }
    seconds.sort_by(f64::total_cmp);
    println!(
        r#"{{"what": {what:?}, "seconds": {:.6}, "median": {:.6}, "runs": {}, "bytes": {bytes}, "peak_rss": {}}}"#,
        seconds[0],
        seconds[seconds.len() / 2],
        seconds.len(),
        peak_rss(),
    );
    Ok(())
}

/// `VmHWM`: `ru_maxrss` survives exec, and would show the peak of whoever started us.
fn peak_rss() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
