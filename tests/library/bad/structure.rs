//! Single files whose header is JSON, and lies.

use weighbridge::Kind::{Format, Limit};

use super::Row;
use crate::headers::{entry, file, tensor};

pub fn rows() -> Vec<Row> {
    [duplicates(), entries(), types(), shapes(), layout()].concat()
}

/// A header of several parts.
fn parts(parts: &[&str], data: usize) -> Vec<u8> {
    file(format!("{{{}}}", parts.join(",")), data)
}

/// A file whose only entry is written out.
fn fields(fields: &str) -> Vec<u8> {
    file(format!(r#"{{"w":{{{fields}}}}}"#), 4)
}

fn duplicates() -> Vec<Row> {
    let well = entry("w", "U8", "[4]", "[0,4]");
    let other_type = entry("w", "I8", "[4]", "[0,4]");
    let behind = entry("w", "U8", "[4]", "[4,8]");
    let empty = entry("e", "U8", "[0]", "[4,4]");
    let escaped = entry("\\u0077", "U8", "[4]", "[4,8]");
    let metadata = r#""__metadata__":{}"#;
    vec![
        (
            "tensor twice",
            parts(&[&well, &behind], 8),
            Format,
            &["w: ", "two tensors of this name", "bytes 113 and 117"],
        ),
        ("tensor twice in one place, of two types", parts(&[&well, &other_type], 4), Format, &["w: ", "two tensors"]),
        ("tensor twice, once escaped", parts(&[&well, &escaped], 8), Format, &["w: ", "two tensors of this name"]),
        ("empty tensor twice", parts(&[&well, &empty, &empty], 4), Format, &["e: ", "two tensors of this name"]),
        ("metadata twice", parts(&[metadata, metadata], 0), Format, &["__metadata__: the key occurs twice"]),
        ("metadata twice, once null", parts(&[r#""__metadata__":null"#, metadata], 0), Format, &["occurs twice"]),
        ("metadata key twice", file(r#"{"__metadata__":{"a":"1","a":"2"}}"#, 0), Format, &["\"a\" occurs twice"]),
        (
            "dtype twice",
            fields(r#""dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]"#),
            Format,
            &["w: ", "\"dtype\" occurs twice"],
        ),
        (
            "shape twice",
            fields(r#""dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]"#),
            Format,
            &["w: ", "\"shape\" occurs twice"],
        ),
        (
            "data_offsets twice",
            fields(r#""dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]"#),
            Format,
            &["w: ", "\"data_offsets\" occurs twice"],
        ),
    ]
}

fn entries() -> Vec<Row> {
    vec![
        (
            "no dtype",
            fields(r#""shape":[4],"data_offsets":[0,4]"#),
            Format,
            &["w: the tensor has no \"dtype\"", "(at byte 13)"],
        ),
        (
            "no shape",
            fields(r#""dtype":"U8","data_offsets":[0,4]"#),
            Format,
            &["w: the tensor has no \"shape\"", "(at byte 13)"],
        ),
        (
            "no data_offsets",
            fields(r#""dtype":"U8","shape":[4]"#),
            Format,
            &["w: the tensor has no \"data_offsets\"", "(at byte 13)"],
        ),
        ("entry of nothing", fields(""), Format, &["w: the tensor has no"]),
        ("entry null", file(r#"{"w":null}"#, 0), Format, &["expected the entry of a tensor", "w: ", "(at byte 13)"]),
        (
            "entry a list",
            file(r#"{"w":["U8",[4],[0,4]]}"#, 4),
            Format,
            &["expected the entry of a tensor", "w: ", "(at byte 13)"],
        ),
        ("entry a number", file(r#"{"w":4}"#, 0), Format, &["expected the entry of a tensor", "w: ", "(at byte 13)"]),
        (
            "dtype a number",
            fields(r#""dtype":8,"shape":[4],"data_offsets":[0,4]"#),
            Format,
            &["w: the value of \"dtype\" is of the wrong type", "expected a string", "(at byte 22)"],
        ),
        (
            "dtype null",
            fields(r#""dtype":null,"shape":[4],"data_offsets":[0,4]"#),
            Format,
            &["\"dtype\"", "expected a string"],
        ),
        (
            "shape a number",
            tensor("U8", "4", "[0,4]", 4),
            Format,
            &["w: ", "\"shape\"", "expected a list of dimensions", "(at byte 35)"],
        ),
        (
            "shape null",
            tensor("U8", "null", "[0,4]", 4),
            Format,
            &["w: ", "\"shape\"", "expected a list of dimensions", "(at byte 35)"],
        ),
        ("shape of texts", tensor("U8", r#"["4"]"#, "[0,4]", 4), Format, &["\"shape\"", "invalid type", "\"4\""]),
        (
            "offsets an object",
            tensor("U8", "[4]", r#"{"begin":0,"end":4}"#, 4),
            Format,
            &["w: ", "\"data_offsets\"", "invalid type: map", "(at byte 54)"],
        ),
        ("one offset", tensor("U8", "[4]", "[0]", 4), Format, &["\"data_offsets\"", "invalid length 1", "two offsets"]),
        (
            "three offsets",
            tensor("U8", "[4]", "[0,4,4]", 4),
            Format,
            &["w: ", "\"data_offsets\" is wrong", "invalid length 3", "(at byte 54)"],
        ),
        (
            "metadata a list",
            file(r#"{"__metadata__":["a"]}"#, 0),
            Format,
            &["__metadata__: ", "\"__metadata__\" is of the wrong type", "invalid type: sequence", "(at byte 24)"],
        ),
        (
            "metadata a text",
            file(r#"{"__metadata__":"pt"}"#, 0),
            Format,
            &["\"__metadata__\" is of the wrong type", "invalid type: string"],
        ),
        (
            "metadata value a number",
            file(r#"{"__metadata__":{"a":1}}"#, 0),
            Format,
            &["__metadata__: the value of \"a\" is of the wrong type", "expected a string", "(at byte 29)"],
        ),
        (
            "metadata value null",
            file(r#"{"__metadata__":{"a":null}}"#, 0),
            Format,
            &["the value of \"a\"", "expected a string"],
        ),
        (
            "metadata value an object",
            file(r#"{"__metadata__":{"a":{}}}"#, 0),
            Format,
            &["__metadata__: the value of \"a\" is of the wrong type", "expected a string", "(at byte 29)"],
        ),
        // The writer that makes this file takes a tensor's name for the key of the metadata.
        (
            "tensor named __metadata__",
            parts(&[&entry("__metadata__", "U8", "[4]", "[0,4]")], 4),
            Format,
            &["invalid type"],
        ),
    ]
}

fn types() -> Vec<Row> {
    let unknown: &[&str] = &["w: ", "is not an element type of safetensors"];
    vec![
        ("unknown type", tensor("F128", "[1]", "[0,4]", 4), Format, unknown),
        ("type of no name", tensor("", "[4]", "[0,4]", 4), Format, unknown),
        (
            "type in lower case",
            tensor("u8", "[4]", "[0,4]", 4),
            Format,
            &["w: ", "safetensors: expected \"U8\"", "(at byte 13)"],
        ),
        (
            "type in lower case before another tensor",
            parts(&[&entry("w", "u8", "[4]", "[0,4]"), &entry("v", "U8", "[4]", "[4,8]")], 8),
            Format,
            &["w: ", "safetensors: expected \"U8\"", "(at byte 13)"],
        ),
        ("type with a space", tensor("U8 ", "[4]", "[0,4]", 4), Format, unknown),
        // These are in the library's own table, for other formats.
        ("type of another format: C128", tensor("C128", "[1]", "[0,16]", 16), Format, unknown),
        ("type of another format: I4", tensor("I4", "[8]", "[0,4]", 4), Format, unknown),
        ("type of another format: STRING", tensor("STRING", "[0]", "[0,0]", 0), Format, unknown),
        ("type of another format: Q4_K", tensor("Q4_K", "[256]", "[0,144]", 144), Format, unknown),
    ]
}

fn shapes() -> Vec<Row> {
    let ones = |rank: usize| format!("[{}]", vec!["1"; rank].join(","));
    vec![
        (
            "too few bytes",
            tensor("F32", "[2]", "[0,4]", 4),
            Format,
            &["w: ", "has 4 bytes", "F32 of shape [2] needs 8"],
        ),
        ("too many bytes", tensor("F32", "[1]", "[0,8]", 8), Format, &["w: ", "has 8 bytes", "needs 4"]),
        ("scalar of no bytes", tensor("U8", "[]", "[0,0]", 0), Format, &["has 0 bytes", "needs 1"]),
        ("zero dimension with bytes", tensor("U8", "[4,0]", "[0,4]", 4), Format, &["has 4 bytes", "needs 0"]),
        ("three halves of a byte", tensor("F4", "[3]", "[0,2]", 2), Format, &["w: ", "do not fill whole bytes"]),
        ("six bits", tensor("F6_E2M3", "[1]", "[0,1]", 1), Format, &["w: ", "do not fill whole bytes"]),
        ("float dimension", tensor("U8", "[4.0]", "[0,4]", 4), Format, &["invalid type: floating point"]),
        ("dimension with an exponent", tensor("U8", "[4e0]", "[0,4]", 4), Format, &["invalid type: floating point"]),
        ("negative dimension", tensor("U8", "[-4]", "[0,4]", 4), Format, &["invalid value: integer `-4`"]),
        ("dimension of 2^64", tensor("U8", "[18446744073709551616]", "[0,4]", 4), Format, &["floating point"]),
        ("dimension of 2^64 - 1", tensor("U8", "[18446744073709551615]", "[0,4]", 4), Format, &["w: ", "overflow"]),
        ("overflow beside a zero", tensor("U8", "[0,18446744073709551615]", "[0,0]", 0), Format, &["w: ", "overflow"]),
        ("overflow before a zero", tensor("U8", "[4294967296,4294967296,0]", "[0,0]", 0), Format, &["overflow"]),
        ("product of 2^64", tensor("U8", "[4294967296,4294967296]", "[0,0]", 0), Format, &["w: ", "overflow"]),
        ("product that wraps to 4", tensor("U8", "[4,4611686018427387905]", "[0,4]", 4), Format, &["w: ", "overflow"]),
        ("bytes that wrap to 0", tensor("F64", "[2305843009213693952]", "[0,0]", 0), Format, &["w: ", "overflow"]),
        ("65 dimensions", tensor("U8", &ones(65), "[0,1]", 1), Limit, &["w: ", "more than 64 dimensions"]),
        ("100,000 dimensions", tensor("U8", &ones(100_000), "[0,1]", 1), Limit, &["w: ", "more than 64 dimensions"]),
    ]
}

fn layout() -> Vec<Row> {
    let of = |name, offsets| entry(name, "U8", "[4]", offsets);
    let (a, b) = (of("a", "[0,4]"), of("b", "[4,8]"));
    // Nine tensors, each of a size that could be; together they reach almost to 2^64, and with the header beyond it.
    let elements = u64::MAX / (9 * 8);
    let huge = (0..9).map(|n| {
        let offsets = format!("[{},{}]", n * elements * 8, (n + 1) * elements * 8);
        entry(&n.to_string(), "F64", &format!("[{elements}]"), &offsets)
    });
    let huge: Vec<_> = huge.collect();
    vec![
        ("offsets reversed", tensor("U8", "[4]", "[4,0]", 4), Format, &["w: ", "[4, 0] are not a range"]),
        ("first offset not 0", tensor("U8", "[4]", "[4,8]", 8), Format, &["w: ", "leaves a gap"]),
        ("gap", parts(&[&a, &of("b", "[8,12]")], 12), Format, &["b: ", "leaves a gap"]),
        ("overlap", parts(&[&a, &of("b", "[2,6]")], 6), Format, &["b: ", "overlaps the tensor before it"]),
        ("two tensors in one place", parts(&[&a, &of("b", "[0,4]")], 4), Format, &["b: ", "overlaps"]),
        ("beyond the end", parts(&[&a, &b], 7), Format, &["ends 1 bytes early", "interrupted download"]),
        ("bytes after the end", parts(&[&a, &b], 10), Format, &["2 bytes after the last tensor", "(at byte 121)"]),
        ("negative offset", tensor("U8", "[4]", "[-4,0]", 4), Format, &["invalid value: integer `-4`"]),
        ("float offset", tensor("U8", "[4]", "[0,4.0]", 4), Format, &["invalid type: floating point"]),
        ("end at 2^64 - 1", tensor("U8", "[4]", "[0,18446744073709551615]", 4), Format, &["w: ", "are not a range"]),
        (
            "range at 2^64 - 1",
            tensor("U8", "[0]", "[18446744073709551615,18446744073709551615]", 0),
            Format,
            &["w: ", "are not a range"],
        ),
        ("end at 2^63", tensor("U8", "[4]", "[0,9223372036854775808]", 4), Format, &["w: ", "needs 4"]),
        ("sizes that add up to 2^64", file(format!("{{{}}}", huge.join(",")), 0), Format, &["8: ", "are not a range"]),
    ]
}
