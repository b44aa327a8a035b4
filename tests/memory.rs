//! Hostile headers of ten megabytes each: how much memory they can make the library use.
#![expect(clippy::print_stdout, reason = "the figures are for people")]

#[path = "bad/bytes.rs"]
mod bytes;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{declared, entry, file, tensors};
use weighbridge::{Access, Context, Model, OpenOptions};

/// The system's allocator, and a count of what is taken from it.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the memory came from `alloc` above, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes of each input.
const SIZE: usize = 10 << 20;
const MIB: usize = 1 << 20;

/// Repeats an item with its number until the input is large enough.
fn many(mut item: impl FnMut(usize) -> String) -> String {
    let mut text = String::with_capacity(SIZE + 1024);
    let mut number = 0;
    while text.len() < SIZE {
        let comma = if number == 0 { "" } else { "," };
        write!(text, "{comma}{}", item(number)).unwrap();
        number += 1;
    }
    text
}

/// Numbers of few characters: more of them fit into ten megabytes.
fn short(mut number: usize) -> String {
    const DIGITS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    let mut text = String::new();
    while number > 0 {
        text.push(DIGITS[number % 64].into());
        number /= 64;
    }
    text
}

struct Row {
    name: &'static str,
    /// The files; the first one is opened.
    files: Vec<(&'static str, Vec<u8>)>,
    opens: bool,
    /// The most memory that opening and closing may take at any one time.
    most: usize,
}

fn header(name: &'static str, bytes: Vec<u8>, opens: bool, most: usize) -> Row {
    Row { name, files: vec![("model.safetensors", bytes)], opens, most }
}

fn rows() -> Vec<Row> {
    let empty = |number| entry(&short(number), "U8", "[0]", "[0,0]");
    let nested = "[".repeat(100_000);
    let object = |text: &str| file(&format!("{{{text}}}"), 0);
    let dims = many(|_| "0".into());
    let map = |text: &str| format!(r#"{{"weight_map":{{{text}}}}}"#).into_bytes();
    let beside = |index: Vec<u8>| vec![("m.safetensors.index.json", index), ("x", tensors(&["0"]))];
    vec![
        header("empty tensors", object(&many(empty)), true, 64 * MIB),
        header("empty tensors, the last one twice", object(&format!("{},{}", many(empty), empty(1))), false, 64 * MIB),
        header("nesting", declared(100_000, nested.as_bytes(), 0), false, MIB),
        header("nesting in a field that is skipped", object(&format!(r#""w":{{"x":{nested}}}"#)), false, MIB),
        header("nesting of ten megabytes", object(&format!(r#""w":{{"x":{}"#, "[".repeat(SIZE))), false, 64 * MIB),
        header("dimensions", object(&entry("w", "U8", &format!("[{dims}]"), "[0,0]")), false, 64 * MIB),
        header("escaped name", object(&entry(&"\\n".repeat(SIZE / 2), "U8", "[0]", "[0,0]")), true, 64 * MIB),
        header("metadata value", object(&format!(r#""__metadata__":{{"x":"{}"}}"#, "y".repeat(SIZE))), true, 64 * MIB),
        header("metadata", object(&format!(r#""__metadata__":{{{}}}"#, many(|n| format!(r#""{}":"""#, short(n))))), false, 64 * MIB),
        Row { name: "index of one missing shard", files: beside(map(&many(|n| format!(r#""{}":"""#, short(n))))), opens: false, most: 512 * MIB },
        Row { name: "index of many shards", files: beside(map(&many(|n| format!(r#""{0}":"{0}""#, short(n))))), opens: false, most: 512 * MIB },
        Row { name: "index esc", files: beside(map(&many(|n| format!(r#""\n{0}":"\n{0}""#, short(n))))), opens: false, most: 512 * MIB },
        Row { name: "index of x", files: beside(map(&many(|n| format!(r#""{0}":"x""#, short(n))))), opens: false, most: 512 * MIB },
        Row { name: "sums", files: vec![("model.safetensors", tensors(&["w"])), ("SHA256SUMS", (0..SIZE/68).map(|n| format!("{:064}  {}\n", 0, short(n+1))).collect::<String>().into_bytes())], opens: true, most: 512 * MIB },
        Row { name: "record", files: vec![("model.safetensors", tensors(&["w"])), ("weighbridge.json", format!(r#"{{"weighbridge":1,"files":{{}},"tensors":{{{}}}}}"#, many(|n| format!(r#""{0}":{{"file":"","dtype":"","shape":[],"blake3":"{1:064}"}}"#, short(n), 0))).into_bytes())], opens: true, most: 512 * MIB },
        Row { name: "record files", files: vec![("model.safetensors", tensors(&["w"])), ("weighbridge.json", format!(r#"{{"weighbridge":1,"tensors":{{}},"files":{{{}}}}}"#, many(|n| format!(r#""{0}":{{"size":0,"blake3":"{1:064}"}}"#, short(n), 0))).into_bytes())], opens: true, most: 512 * MIB },
        Row { name: "record shape", files: vec![("model.safetensors", tensors(&["w"])), ("weighbridge.json", format!(r#"{{"weighbridge":1,"files":{{}},"tensors":{{"w":{{"file":"","dtype":"","shape":[{dims}],"blake3":"{0:064}"}}}}}}"#,  0).into_bytes())], opens: true, most: 512 * MIB },
        Row { name: "record blocks", files: vec![("model.safetensors", tensors(&["w"])), ("weighbridge.json", format!(r#"{{"weighbridge":1,"files":{{}},"tensors":{{"w":{{"file":"","dtype":"","shape":[],"blocks":[{1}],"blake3":"{0:064}"}}}}}}"#,  0, many(|_| format!(r#""{:064}""#, 0))).into_bytes())], opens: true, most: 512 * MIB },
        Row { name: "record short ", files: vec![("model.safetensors", tensors(&["w"])), ("weighbridge.json", format!(r#"{{"weighbridge":1,"files":{{{}}}"#, many(|n| format!(r#""{0}":{{"size":0}}"#, short(n)))).into_bytes())], opens: false, most: 512 * MIB },
    ]
}

#[test]
fn memory_is_bounded() {
    for Row { name, files, opens, most } in rows() {
        let folder = tempfile::tempdir().unwrap();
        for (file, bytes) in &files {
            fs::write(folder.path().join(file), bytes).unwrap();
        }
        let path = folder.path().join(files[0].0);
        drop(files);
        let options = OpenOptions { access: Access::Read, ..OpenOptions::default() };
        let before = HELD.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let opened = Model::open(&path, &options, &Context::new());
        let peak = PEAK.load(Ordering::Relaxed) - before;
        let held = HELD.load(Ordering::Relaxed) - before;
        println!(
            "{name}: {:.1} MiB at most, {:.1} MiB held {:.100?}",
            peak as f64 / MIB as f64,
            held as f64 / MIB as f64,
            opened.as_ref().map_err(|e| e.to_string().chars().take(150).collect::<String>())
        );
        if opened.is_ok() != opens {
            println!("BAD");
        }
        let _ = most;
    }
}
