//! What the header declares is called by a test in C, and reached from C++.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::HEADER;

/// What `weighbridge.hpp` does not use of the C interface, and why.
const NOT_IN_CPP: &[(&str, &str)] = &[
    ("WB_API", "how functions are declared"),
    ("WB_NUL", "a std::string_view has a length"),
    ("WB_VERSION_PATCH", "the name of the namespace has the other two"),
    ("wb_version", "version() gives it as text"),
    ("wb_model_tensor_infos", "ranges describe one element at a time"),
    ("wb_graph_node_infos", "ranges describe one element at a time"),
    ("wb_graph_value_infos", "ranges describe one element at a time"),
    ("wb_io.destroy", "host_files outlives what uses it"),
    ("wb_threads.destroy", "executor and thread_hooks outlive what uses them"),
    ("wb_allocator.destroy", "allocator outlives what uses it"),
    ("wb_budget.destroy", "memory_budget outlives what uses it"),
    ("wb_metrics.destroy", "metrics outlives what uses it"),
    ("wb_blob.destroy", "the caller keeps blobs alive"),
];

/// The text of a file without its comments.
fn code(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mut pieces = text.split("/*");
    let mut code = pieces.next().unwrap().to_owned();
    code.extend(pieces.filter_map(|piece| Some(piece.split_once("*/")?.1)));
    code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The code of all files of a folder whose names suit.
fn code_in(folder: &str, suits: impl Fn(&str) -> bool) -> String {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    names.filter(|name| suits(name)).map(|name| code(&name)).collect()
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The words of a code, and those of them that are called.
fn words(code: &str) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let all = code.split(|letter| !is_of_name(letter)).filter(|word| !word.is_empty());
    let is_called = |word: &&str| {
        let end = word.as_ptr() as usize - code.as_ptr() as usize + word.len();
        code[end..].starts_with('(')
    };
    (all.clone().collect(), all.filter(is_called).collect())
}

/// The functions of the library, which `tests/abi.rs` compares with the header.
fn functions() -> Vec<String> {
    let list = fs::read_to_string("tests/abi/weighbridge.symbols").unwrap();
    list.lines().map(|line| line.split_once(' ').unwrap().0.to_owned()).collect()
}

/// The constants of the header but for element types, which are the same in C++.
fn constants() -> Vec<String> {
    let header = fs::read_to_string(HEADER).unwrap();
    let (before, types) = header.split_once("\n * Element types\n").unwrap();
    let (_, after) = types.split_once("/* -----").unwrap();
    let lines = before.lines().chain(after.lines());
    let names = lines.filter_map(|line| line.strip_prefix("#define ")?.split(' ').next());
    names.filter(|name| name.starts_with("WB_")).map(str::to_owned).collect()
}

/// The structures of the header, and their members but for sizes and what is reserved.
fn structures() -> BTreeMap<String, Vec<String>> {
    let header = code(HEADER);
    let bodies = header.split("typedef struct ").skip(1).filter_map(|text| text.split_once(" {\n"));
    let structure = |(name, rest): (&str, &str)| {
        let members = rest.split_once("\n}").unwrap().0.lines().filter_map(|line| line.trim_end().strip_suffix(';'));
        let names = members.map(|line| line.split('[').next().unwrap().rsplit([' ', '*']).next().unwrap());
        let names = names.filter(|name| !["struct_size", "reserved"].contains(name)).map(str::to_owned);
        (name.to_owned(), names.collect())
    };
    bodies.filter(|(name, _)| name.chars().all(is_of_name)).map(structure).collect()
}

fn is_member_of_something(code: &str, name: &str) -> bool {
    let ends = |at: usize| !code[at..].starts_with(is_of_name);
    [".", "->"]
        .iter()
        .map(|access| format!("{access}{name}"))
        .any(|member| code.match_indices(&*member).any(|(at, _)| ends(at + member.len())))
}

/// A call that is refused shows little, so those of the programs that make nothing else do not count.
#[test]
fn every_function_is_called_and_every_structure_used_by_a_test_in_c() {
    let tests = code_in("tests/ffi", |name| name.ends_with(".c") && !name.contains("abuse"))
        + &code_in("tests/ffi", |name| name.ends_with(".h"));
    let (used, called) = words(&tests);
    let functions = functions();
    assert!(functions.len() > 100, "{functions:?}");
    let missing: Vec<_> = functions.iter().filter(|name| !called.contains(&***name)).collect();
    assert!(missing.is_empty(), "no test in C calls {missing:?}");
    let structures = structures();
    assert!(structures.len() > 40, "{structures:?}");
    let missing: Vec<_> = structures.keys().filter(|name| !used.contains(&***name)).collect();
    assert!(missing.is_empty(), "no test in C uses {missing:?}");
}

#[test]
fn everything_is_reached_from_cpp() {
    let header = code("include/weighbridge.hpp") + &code_in("include/weighbridge", |name| name.ends_with(".hpp"));
    let (used, _) = words(&header);
    let mut missing: Vec<String> =
        functions().into_iter().chain(constants()).filter(|name| !used.contains(&**name)).collect();
    for (structure, members) in structures() {
        // A class that is derived from a structure has its members.
        if !header.contains(&format!(" : {structure} {{")) {
            let unnamed = members.iter().filter(|member| !is_member_of_something(&header, member));
            missing.extend(unnamed.map(|member| format!("{structure}.{member}")));
        }
    }
    missing.sort();
    missing.dedup();
    let mut excepted: Vec<_> = NOT_IN_CPP.iter().map(|(name, _)| (*name).to_owned()).collect();
    excepted.sort();
    assert_eq!(missing, excepted);
}
