//! Hostile descriptions of ten megabytes each, and how much memory they make the library use.
//!
//! `cargo test --test memory -- --nocapture` shows the figures.

#[path = "common/headers.rs"]
mod headers;
#[path = "memory/onnx.rs"]
mod onnx;
#[path = "common/protobuf.rs"]
mod protobuf;
#[path = "memory/stores.rs"]
mod stores;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use headers::{declared, entry, file, tensors};
use weighbridge::write::Manifests;
use weighbridge::{Access, Context, Kind, Limits, Model, OpenOptions, PlanOptions, Policy, Result, Task};

/// The system's allocator, with a count of what is taken from it.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The system moves large blocks by their pages: the old and the new one are never held together.
        let held = HELD.fetch_add(size, Ordering::Relaxed).wrapping_add(size).wrapping_sub(layout.size());
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the memory came from `alloc`, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1 << 20;
/// Bytes of each description.
const SIZE: usize = 10 * MIB;

/// The name of the case, the files of which the first is opened, whether that succeeds, and the most memory in MiB.
type Row = (&'static str, Vec<(&'static str, Vec<u8>)>, bool, usize);

const MODEL: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// Items with different short names, as many as fit.
fn many(item: impl Fn(&str) -> String) -> String {
    let mut text = String::with_capacity(SIZE + 1024);
    for number in 0.. {
        let comma = if number == 0 { "" } else { "," };
        write!(text, "{comma}{}", item(&short(number))).unwrap();
        if text.len() >= SIZE {
            break;
        }
    }
    text
}

/// A number in few characters.
fn short(mut number: usize) -> String {
    const DIGITS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    let mut text = String::new();
    while number > 0 {
        text.push(DIGITS[number % 64].into());
        number /= 64;
    }
    text
}

fn headers() -> Vec<Row> {
    let header = |text: String| vec![(MODEL, file(format!("{{{text}}}"), 0))];
    let empty = |name: &str| entry(name, "U8", "[0]", "[0,0]");
    let zeros = many(|_| "0".to_owned());
    let field = |value: String| format!(r#""w":{{"x":{value}}}"#);
    let metadata = |text: String| header(format!(r#""__metadata__":{{{text}}}"#));
    let long = "y".repeat(SIZE);
    vec![
        ("header: empty tensors", header(many(empty)), true, 48),
        ("header: empty tensors, one of them twice", header(many(empty) + "," + &empty("")), false, 48),
        ("header: one long name", header(empty(&long)), true, 48),
        ("header: one long name of escapes", header(empty(&"\\n".repeat(SIZE / 2))), true, 64),
        ("header: one long element type", header(entry("w", &long, "[0]", "[0,0]")), false, 48),
        ("header: one long name of nothing", header(format!(r#""{long}":{{}}"#)), false, 48),
        ("header: one long text as a shape", header(format!(r#""w":{{"shape":"{long}"}}"#)), false, 80),
        ("header: dimensions", header(entry("w", "U8", &format!("[{zeros}]"), "[0,0]")), false, 48),
        ("header: lists in lists", vec![(MODEL, declared(SIZE as u64, "[".repeat(SIZE), 0))], false, 48),
        ("header: lists in lists, 100,000 deep", header(field("[".repeat(100_000))), false, 1),
        ("header: lists in lists, in a field to skip", header(field("[".repeat(SIZE))), false, 64),
        ("header: lists, in a field to skip", header(field(format!("[{}]", many(|_| "[]".to_owned())))), false, 48),
        ("header: one long metadata value", metadata(format!(r#""x":"{long}""#)), true, 64),
        ("header: metadata of many keys", metadata(many(|key| format!(r#""{key}":"""#))), false, 64),
    ]
}

fn indices() -> Vec<Row> {
    let beside = |map: String| vec![(INDEX, format!(r#"{{"weight_map":{{{map}}}}}"#).into()), ("x", tensors(&["w"]))];
    vec![
        ("index: one shard", beside(many(|name| format!(r#""{name}":"x""#))), false, 64),
        // More than 2^20 entries of 32 bytes each in memory: the list has just doubled.
        ("index: a shard without a name", beside(many(|name| format!(r#""{name}":"""#))), false, 80),
        ("index: as many shards as tensors", beside(many(|name| format!(r#""{name}":"{name}""#))), false, 24),
        ("index: shards of escapes", beside(many(|name| format!(r#""\n{name}":"\n{name}""#))), false, 24),
        ("index: one tensor", beside(many(|_| r#""w":"x""#.to_owned())), false, 80),
        ("index: lists in lists", beside("[".repeat(SIZE)), false, 16),
    ]
}

fn manifests() -> Vec<Row> {
    let digest = "0".repeat(64);
    let sums = |line: &dyn Fn(&str) -> String| vec![(MODEL, tensors(&["w"])), ("SHA256SUMS", many(line).into())];
    let record = |files: String, tensors_of: String| {
        let text = format!(r#"{{"weighbridge":1,"files":{{{files}}},"tensors":{{{tensors_of}}}}}"#);
        vec![(MODEL, tensors(&["w"])), ("weighbridge.json", text.into())]
    };
    let tensor = |name: &str, shape: &str, blocks: &str| {
        format!(r#""{name}":{{"file":"","dtype":"","shape":[{shape}],"blake3":"{digest}","blocks":[{blocks}]}}"#)
    };
    let blocks = many(|_| format!(r#""{digest}""#));
    let files = many(|name| format!(r#""{name}":{{"size":0,"blake3":"{digest}"}}"#));
    vec![
        ("checksums: many files", sums(&|name| format!("\n{digest}  {name}.")), true, 48),
        ("checksums: no digests", sums(&|name| format!("\n{name}")), false, 16),
        ("record: many files", record(files, String::new()), true, 48),
        ("record: many tensors", record(String::new(), many(|name| tensor(name, "", ""))), true, 64),
        ("record: dimensions", record(String::new(), tensor("w", &many(|_| "0".to_owned()), "")), false, 16),
        ("record: blocks", record(String::new(), tensor("w", "4", &blocks)), false, 32),
    ]
}

/// A shard under a thousand spellings of its name: it is one file, and is read once.
fn spellings() -> Row {
    let header = many(|name| entry(name, "U8", "[0]", "[0,0]"));
    let (map, mut spelling) = (String::new(), "x".to_owned());
    let map = (0..1000).fold(map, |mut map, number| {
        let comma = if number == 0 { "" } else { "," };
        write!(map, r#"{comma}"{}":"{spelling}""#, short(number)).unwrap();
        spelling.insert_str(0, "./");
        map
    });
    let index = format!(r#"{{"weight_map":{{{map}}}}}"#).into();
    (
        "index: a thousand spellings of one shard",
        vec![(INDEX, index), ("x", file(format!("{{{header}}}"), 0))],
        true,
        200,
    )
}

/// Models that need more memory than the limit of the open: the name, the files, and the limit in MiB.
type Limited = (&'static str, Vec<(&'static str, Vec<u8>)>, usize);

fn limited() -> Vec<Limited> {
    const SHARDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let header = many(|name| entry(name, "U8", "[0]", "[0,0]"));
    let map: Vec<_> = SHARDS.iter().map(|shard| format!(r#""of {shard}":"{shard}""#)).collect();
    let index = format!(r#"{{"weight_map":{{{}}}}}"#, map.join(",")).into();
    let shard = |name: &str| {
        let own = entry(&format!("of {name}"), "U8", "[0]", "[0,0]");
        file(format!("{{{own},{header}}}"), 0)
    };
    let shards = SHARDS.map(|name| (name, shard(name)));
    vec![
        ("index: eight shards of ten megabytes", [vec![(INDEX, index)], shards.to_vec()].concat(), 128),
        ("onnx: tensors of an attribute, and a hole", onnx::tensors_and_a_hole(), 96),
    ]
}

fn open(path: &Path, limits: Limits) -> Result<Model> {
    let options = OpenOptions { access: Access::Read, limits, ..OpenOptions::default() };
    Model::open(path, &options, &Context::new())
}

/// Opens a model, and returns how many MiB that took at most.
fn measure(files: Vec<(&'static str, Vec<u8>)>, limits: Limits) -> (Result<Model>, f64) {
    let root = tempfile::tempdir().unwrap();
    for (file, bytes) in &files {
        fs::write(root.path().join(file), bytes).unwrap();
    }
    let path = root.path().join(files[0].0);
    drop(files);
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let opened = open(&path, limits);
    (opened, (PEAK.load(Ordering::Relaxed) - before) as f64 / MIB as f64)
}

/// Opens a directory with the records of a tool; returns whether it opened, and how many MiB that took at most.
fn measure_store(files: &[(String, Vec<u8>)]) -> (bool, f64) {
    let root = tempfile::tempdir().unwrap();
    stores::plant(root.path(), files);
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let opened = stores::open(root.path()).is_ok();
    (opened, (PEAK.load(Ordering::Relaxed) - before) as f64 / MIB as f64)
}

/// One test, because it counts for the whole process.
#[test]
#[expect(clippy::print_stdout, reason = "the figures are for people")]
fn memory_is_bounded() {
    for (name, files, heap) in limited() {
        let limits = Limits { heap_bytes: (heap * MIB) as u64, ..Limits::default() };
        let (opened, peak) = measure(files, limits);
        println!("{peak:6.1} MiB  {name}, of {heap}");
        assert_eq!(opened.map(drop).unwrap_err().kind(), Kind::Limit, "{name}");
        assert!(peak <= 1.25 * heap as f64, "{name}: {peak} MiB of {heap}");
    }
    let rows = [headers, indices, manifests].into_iter().chain(onnx::MODELS).flat_map(|rows| rows());
    let mut ran = 0;
    for (name, files, opens, most) in rows.chain([spellings()]) {
        let (opened, peak) = measure(files, Limits::default());
        println!("{peak:6.1} MiB  {name}");
        assert_eq!(opened.is_ok(), opens, "{name}: {opened:?}");
        assert!(peak <= most as f64, "{name}: {peak} MiB; expected at most {most}");

        ran += 1;
    }
    assert!(ran > 60, "{ran}");

    for (name, files, opens, most) in stores::rows() {
        let (opened, peak) = measure_store(&files);
        println!("{peak:6.1} MiB  {name}");
        assert_eq!(opened, opens, "{name}");
        assert!(peak <= most as f64, "{name}: {peak} MiB; expected at most {most}");
    }

    let (tensors, peak) = hash_small_tensors();
    println!("{peak:6.1} MiB  hashing {tensors} tensors of one byte");
    assert!(peak <= 40.0, "hashing {tensors} tensors of one byte: {peak} MiB");
}

/// Loads very many small tensors of which each has a digest: how many, and the MiB that the pass takes. The block that is
/// read holds all of them at once.
fn hash_small_tensors() -> (usize, f64) {
    const TENSORS: usize = 100_000;
    let root = tempfile::tempdir().unwrap();
    let entries: Vec<_> =
        (0..TENSORS).map(|at| entry(&at.to_string(), "U8", "[1]", &format!("[{at},{}]", at + 1))).collect();
    fs::write(root.path().join(MODEL), file(format!("{{{}}}", entries.join(",")), TENSORS)).unwrap();
    let options = OpenOptions { policy: Policy::None, ..OpenOptions::default() };
    let record =
        Manifests::of(&Model::open(root.path(), &options, &Context::new()).unwrap()).unwrap().record().unwrap();
    fs::write(root.path().join("weighbridge.json"), record).unwrap();

    let options = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let model = Model::open(root.path(), &options, &Context::new()).unwrap();
    let plan = Arc::new(model.plan(&PlanOptions::default()).unwrap());
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    Task::start(&plan).unwrap().wait().unwrap();
    (TENSORS, (PEAK.load(Ordering::Relaxed) - before) as f64 / MIB as f64)
}
