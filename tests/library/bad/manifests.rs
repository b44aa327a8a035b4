//! Manifests that are broken: none of them is half believed.

use weighbridge::Kind::{self, Format, InvalidArgument, NotFound, Unsupported};
use weighbridge::{Context, Model, OpenOptions, Policy};

use super::assert_says;
use super::trees::{Item, at, plant, refuse_all};
use crate::headers::{raw, tensors};

pub const MODEL: &str = "model.safetensors";
pub const SUMS: &str = "SHA256SUMS";
pub const RECORD: &str = "weighbridge.json";

/// A digest in form, of nothing at hand.
pub const DIGEST: &str = "00000000000000000000000000000000000000000000000000000000deadbeef";

/// The name of the file, its text, and the error.
type Row = (&'static str, &'static str, Vec<u8>, Kind, &'static [&'static str]);

/// A `weighbridge.json` of these files and tensors.
pub fn record(files: &str, tensors: &str) -> String {
    format!(r#"{{"weighbridge":1,"files":{{{files}}},"tensors":{{{tensors}}}}}"#)
}

#[test]
fn broken_manifests_are_refused() {
    let rows = [sums(), records(), files(), claims(), forms()].concat();
    for (name, manifest, text, kind, words) in &rows {
        let root = plant(&vec![at(MODEL, tensors(&["v", "w"])), at(manifest, text)]);
        let open = |path: &str, given: Option<Vec<u8>>| {
            let options = OpenOptions { manifest: given, ..OpenOptions::default() };
            Model::open(root.path().join(path), &options, &Context::new())
        };
        for path in ["", MODEL] {
            let error = open(path, None).expect_err(name);
            assert_says(name, &error, *kind, words);
            assert_says(name, &error, *kind, &[manifest]);
        }
        // What is given has no name, and is told apart by how it begins.
        if text.starts_with(b"{") == (*manifest == RECORD) {
            assert_says(name, &open(MODEL, Some(text.clone())).expect_err(name), *kind, words);
        }
    }
}

fn sums() -> Vec<Row> {
    let line = format!("{DIGEST}  {MODEL}\n");
    let again = |more: &str| raw(format!("{line}{more}"));
    let hex = |digest: &str| raw(format!("{digest}  {MODEL}\n"));
    vec![
        ("no line", SUMS, raw(""), Format, &["lists no file"]),
        ("only a comment", SUMS, raw("# none\n\n"), Format, &["lists no file"]),
        ("not hexadecimal", SUMS, hex(&DIGEST.replace('d', "g")), Format, &["line 1", "64 hexadecimal digits"]),
        ("short digest", SUMS, hex(&DIGEST[1..]), Format, &["line 1", "64 hexadecimal digits"]),
        ("long digest", SUMS, hex(&format!("{DIGEST}0")), Format, &["line 1", "64 hexadecimal digits"]),
        ("digest of MD5", SUMS, hex(&DIGEST[..32]), Format, &["line 1", "64 hexadecimal digits, found 32, as MD5 has"]),
        (
            "digest of SHA-512",
            SUMS,
            hex(&DIGEST.repeat(2)),
            Format,
            &["line 1", "found 128, as SHA-512 has: make the list with sha256sum"],
        ),
        (
            "digits that are not ASCII",
            SUMS,
            hex(&DIGEST.replace("00", "é")),
            Format,
            &["line 1", "64 hexadecimal digits"],
        ),
        ("no name", SUMS, raw(DIGEST), Format, &["line 1", "a name after the digest"]),
        ("empty name", SUMS, raw(format!("{DIGEST}  \n")), Format, &["line 1", "a name after the digest"]),
        ("one space", SUMS, raw(format!("{DIGEST} {MODEL}\n")), Format, &["line 1", "expected two spaces"]),
        ("name before the digest", SUMS, raw(format!("{MODEL}  {DIGEST}\n")), Format, &["line 1", "64 hexadecimal"]),
        ("name twice", SUMS, again(&line), Format, &["line 2", "\"model.safetensors\" is listed twice"]),
        ("name twice, once from here", SUMS, again(&format!("{DIGEST} *./{MODEL}")), Format, &["line 2", "twice"]),
        (
            "name twice in two spellings",
            SUMS,
            raw(format!("{DIGEST}  .//{MODEL}\n{DIGEST}  ././{MODEL}\n")),
            Format,
            &["line 2", "twice: as \".//model.safetensors\" and as \"././model.safetensors\""],
        ),
        ("name twice, once as BSD has it", SUMS, again(&format!("SHA256 ({MODEL}) = {DIGEST}")), Format, &["twice"]),
        ("another hash as BSD has it", SUMS, raw(format!("SHA1 ({MODEL}) = {DIGEST}")), Format, &["line 1"]),
        ("unknown escape", SUMS, raw(format!("\\{DIGEST}  a\\tb\n")), Format, &["line 1", "after a backslash"]),
        ("escape of nothing", SUMS, raw(format!("\\{DIGEST}  a\\\n")), Format, &["line 1", "after a backslash"]),
        ("not UTF-8", SUMS, [raw(&line), raw(b"\xff")].concat(), Format, &["not UTF-8", "(at byte 84)"]),
        ("error page", SUMS, raw("<html>\n<body>404</body>"), Format, &["line 1", "<html>"]),
        ("a NUL in a name", SUMS, format!("{:064x}  a\0b\n", 1).into(), Format, &["line 1", "the name contains a NUL"]),
        ("zeros", SUMS, vec![0; 100], Format, &["line 1", "64 hexadecimal digits"]),
    ]
}

fn records() -> Vec<Row> {
    let more = record("", "") + "{}";
    let not_text = [raw(record("", "").trim_end_matches('}')), raw(b",\"\xff\":1}}")].concat();
    let of = |version: &str| raw(format!(r#"{{"weighbridge":{version},"files":{{}},"tensors":{{}}}}"#));
    vec![
        ("no text", RECORD, raw(""), Format, &["ends in the middle of a value"]),
        ("cut", RECORD, raw(&record("", "")[..20]), Format, &["ends in the middle of a value", "(at byte 19)"]),
        ("more after the end", RECORD, raw(more), Format, &["trailing characters"]),
        ("not UTF-8 in a name", RECORD, not_text, Format, &["not UTF-8"]),
        ("list at the root", RECORD, raw("[1]"), Format, &["expected an object", "(at byte 0)"]),
        ("100,000 deep", RECORD, raw(r#"{"a":"#.repeat(100_000)), Format, &["ends in the middle of a value"]),
        ("no version", RECORD, raw(r#"{"files":{},"tensors":{}}"#), Format, &["missing field `weighbridge`"]),
        ("version 2", RECORD, of("2"), Unsupported, &["version 2", "reads version 1"]),
        ("version 0", RECORD, of("0"), Unsupported, &["version 0", "reads version 1"]),
        ("version as text", RECORD, of(r#""1""#), Format, &["invalid type: string"]),
        ("version 1.0", RECORD, of("1.0"), Format, &["invalid type: floating point"]),
        ("version twice", RECORD, of(r#"1,"weighbridge":2"#), Format, &["duplicate field `weighbridge`"]),
        ("no files", RECORD, raw(r#"{"weighbridge":1,"tensors":{}}"#), Format, &["missing field `files`"]),
        ("no tensors", RECORD, raw(r#"{"weighbridge":1,"files":{}}"#), Format, &["missing field `tensors`"]),
        ("files twice", RECORD, of(r#"1,"files":{}"#), Format, &["duplicate field `files`"]),
        ("files a list", RECORD, raw(r#"{"weighbridge":1,"files":[],"tensors":{}}"#), Format, &["expected an object"]),
    ]
}

fn files() -> Vec<Row> {
    let of = |file: &str| raw(record(&format!(r#""{MODEL}":{file}"#), ""));
    let twice = record(&format!(r#""a":{{"size":1,"sha256":"{DIGEST}"}},"a":{{"size":2,"sha256":"{DIGEST}"}}"#), "");
    let spelled = twice.replacen("\"a\"", "\"./a\"", 1);
    vec![
        ("file twice", RECORD, raw(twice), Format, &["the key \"a\" occurs twice"]),
        ("file twice in two spellings", RECORD, raw(spelled), Format, &["twice: as \"./a\" and as \"a\""]),
        ("file a list", RECORD, of(&format!(r#"[1,"{DIGEST}","{DIGEST}"]"#)), Format, &["expected an object"]),
        ("no size", RECORD, of(&format!(r#"{{"sha256":"{DIGEST}"}}"#)), Format, &["missing field `size`"]),
        ("negative size", RECORD, of(&format!(r#"{{"size":-1,"sha256":"{DIGEST}"}}"#)), Format, &["integer `-1`"]),
        ("no digest", RECORD, of(r#"{"size":1}"#), Format, &[MODEL, "has no digest"]),
        ("only digests that are null", RECORD, of(r#"{"size":1,"sha256":null}"#), Format, &[MODEL, "has no digest"]),
        ("short SHA-256", RECORD, of(r#"{"size":1,"sha256":"00"}"#), Format, &["64 hexadecimal digits", "\"00\""]),
        ("empty BLAKE3", RECORD, of(r#"{"size":1,"blake3":""}"#), Format, &["64 hexadecimal digits"]),
        ("digest a number", RECORD, of(r#"{"size":1,"blake3":0}"#), Format, &["expected a string"]),
    ]
}

fn claims() -> Vec<Row> {
    let of = |dtype: &str, shape: &str, more: &str| {
        let tensor = format!(r#"{{"file":"{MODEL}","dtype":"{dtype}","shape":{shape},"blake3":"{DIGEST}"{more}}}"#);
        raw(record("", &format!(r#""w":{tensor}"#)))
    };
    let blocks = |count: usize| format!(r#","blocks":["{}"]"#, [DIGEST; 3][..count].join(r#"",""#));
    let long = format!("[{}]", ["1"; 65].join(","));
    let without = |field: &str| raw(String::from_utf8(of("U8", "[4]", "")).unwrap().replace(field, "other"));
    vec![
        ("tensor without its file", RECORD, without("file"), Format, &["missing field"]),
        ("tensor without its digest", RECORD, without("blake3"), Format, &["missing field `blake3`"]),
        ("tensor a list", RECORD, raw(record("", r#""w":["a","U8",[4],""]"#)), Format, &["expected an object"]),
        ("shape of texts", RECORD, of("U8", r#"["4"]"#, ""), Format, &["invalid type: string"]),
        ("65 dimensions", RECORD, of("U8", &long, ""), Format, &["more than 64 values"]),
        ("short block", RECORD, of("U8", "[4]", r#","blocks":["00"]"#), Format, &["64 hexadecimal digits"]),
        (
            "blocks that do not recombine",
            RECORD,
            of("U8", "[4194305]", &blocks(2)),
            Format,
            &["w: ", "do not recombine"],
        ),
        ("one block of another digest", RECORD, of("U8", "[4]", &blocks(1).replace("dead", "feed")), Format, &["w: "]),
        ("too many blocks", RECORD, of("U8", "[4194305]", &blocks(3)), Format, &["w: ", "3 blocks do not fit U8"]),
        ("too few blocks", RECORD, of("F64", "[4194305]", &blocks(3)), Format, &["w: ", "3 blocks do not fit F64"]),
        ("blocks of an unknown type", RECORD, of("X8", "[4]", &blocks(1)), Format, &["w: ", "do not fit X8"]),
        ("blocks of strings", RECORD, of("STRING", "[4]", &blocks(1)), Format, &["w: ", "do not fit STRING"]),
    ]
}

/// How a tensor is stored.
fn forms() -> Vec<Row> {
    let of = |more: &str| {
        let tensor = format!(r#"{{"file":"{MODEL}","dtype":"U8","shape":[4,1],"blake3":"{DIGEST}",{more}}}"#);
        raw(record("", &format!(r#""w":{tensor}"#)))
    };
    let blocks = format!(r#""strides":[4194304,1],"blocks":["{DIGEST}","{DIGEST}"]"#);
    let long = format!(r#""strides":[{}]"#, ["1"; 65].join(","));
    let huge = format!(r#""strides":[{0},{0}],"blocks":["{DIGEST}"]"#, i64::MAX);
    vec![
        ("strides a text", RECORD, of(r#""strides":"4""#), Format, &["\"w\" is of the wrong type", "expected a list"]),
        ("strides of texts", RECORD, of(r#""strides":["4","1"]"#), Format, &["invalid type: string"]),
        ("strides of fractions", RECORD, of(r#""strides":[4.5,1]"#), Format, &["invalid type: floating point"]),
        ("strides that are null", RECORD, of(r#""strides":null"#), Format, &["expected a list"]),
        ("one stride of two", RECORD, of(r#""strides":[4]"#), Format, &["w: ", "1 strides are given for 2 dimensions"]),
        ("negative stride", RECORD, of(r#""strides":[-4,1]"#), Format, &["w: ", "the stride -4 is negative"]),
        ("65 strides", RECORD, of(&long), Format, &["more than 64 values"]),
        ("too few blocks for the strides", RECORD, of(&blocks), Format, &["w: ", "2 blocks do not fit U8", "strides"]),
        ("strides beyond 2^64", RECORD, of(&huge), Format, &["w: ", "1 blocks do not fit"]),
        ("strides twice", RECORD, of(r#""strides":[4,1],"strides":[4,1]"#), Format, &["duplicate field `strides`"]),
        (
            "unknown byte order",
            RECORD,
            of(r#""byte_order":"middle""#),
            Format,
            &["the byte order is \"middle\"; expected \"big\" or \"little\""],
        ),
        ("byte order in capitals", RECORD, of(r#""byte_order":"BIG""#), Format, &["the byte order is \"BIG\""]),
        ("byte order a number", RECORD, of(r#""byte_order":1"#), Format, &["\"w\" is of the wrong type", "a string"]),
        ("byte order that is null", RECORD, of(r#""byte_order":null"#), Format, &["expected a string"]),
        ("conj a number", RECORD, of(r#""conj":1"#), Format, &["\"w\" is of the wrong type", "expected a boolean"]),
        ("neg a text", RECORD, of(r#""neg":"true""#), Format, &["invalid type: string", "expected a boolean"]),
    ]
}

#[test]
fn manifests_are_regular_files_of_the_model() {
    let of = |item| vec![at("m/model.safetensors", tensors(&["w"])), at("sums", ""), ("m/SHA256SUMS", item)];
    let rows = vec![
        ("FIFO", of(Item::Fifo), "m", Format, ["SHA256SUMS", "found a FIFO"].as_slice()),
        ("folder", of(Item::Folder), "m", Format, &["SHA256SUMS", "found a directory"]),
        ("device", of(Item::Link("/dev/zero")), "m", Format, &["SHA256SUMS", "outside the model's directory"]),
        ("link out of the folder", of(Item::Link("../sums")), "m", Format, &["outside the model's directory"]),
        (
            "link to nothing",
            of(Item::Link("gone")),
            "m",
            NotFound,
            &["SHA256SUMS", "a link to \"gone\", which is not there"],
        ),
        (
            "link to nothing, for a file",
            of(Item::Link("gone")),
            "m/model.safetensors",
            NotFound,
            &["SHA256SUMS", "a link"],
        ),
        ("link to nothing outside", of(Item::Link("/gone/from/here")), "m", NotFound, &["SHA256SUMS", "a link to \""]),
    ];
    assert_eq!(refuse_all(rows), 7);
}

/// Nobody wants to know of manifests then.
#[test]
fn a_dead_link_to_a_manifest_is_not_looked_at_under_the_policy_none() {
    let root = plant(&vec![at(MODEL, tensors(&["w"])), (SUMS, Item::Link("gone")), (RECORD, Item::Link("gone"))]);
    for (policy, is_good) in [(Policy::None, true), (Policy::IfPresent, false), (Policy::Required, false)] {
        let options = OpenOptions { policy, ..OpenOptions::default() };
        assert_eq!(Model::open(root.path(), &options, &Context::new()).is_ok(), is_good, "{policy:?}");
    }
}

#[test]
fn a_manifest_that_would_not_be_read_is_the_callers_mistake() {
    let given = Some(raw(format!("{DIGEST}  {MODEL}\n")));
    let options = OpenOptions { manifest: given, policy: Policy::None, ..OpenOptions::default() };
    let error = Model::from_memory(tensors(&["w"]).into(), &options, &Context::new()).unwrap_err();
    assert_says("policy none", &error, InvalidArgument, &["nothing is checked"]);
}
