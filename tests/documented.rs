//! The programs and the pieces of programs that the header and the documents show, as they stand there.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{cargo_folder, link_c_library, run, tool};

const HEADER: &str = "include/weighbridge.h";
const MODEL: &str = "tests/golden/tiny-llama";
const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Iinclude"];

/// What the pieces of each section of the header take for granted: declarations of their own, and of all sections.
const SECTIONS: &[(&str, &str)] = &[
    ("Library", ""),
    ("Errors", ""),
    ("Cancelling", "wb_cancel *cancel; wb_open_options open;"),
    (
        "Host I/O",
        "extern int32_t pak_open(void *pak, const char *name, size_t len, void **file);\n\
         extern int32_t pak_stat(void *pak, void *file, uint64_t *bytes, uint64_t *identity);\n\
         extern int32_t pak_read_at(void *pak, void *file, uint64_t offset, void *buffer, size_t len, size_t *done);\n\
         extern void pak_close(void *pak, void *file);\n\
         void *pak;",
    ),
    (
        "Host threads",
        "extern int32_t queue_push(void *queue, wb_job *job); extern wb_job *queue_pop(void *queue);\n\
         void *queue; wb_job *job; wb_context_options options;",
    ),
    (
        "Host memory",
        "extern void *heap_alloc(void *heap, size_t bytes, size_t alignment);\n\
         extern void heap_free(void *heap, void *start, size_t bytes, size_t alignment);\n\
         void *heap; wb_context_options options; wb_context *context;",
    ),
    (
        "Metrics",
        "extern void add_to_histograms(void *registry, const wb_measurement *m);\n\
         void *registry; wb_context_options options; wb_context *context;",
    ),
    ("Context", "wb_context *context;"),
    ("Models", ""),
    ("Element types", "wb_tensor_info tensor; wb_dtype_info type;"),
    ("Tensors", "wb_tensor_info tensor; const void *data;"),
    ("Quantization", "wb_quantization_info quantization;"),
    ("Metadata", "wb_metadata_info entry;"),
    ("Assets", "wb_buffer *buffer;"),
    ("Verification", "wb_report *report; wb_line_info line;"),
    ("Loading: the plan", "wb_placement *placement;"),
    ("Loading: the task", "wb_plan *plan; wb_task *task; wb_placement *placement; wb_progress progress;"),
    ("Opening and planning as tasks", "wb_context *context; wb_task *task;"),
    ("Loading: the placement", "wb_placement *placement; wb_placed_tensor_info tensor;"),
    ("CUDA devices", "wb_cuda_devices *devices; wb_cuda_device_info device;"),
    ("Graphs", "wb_node_info node;"),
    ("Nodes", "wb_node_info node; wb_value_info value;"),
    ("Attributes", "uint32_t node, attribute; const int64_t *values; size_t count;"),
    ("Values", "wb_value_info value;"),
    ("Types of values", "wb_value_info value; wb_type_info type;"),
    ("Functions and operator sets", "wb_opset_info opset;"),
    ("Signatures", "wb_signature_info signature; wb_signature_value_info input;"),
    ("Findings", "wb_findings *findings; wb_finding_info finding;"),
];

/// Sections without a job of their own.
const WITHOUT_PIECES: &[&str] = &["Text", "Status codes", "Callbacks"];

const ALL_SECTIONS: &str = "
#include <stdio.h>
#include <weighbridge.h>
static wb_error *err;
static wb_model *model;
static const wb_graph *graph;
static wb_status status;
static size_t i, index, len;
static uint32_t id;
static void use(const void *data, uint64_t bytes) { (void)data, (void)bytes; }
static void parse(const void *data, size_t bytes) { (void)data, (void)bytes; }
static void draw_frame(void) {}
";

/// The title of each section of the header, and the lines of its heading that are code.
fn sections() -> Vec<(String, String)> {
    let header = fs::read_to_string(HEADER).unwrap();
    let headings = header.split("/* -----").skip(1).map(|section| section.split_once("*/").unwrap().0);
    let section = |heading: &str| {
        let mut lines = heading.lines().skip(1);
        let title = lines.next().unwrap().trim_start_matches(" * ").to_owned();
        let code = lines.filter_map(|line| line.strip_prefix(" *   "));
        (title, code.map(|line| format!("{}\n", line.replace("...", ";"))).collect())
    };
    headings.map(section).collect()
}

/// Compiles a source with the compiler of its language, and links it if it is a program.
fn compile(source: &Path, compiler: &Path, flags: &[&str]) -> PathBuf {
    let binary = source.with_extension("bin");
    let mut command = Command::new(compiler);
    run(link_c_library(command.args(WARNINGS).arg(source).arg("-o").arg(&binary).args(flags)));
    binary
}

#[test]
fn each_section_of_the_header_begins_with_calls_that_compile() {
    let Some(compiler) = tool("gcc") else { return };
    let mut program = ALL_SECTIONS.to_owned();
    let mut titles = Vec::new();
    for (title, code) in sections() {
        assert_eq!(code.is_empty(), WITHOUT_PIECES.contains(&&*title), "{title}");
        if !code.is_empty() {
            let found = SECTIONS.iter().find(|(known, _)| *known == title);
            let (_, declarations) = found.unwrap_or_else(|| panic!("the test does not know the section {title}"));
            let number = titles.len();
            program +=
                &format!("extern void piece_{number}(void);\nvoid piece_{number}(void) {{\n{declarations}\n{code}}}\n");
            titles.push(title);
        }
    }
    assert_eq!(titles, SECTIONS.iter().map(|(title, _)| *title).collect::<Vec<_>>());
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("pieces.c");
    fs::write(&source, program).unwrap();
    // What a piece takes for granted is nowhere set, and what it computes nowhere used.
    let quiet =
        ["-Wno-uninitialized", "-Wno-maybe-uninitialized", "-Wno-unused-but-set-variable", "-Wno-unused-variable"];
    compile(&source, &compiler, &[&quiet[..], &["-std=c99", "-c"]].concat());
}

/// The program at the head of the header.
fn first_c_program() -> String {
    let header = fs::read_to_string(HEADER).unwrap();
    let (_, rest) = header.split_once("A first program").expect("the header begins with a program");
    let (_, rest) = rest.split_once(":\n *\n").unwrap();
    let (program, _) = rest.split_once(" *\n * Conventions").unwrap();
    let lines = program.lines().map(|line| format!("{}\n", line.trim_start_matches(" *")));
    lines.collect::<String>().replace("path/to/checkpoint", MODEL)
}

/// That one, and the one of the README.
#[test]
fn the_first_programs_work() {
    let readme = fs::read_to_string("README.md").unwrap();
    let (_, rest) = readme.split_once("```cpp\n#include <weighbridge.hpp>\n").expect("the README has a program");
    let (program, _) = rest.split_once("```").unwrap();
    let cpp = format!(
        "#include <weighbridge.hpp>\n#include <cstdio>\n\
         template <class Text> int fail(Text text) {{ return std::printf(\"%s\", text), 1; }}\n\
         int fail(std::string_view text) {{ return fail(text.data()); }}\n\
         template <class... Some> void use(const Some&...) {{ std::puts(\"32768 bytes at\"); }}\n\
         int main() {{\n{program}}}\n"
    );
    let folder = tempfile::tempdir().unwrap();
    for (name, text, compiler, standard) in
        [("first.c", first_c_program(), "gcc", "-std=c11"), ("readme.cpp", cpp, "g++", "-std=c++17")]
    {
        let Some(compiler) = tool(compiler) else { return };
        let source = folder.path().join(name);
        fs::write(&source, text.replace("path/to/checkpoint", MODEL)).unwrap();
        let printed = run(&mut Command::new(compile(&source, &compiler, &[standard])));
        assert!(printed.contains(" bytes at"), "{name}: {printed}");
    }
}

/// The command of docs/embedding.md builds a library of the size that stands there, and it works.
#[test]
fn the_small_library_is_small() {
    let Some(compiler) = tool("gcc") else { return };
    let text = fs::read_to_string("docs/embedding.md").unwrap();
    let (_, section) = text.split_once("## A small library").unwrap();
    let (_, command) = section.split_once("```sh\n").unwrap();
    let (command, _) = command.split_once('\n').unwrap();
    let folder = cargo_folder();
    run(Command::new("sh").args(["-c", command]).env("CARGO_TARGET_DIR", &folder));

    let library = folder.join("min/libweighbridge_capi.so");
    let (_, row) = section.split_once("| the command above | ").unwrap();
    let stated: u64 = row.split_once(" |").unwrap().0.replace(',', "").parse().unwrap();
    let size = fs::metadata(&library).unwrap().len();
    assert!(size.abs_diff(stated) <= stated / 100, "{size} bytes, where docs/embedding.md states {stated}");

    let (source, program) = (folder.join("min/first.c"), folder.join("min/first"));
    fs::write(&source, first_c_program()).unwrap();
    let rpath = format!("-Wl,-rpath,{}", library.parent().unwrap().display());
    run(Command::new(compiler).args(WARNINGS).arg(source).arg("-o").arg(&program).arg(&library).arg(rpath));
    assert!(run(&mut Command::new(program)).contains(" bytes at"));
}
