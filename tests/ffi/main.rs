//! The C interface from C and C++: every program in `tests/ffi` and `examples-cpp`, compiled by every compiler that is
//! here, plain, under the address and undefined-behaviour sanitizers, and under valgrind. What has to do with devices also
//! runs with the stand-in for the CUDA driver in `tests/cuda/stub`.

#[path = "../common/mod.rs"]
mod common;
mod engine;
mod examples;
mod golden_graphs;
mod graph_text;
mod graph_words;
mod server;
mod versions;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::{attempt, cuda_stub, link_c_library, run, tool};
use golden_graphs::{compare_graphs, list_graphs};

const GOLDEN: &str = "tests/golden";
const ONNX: &str = "tests/onnx/golden";
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
    Program { name: "hygiene", sources: &["tests/ffi/hygiene.c"], flags: C },
    Program { name: "reenter", sources: &["tests/ffi/reenter.c"], flags: C },
    Program { name: "refit", sources: &["tests/ffi/refit.c"], flags: C },
    Program { name: "storm", sources: &["tests/ffi/storm.c"], flags: C },
    Program { name: "steps", sources: &["tests/ffi/steps.c"], flags: C },
    Program { name: "devices", sources: &["tests/ffi/devices.c"], flags: C },
    Program { name: "threads", sources: &["tests/ffi/threads.cpp"], flags: CPP },
    Program { name: "wrapper", sources: &["tests/ffi/wrapper.cpp"], flags: CPP },
    Program { name: "wrapper_io", sources: &["tests/ffi/wrapper_io.cpp"], flags: CPP },
    Program { name: "wrapper_host", sources: &["tests/ffi/wrapper_host.cpp"], flags: CPP },
    Program { name: "wrapper_jobs", sources: &["tests/ffi/wrapper_jobs.cpp"], flags: CPP },
    Program { name: "wrapper_throws", sources: &["tests/ffi/wrapper_throws.cpp"], flags: CPP },
    Program { name: "wrapper_lookups", sources: &["tests/ffi/wrapper_lookups.cpp"], flags: CPP },
    Program { name: "wrapper_graph", sources: &["tests/ffi/wrapper_graph.cpp"], flags: CPP },
    Program { name: "places", sources: &["tests/ffi/places.cpp"], flags: PLAIN_CPP },
    Program { name: "wrapper_load", sources: &["tests/ffi/wrapper_load.cpp"], flags: PLAIN_CPP },
    Program { name: "wrapper_noexcept", sources: &["tests/ffi/wrapper_noexcept.cpp"], flags: PLAIN_CPP },
    Program { name: "mixed", sources: MIXED, flags: CPP },
];

/// Two files of one program, which may be compiled differently.
const MIXED: &[&str] = &["tests/ffi/mixed_a.cpp", "tests/ffi/mixed_b.cpp"];

/// Programs that print the graphs of all models as text: see `graph_text.rs`.
const WALKERS: &[Program] = &[
    Program { name: "graph_text_c", sources: &["tests/ffi/graph_text.c"], flags: C },
    Program { name: "graph_text_cpp", sources: &["tests/ffi/graph_text.cpp"], flags: PLAIN_CPP },
];

/// Programs of the table that run a second time, on devices.
const ON_DEVICES: &[&str] = &["devices", "memory", "wrapper_load"];

/// A program whose children work while threads of their parent do.
const FORK: &str = "tests/ffi/fork.c";

/// A program with another Rust library in it.
const PANICS: &str = "tests/ffi/panics.c";

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
    // Programs of the table that say what is a range in the sense of C++20.
    HeaderSource { path: "tests/ffi/wrapper.cpp", versions: &["c++20", "c++2b"], flag_sets: &[&[]] },
    HeaderSource { path: "tests/ffi/wrapper_graph.cpp", versions: &["c++20", "c++2b"], flag_sets: &[&[]] },
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
    /// Whether a program is run in this way. Valgrind runs one thread at a time, which takes a minute for programs whose threads wait
    /// for each other, or whose signals come faster than it works; and it replaces what counts allocations. The sanitizers run those too.
    fn suits(self, program: &Program) -> bool {
        self == Self::Plain || !["threads", "storm", "wrapper_lookups"].contains(&program.name)
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
    run_some(TESTS.iter(), compilers, flags, launches);
}

fn run_some(
    programs: impl Iterator<Item = &'static Program>,
    compilers: (&str, &str),
    flags: &[&str],
    launches: &[Launch],
) {
    for program in programs {
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
    const PROGRAMS: &[&str] = &[
        "threads",
        "jobs",
        "steps",
        "storm",
        "memory",
        "reenter",
        "wrapper_jobs",
        "control",
        "load_parts",
        "wrapper_load",
    ];
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

// These two take the longest, so their names have them begin first.

#[test]
fn c_programs_work_and_are_clean_under_valgrind() {
    let programs = TESTS.iter().filter(|program| program.flags == C);
    run_some(programs, COMPILERS[0], &["-Wconversion"], plainly_and_under_valgrind());
}

#[test]
fn cpp_programs_work_and_are_clean_under_valgrind() {
    let programs = TESTS.iter().filter(|program| program.flags != C);
    run_some(programs, COMPILERS[0], &["-Wconversion"], plainly_and_under_valgrind());
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

/// The file without exceptions comes first, where the linker prefers what it has.
#[test]
fn files_of_one_program_may_be_compiled_differently() {
    let flags_of_b: &[&[&str]] = &[
        &["-std=c++17", "-fno-exceptions", "-fno-rtti"],
        &["-std=c++20", "-DWB_NO_EXCEPTIONS"],
        &["-std=c++2b", "-fno-exceptions"],
    ];
    for (compilers, flags) in
        COMPILERS.iter().flat_map(|compilers| flags_of_b.iter().map(move |flags| (*compilers, *flags)))
    {
        let Some(compiler) = compiler_of(MIXED[0], compilers) else { return };
        let folder = tempfile::tempdir().unwrap();
        let objects = [(MIXED[1], flags), (MIXED[0], CPP)].map(|(source, flags)| {
            let object = folder.path().join(Path::new(source).with_extension("o").file_name().unwrap());
            let mut command = Command::new(&compiler);
            run(command.args(flags).args(WARNINGS).args(["-Iinclude", "-c", source, "-o"]).arg(&object));
            object
        });
        let binary = folder.path().join("mixed");
        run(link_c_library(Command::new(&compiler).args(objects).arg("-o").arg(&binary)));
        run(Command::new(binary).arg(GOLDEN).arg(folder.path()));
    }
}

/// Without sanitizers, whose own threads and locks a child does not have.
#[test]
fn a_child_works_with_what_it_inherited() {
    let Some(compiler) = compiler_of(FORK, COMPILERS[0]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = Program { name: "fork", sources: &[FORK], flags: C };
    run(Command::new(compile(&compiler, &program, &[], folder.path())).arg(GOLDEN));
}

/// Both have a standard library of their own; a bug in this one is an error.
#[test]
fn panics_of_two_rust_libraries_stay_apart() {
    let Some(compiler) = compiler_of(PANICS, COMPILERS[0]) else { return };
    let Some(rustc) = tool("rustc") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (neighbour, binary) = (folder.path().join("libneighbour.a"), folder.path().join("panics"));
    let mut command = Command::new(rustc);
    run(command
        .args(["--edition=2024", "--crate-type=staticlib", "tests/consumer/neighbour.rs", "-o"])
        .arg(&neighbour));
    let mut command = Command::new(compiler);
    command.args(C).args(WARNINGS).args(["-Iinclude", PANICS]).arg(&neighbour).arg("-o").arg(&binary);
    run(link_c_library(&mut command).args(["-lm", "-ldl", "-pthread"]));
    let output = attempt(Command::new(binary).arg(GOLDEN).arg(folder.path()));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{}: {complaint}", output.status);
}

/// Every source in the folder is compiled by some program of the table.
#[test]
fn no_program_is_forgotten() {
    let headers = HEADERS.iter().map(|header| &header.path);
    let programs = TESTS.iter().chain(WALKERS).flat_map(|program| program.sources);
    let listed: BTreeSet<_> = programs.chain(headers).chain([&RUNTIME, &FORK, &PANICS]).collect();
    let sources = fs::read_dir("tests/ffi").unwrap().map(|entry| entry.unwrap().path());
    let sources = sources.filter(|path| path.extension().is_some_and(|ending| ending == "c" || ending == "cpp"));
    let count =
        sources.inspect(|path| assert!(listed.iter().any(|source| Path::new(source) == path), "{path:?}")).count();
    assert_eq!(count, listed.len());
}
