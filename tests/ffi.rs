//! The C interface from C and C++: every program in `tests/ffi` and `examples-cpp`, compiled by every compiler that is
//! here, plain, under the address and undefined-behaviour sanitizers, and under valgrind. What has to do with devices also
//! runs with the stand-in for the CUDA driver in `tests/cuda/stub`.

mod common;
#[path = "ffi/golden_graphs.rs"]
mod golden_graphs;
#[path = "ffi/graph_text.rs"]
mod graph_text;
#[path = "ffi/graph_words.rs"]
mod graph_words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::{cuda_stub, link_c_library, run, tool};
use golden_graphs::{compare_graphs, list_graphs};
use weighbridge::write::Manifests;
use weighbridge::{Context, Model, OpenOptions};

const GOLDEN: &str = "tests/golden";
const ONNX: &str = "tests/onnx/golden";
/// A model and a tensor of it.
const UPLOADED: [&str; 2] = ["tests/golden/tiny-llama", "model.layers.2.mlp.up_proj.weight"];

/// A program: its sources, and how they are compiled.
struct Program {
    name: &'static str,
    sources: &'static [&'static str],
    flags: &'static [&'static str],
}

const C: &[&str] = &["-std=c11"];
const CPP: &[&str] = &["-std=c++17"];
const PLAIN_CPP: &[&str] = &["-std=c++17", "-fno-exceptions", "-fno-rtti"];

const TESTS: &[Program] = &[
    Program { name: "surface", sources: &["tests/ffi/surface.c"], flags: C },
    Program { name: "abuse", sources: &["tests/ffi/abuse.c"], flags: C },
    Program { name: "graph_abuse", sources: &["tests/ffi/graph_abuse.c"], flags: C },
    Program { name: "graph_lists", sources: &["tests/ffi/graph_lists.c"], flags: C },
    Program { name: "findings", sources: &["tests/ffi/findings.c"], flags: C },
    Program { name: "load_parts", sources: &["tests/ffi/load_parts.c"], flags: C },
    Program { name: "load_abuse", sources: &["tests/ffi/load_abuse.c"], flags: C },
    Program { name: "views", sources: &["tests/ffi/views.c"], flags: C },
    Program { name: "control", sources: &["tests/ffi/control.c"], flags: C },
    Program { name: "io", sources: &["tests/ffi/io.c"], flags: C },
    Program { name: "memory", sources: &["tests/ffi/memory.c"], flags: C },
    Program { name: "jobs", sources: &["tests/ffi/jobs.c"], flags: C },
    Program { name: "refit", sources: &["tests/ffi/refit.c"], flags: C },
    Program { name: "steps", sources: &["tests/ffi/steps.c"], flags: C },
    Program { name: "devices", sources: &["tests/ffi/devices.c"], flags: C },
    Program { name: "threads", sources: &["tests/ffi/threads.cpp"], flags: CPP },
    Program { name: "wrapper", sources: &["tests/ffi/wrapper.cpp"], flags: CPP },
    Program { name: "wrapper_io", sources: &["tests/ffi/wrapper_io.cpp"], flags: CPP },
    Program { name: "wrapper_host", sources: &["tests/ffi/wrapper_host.cpp"], flags: CPP },
    Program { name: "wrapper_jobs", sources: &["tests/ffi/wrapper_jobs.cpp"], flags: CPP },
    Program { name: "wrapper_graph", sources: &["tests/ffi/wrapper_graph.cpp"], flags: CPP },
    Program { name: "places", sources: &["tests/ffi/places.cpp"], flags: PLAIN_CPP },
    Program { name: "wrapper_load", sources: &["tests/ffi/wrapper_load.cpp"], flags: PLAIN_CPP },
    Program { name: "wrapper_noexcept", sources: &["tests/ffi/wrapper_noexcept.cpp"], flags: PLAIN_CPP },
    Program {
        name: "double_include",
        sources: &["tests/ffi/double_include_a.cpp", "tests/ffi/double_include_b.cpp"],
        flags: CPP,
    },
];

/// Programs that print the graphs of all models as text: see `graph_text.rs`.
const WALKERS: &[Program] = &[
    Program { name: "graph_text_c", sources: &["tests/ffi/graph_text.c"], flags: C },
    Program { name: "graph_text_cpp", sources: &["tests/ffi/graph_text.cpp"], flags: PLAIN_CPP },
];

/// Programs of the table that run a second time, on devices.
const ON_DEVICES: &[&str] = &["devices", "memory", "wrapper_load"];

/// A program whose children work while threads of their parent do.
const FORK: &str = "tests/ffi/fork.c";

/// The runtime that belongs to the stand-in for the driver.
const RUNTIME: &str = "tests/ffi/cudart.c";

/// A source that only has to compile: the header alone and included twice, in every version of a language and with each set
/// of flags.
struct HeaderSource {
    path: &'static str,
    versions: &'static [&'static str],
    flag_sets: &'static [&'static [&'static str]],
}

const HEADERS: &[HeaderSource] = &[
    HeaderSource { path: "tests/ffi/header_c99.c", versions: &["c99", "c11", "c17", "c2x"], flag_sets: &[&[]] },
    HeaderSource {
        path: "tests/ffi/header_cpp98.cpp",
        versions: &["c++98", "c++11", "c++14", "c++17", "c++20", "c++2b"],
        flag_sets: &[&["-Wold-style-cast"]],
    },
    HeaderSource {
        path: "tests/ffi/header_cpp17.cpp",
        versions: &["c++17", "c++20", "c++2b"],
        flag_sets: &[STRICT, &["-fno-exceptions", "-fno-rtti"], &["-DWB_NO_EXCEPTIONS"]],
    },
];

/// What careful hosts turn on.
const STRICT: &[&str] =
    &["-Wold-style-cast", "-Weffc++", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wnon-virtual-dtor"];

/// The compilers for C and for C++: whatever is here.
const COMPILERS: &[(&str, &str)] = &[("gcc", "g++"), ("clang", "clang++")];

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];
const SANITIZERS: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

/// Compiles a program for the library; returns its path.
fn compile(compiler: &Path, program: &Program, flags: &[&str], folder: &Path) -> PathBuf {
    let binary = folder.join(program.name);
    let mut command = Command::new(compiler);
    command.args(program.flags).args(WARNINGS).args(flags).arg("-Iinclude").args(program.sources);
    run(link_c_library(command.arg("-o").arg(&binary)).args(["-lm", "-ldl", "-pthread"]));
    binary
}

fn compiler_of(source: &str, (c, cpp): (&str, &str)) -> Option<PathBuf> {
    tool(if source.ends_with(".c") { c } else { cpp })
}

/// How a binary is run.
#[derive(Clone, Copy, PartialEq)]
enum Launch {
    Plain,
    Valgrind,
}

impl Launch {
    /// Whether a program is run in this way. Valgrind runs one thread at a time, which takes half a minute for the program whose
    /// threads wait for each other; the sanitizers run that one too.
    fn suits(self, program: &Program) -> bool {
        self == Self::Plain || program.name != "threads"
    }

    fn command(self, binary: &Path) -> Command {
        match self {
            Self::Plain => Command::new(binary),
            Self::Valgrind => {
                let mut command = Command::new("valgrind");
                command.args(["--quiet", "--error-exitcode=1", "--leak-check=full"]);
                command.args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"]);
                command.arg(binary);
                command
            }
        }
    }
}

/// Compiles all programs with one pair of compilers, and runs them.
fn run_all(compilers: (&str, &str), flags: &[&str]) {
    run_tests(compilers, flags, &[Launch::Plain]);
    run_walkers(compilers, flags, &[Launch::Plain]);
}

/// Compiles the test programs, and runs each in every way that is given.
fn run_tests(compilers: (&str, &str), flags: &[&str], launches: &[Launch]) {
    for program in TESTS {
        let Some(compiler) = compiler_of(program.sources[0], compilers) else { return };
        let folder = tempfile::tempdir().unwrap();
        let binary = compile(&compiler, program, flags, folder.path());
        for launch in launches.iter().filter(|launch| launch.suits(program)) {
            let scratch = tempfile::tempdir().unwrap();
            run(launch.command(&binary).arg(GOLDEN).arg(scratch.path()));
            if ON_DEVICES.contains(&program.name) {
                run_on_devices(launch.command(&binary).arg(GOLDEN).arg(scratch.path()));
            }
        }
    }
}

fn run_walkers(compilers: (&str, &str), flags: &[&str], launches: &[Launch]) {
    for program in WALKERS {
        let Some(compiler) = compiler_of(program.sources[0], compilers) else { return };
        let folder = tempfile::tempdir().unwrap();
        let binary = compile(&compiler, program, flags, folder.path());
        let list = list_graphs(folder.path());
        launches.iter().for_each(|launch| compare_graphs(&run(launch.command(&binary).arg(&list))));
    }
}

/// Plainly, and under valgrind where it is here.
fn plainly_and_under_valgrind() -> &'static [Launch] {
    if tool("valgrind").is_some() { &[Launch::Plain, Launch::Valgrind] } else { &[Launch::Plain] }
}

/// The folder of the stand-in for the driver of CUDA and of its runtime, which are built once.
fn stand_in() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let folder = cuda_stub("ffi-devices", &[])?;
        let mut command = Command::new(tool("cc")?);
        command.args(C).args(["-shared", "-fPIC", "-Wl,-soname,libcudart.so.12", "-o"]);
        command.arg(folder.join("libcudart.so.12")).arg(RUNTIME).arg("-L").arg(&folder).arg("-l:libcuda.so.1");
        run(&mut command);
        Some(folder)
    };
    FOLDER.get_or_init(build).as_deref()
}

/// Runs a program where the stand-in is the driver, late as a device may be. It has to leave nothing there, nor use it badly.
fn run_on_devices(program: &Command) -> String {
    let Some(folder) = stand_in() else { return String::new() };
    let report = tempfile::NamedTempFile::new().unwrap();
    // `run` takes the variable away, so it is set behind it.
    let mut command = Command::new("env");
    command.arg(format!("LD_LIBRARY_PATH={}", folder.display()));
    command.args(["STUB_CUDA_DEVICES=2", "STUB_CUDA_DELAY_US=2000"]);
    command.arg(format!("STUB_CUDA_REPORT={}", report.path().display()));
    let printed = run(command.arg(program.get_program()).args(program.get_args()));

    let report: serde_json::Value = serde_json::from_reader(report).unwrap();
    assert!(report["bytes_to_devices"].as_u64().unwrap() > 0, "{report}");
    for name in ["violations_in_all", "device_bytes", "pinned_bytes", "streams", "events"] {
        assert_eq!(report[name], 0, "{name}: {report}");
    }
    assert_eq!(report["primary_retains"], serde_json::json!([0, 0]), "{report}");
    printed
}

#[test]
fn the_header_is_clean_in_every_version_of_both_languages() {
    for compilers in COMPILERS {
        for HeaderSource { path, versions, flag_sets } in HEADERS {
            let Some(compiler) = compiler_of(path, *compilers) else { continue };
            for (version, flags) in
                versions.iter().flat_map(|version| flag_sets.iter().map(move |flags| (version, flags)))
            {
                let mut command = Command::new(&compiler);
                command.arg(format!("-std={version}")).args(WARNINGS).args(*flags);
                run(command.args(["-Iinclude", "-fsyntax-only", path]));
            }
        }
    }
}

/// With the suppressions that are installed: see there.
#[test]
fn threads_and_tasks_are_clean_under_the_thread_sanitizer() {
    const PROGRAMS: &[&str] =
        &["threads", "jobs", "steps", "memory", "wrapper_jobs", "control", "load_parts", "wrapper_load"];
    let suppressions = format!("suppressions={}/cmake/tsan.supp:halt_on_error=1", env!("CARGO_MANIFEST_DIR"));
    let flags = ["-fsanitize=thread", "-fno-omit-frame-pointer"];
    for program in TESTS.iter().filter(|program| PROGRAMS.contains(&program.name)) {
        let Some(compiler) = compiler_of(program.sources[0], COMPILERS[0]) else { return };
        let Some(setarch) = tool("setarch") else { return };
        let (folder, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let binary = compile(&compiler, program, &flags, folder.path());
        // The runtime of gcc 12 finds no place for its shadow where addresses are random in more than 28 bits.
        let mut command = Command::new(setarch);
        command.arg("--addr-no-randomize").arg(binary).arg(GOLDEN).arg(scratch.path());
        run(command.env("TSAN_OPTIONS", &suppressions));
    }
}

#[test]
fn programs_work_and_are_clean_under_valgrind() {
    run_tests(COMPILERS[0], &["-Wconversion"], plainly_and_under_valgrind());
}

#[test]
fn graphs_are_as_their_own_reader_sees_them() {
    run_walkers(COMPILERS[0], &["-Wconversion"], plainly_and_under_valgrind());
}

#[test]
fn programs_are_clean_under_gcc_sanitizers() {
    run_all(COMPILERS[0], SANITIZERS);
}

#[test]
fn programs_are_clean_under_clang_sanitizers() {
    let flags = [SANITIZERS, &["-Wconversion"]].concat();
    run_all(COMPILERS[1], &flags);
}

/// Without sanitizers, whose own threads and locks a child does not have.
#[test]
fn a_child_works_with_what_it_inherited() {
    let Some(compiler) = compiler_of(FORK, COMPILERS[0]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = Program { name: "fork", sources: &[FORK], flags: C };
    run(Command::new(compile(&compiler, &program, &[], folder.path())).arg(GOLDEN));
}

/// The examples: what they print, and how they fail.
#[test]
fn examples_work() {
    let Some(compiler) = COMPILERS.iter().find_map(|(_, cpp)| tool(cpp)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (llama, graph) = (format!("{GOLDEN}/tiny-llama"), format!("{ONNX}/made/loop-if.onnx"));
    for (name, source, model, expected) in [
        ("inspect", "examples-cpp/inspect.cpp", &llama, "model.layers.0.mlp.gate_proj.weight"),
        ("load_checkpoint", "examples-cpp/load_checkpoint.cpp", &llama, "44 files and tensors verified"),
        #[cfg(not(weighbridge_portable))] // std has no sealed memory.
        ("share_sealed", "examples-cpp/share_sealed.cpp", &llama, "and it cannot change them"),
        ("upload_cuda", "examples-cpp/upload_cuda.cpp", &llama, "44 files and tensors verified"),
        (
            "walk_graph",
            "examples-cpp/walk_graph.cpp",
            &graph,
            "\n            then_branch = graph \"inner then\", 3 nodes\n",
        ),
    ] {
        let sources: &'static [&'static str] = Box::leak(Box::new([source]));
        let program = Program { name, sources, flags: CPP };
        let binary = compile(&compiler, &program, &["-Wconversion"], folder.path());
        let printed = run(Command::new(&binary).arg(model));
        assert!(printed.contains(expected), "{name}: {printed}");

        let failed = Command::new(&binary).arg("no/such/model").output().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{name}");
        assert!(String::from_utf8_lossy(&failed.stderr).contains("no/such/model"), "{name}");
        assert_eq!(Command::new(&binary).output().unwrap().status.code(), Some(2), "{name} without arguments");
    }
}

/// The sources of the example of an engine.
const ENGINE: &[&str] = &["examples-cpp/engine/main.cpp", "examples-cpp/engine/pak.cpp"];

/// Two versions of a checkpoint, each with a manifest of digests; one byte of one tensor differs.
fn two_versions(folder: &Path) -> [PathBuf; 2] {
    ["first", "second"].map(|name| {
        let version = folder.join(name);
        fs::create_dir(&version).unwrap();
        for file in fs::read_dir(UPLOADED[0]).unwrap().map(|entry| entry.unwrap().path()) {
            let file_name = file.file_name().unwrap();
            if file_name == "SHA256SUMS" {
                continue;
            }
            let mut contents = fs::read(&file).unwrap();
            if name == "second" && file_name == "model-00002-of-00004.safetensors" {
                *contents.last_mut().unwrap() ^= 1;
            }
            fs::write(version.join(file_name), contents).unwrap();
        }
        let model = Model::open(&version, &OpenOptions::default(), &Context::new()).unwrap();
        let record = Manifests::of(&model).unwrap().record().unwrap();
        fs::write(version.join("weighbridge.json"), record).unwrap();
        version
    })
}

/// The engine: plainly, and under the sanitizers for addresses and for threads.
#[test]
fn the_engine_streams_leaves_and_patches() {
    let Some(compiler) = tool("g++") else { return };
    let Some(setarch) = tool("setarch") else { return };
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = two_versions(folder.path());
    let program = Program { name: "engine", sources: ENGINE, flags: PLAIN_CPP };
    let suppressions = format!("suppressions={}/cmake/tsan.supp:halt_on_error=1", env!("CARGO_MANIFEST_DIR"));
    for flags in [&["-Wconversion", "-Wshadow"][..], SANITIZERS, &["-fsanitize=thread"]] {
        let binary = compile(&compiler, &program, flags, folder.path());
        let mut command = Command::new(&setarch);
        command.arg("--addr-no-randomize").arg(&binary).args([&first, &second]).arg(folder.path());
        let printed = run(command.env("TSAN_OPTIONS", &suppressions));
        for line in
            ["level 1: left after ", "level 2: 39 tensors\n", "patch: 1 of 39 tensors have changed in their places\n"]
        {
            assert!(printed.contains(line), "{printed}");
        }
        assert_eq!(Command::new(&binary).output().unwrap().status.code(), Some(2), "without arguments");
        let failed =
            Command::new(&binary).args(["no/such/model", "no/such/model"]).arg(folder.path()).output().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    }
}

/// With devices, the example puts the same bytes there, and reads them back behind its own fence.
#[test]
fn the_example_uploads() {
    let Some(compiler) = COMPILERS.iter().find_map(|(_, cpp)| tool(cpp)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = Program { name: "upload_cuda", sources: &["examples-cpp/upload_cuda.cpp"], flags: CPP };
    let binary = compile(&compiler, &program, &["-Wconversion"], folder.path());
    let on_host = run(Command::new(&binary).env("CUDA_VISIBLE_DEVICES", "").args(UPLOADED));
    let on_device = run_on_devices(Command::new(&binary).args(UPLOADED));
    if stand_in().is_none() {
        return;
    }
    let line = |printed: &str, start: &str| {
        let found = printed.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no line \"{start}...\": {printed}")).to_owned()
    };
    assert!(on_host.contains("no CUDA device: ") && on_host.contains(" bytes at host 0x"), "{on_host}");
    assert!(on_device.contains("2 CUDA devices\n") && on_device.contains(" bytes at cuda:0 0x"), "{on_device}");
    assert!(on_device.contains("libcudart.so.12, with a stream of our own\n"), "{on_device}");
    let (begins, verified) = ("it begins with ", "44 files and tensors verified");
    assert_eq!(line(&on_host, begins), line(&on_device, begins));
    assert_eq!(line(&on_host, verified), line(&on_device, verified));
}

/// Every source in the folder is compiled by some program of the table.
#[test]
fn no_program_is_forgotten() {
    let headers = HEADERS.iter().map(|header| &header.path);
    let programs = TESTS.iter().chain(WALKERS).flat_map(|program| program.sources);
    let listed: Vec<_> = programs.chain(headers).chain([&RUNTIME, &FORK]).collect();
    let sources = fs::read_dir("tests/ffi").unwrap().map(|entry| entry.unwrap().path());
    let sources = sources.filter(|path| path.extension().is_some_and(|ending| ending == "c" || ending == "cpp"));
    let count =
        sources.inspect(|path| assert!(listed.iter().any(|source| Path::new(source) == path), "{path:?}")).count();
    assert_eq!(count, listed.len());
}
