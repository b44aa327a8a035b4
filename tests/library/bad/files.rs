//! Single files: lengths that lie, and text that is no JSON.

use weighbridge::Kind::Format;

use super::Row;
use crate::headers::{declared, file, raw, tensor};

/// What remains after the tensor of [`tensor`] when a file is cut.
const WELL: (&str, &str, &str) = ("U8", "[4]", "[0,4]");

pub fn rows() -> Vec<Row> {
    [lengths(), json()].concat()
}

fn lengths() -> Vec<Row> {
    let (dtype, shape, offsets) = WELL;
    vec![
        ("one byte", raw("\x07"), Format, &["the file has 1 bytes", "at least 8"]),
        ("seven bytes", raw([1, 0, 0, 0, 0, 0, 0]), Format, &["the file has 7 bytes", "at least 8"]),
        ("header of no bytes", declared(0, "{}", 0), Format, &["ends in the middle of a value", "(at byte 8)"]),
        ("header of one byte", declared(1, "{}", 0), Format, &["ends in the middle of a value", "(at byte 8)"]),
        ("header longer than the file", declared(3, "{}", 0), Format, &["should have 3 bytes", "the file has 2"]),
        (
            "header far longer than the file",
            declared(1 << 40, "{}", 9),
            Format,
            &["1099511627776", "its length is damaged"],
        ),
        ("header longer than the file, and no object", declared(9, "[]", 0), Format, &["it is not a safetensors file"]),
        // The lengths 640 and 1,152 begin with the bytes of a pickle.
        ("header of 640 bytes, cut", cut(file(format!("{:640}", "{}"), 0), 100), Format, &["should have 640 bytes"]),
        ("header of 1,152 bytes, cut", cut(file(format!("{:1152}", "{}"), 0), 9), Format, &["should have 1152 bytes"]),
        ("only a length", raw([64, 0, 0, 0, 0, 0, 0, 0]), Format, &["should have 64 bytes", "an interrupted download"]),
        ("header of 2^63 bytes", declared(1 << 63, "{}", 0), Format, &["9223372036854775808"]),
        ("header of 2^64 - 8 bytes", declared(u64::MAX - 7, "{}", 0), Format, &["18446744073709551608"]),
        ("header of 2^64 - 1 bytes", declared(u64::MAX, "{}", 0), Format, &["18446744073709551615", "(at byte 0)"]),
        ("header cut in the middle", cut(tensor(dtype, shape, offsets, 4), 20), Format, &["interrupted download"]),
        (
            "three bytes missing",
            tensor(dtype, shape, offsets, 1),
            Format,
            &["ends 3 bytes early", "interrupted download"],
        ),
        ("all data missing", tensor(dtype, shape, offsets, 0), Format, &["ends 4 bytes early", "interrupted download"]),
        ("no tensor, but data", file("{}", 1), Format, &["1 bytes after the last tensor", "(at byte 10)"]),
    ]
}

fn json() -> Vec<Row> {
    let nested = |open: &str, depth: usize| file(open.repeat(depth), 0);
    vec![
        ("not UTF-8 in a name", file(b"{\"\xff\":{}}", 0), Format, &["not UTF-8", "(at byte 10)"]),
        ("not UTF-8 in a field that is skipped", skipped(b"\"\xc3\""), Format, &["not UTF-8", "(at byte 69)"]),
        ("UTF-8 of a surrogate", file(b"{\"\xed\xa0\x80\":{}}", 0), Format, &["not UTF-8"]),
        ("lone surrogate", file(r#"{"\ud800":{}}"#, 0), Format, &["not valid JSON"]),
        ("surrogates in the wrong order", file(r#"{"\udc00\ud800":{}}"#, 0), Format, &["not valid JSON"]),
        ("not JSON", file("{weights}", 0), Format, &["key must be a string", "(at byte 9)"]),
        ("single quotes", file("{'w':{}}", 0), Format, &["key must be a string"]),
        ("comment", file("{/* */}", 0), Format, &["key must be a string"]),
        ("comma at the end", file(r#"{"__metadata__":{},}"#, 0), Format, &["trailing comma"]),
        ("control character in a name", file("{\"a\nb\":{}}", 0), Format, &["control character"]),
        ("list at the root", file("[]", 0), Format, &["expected an object of tensors", "(at byte 8)"]),
        ("null at the root", file("null", 0), Format, &["expected an object of tensors"]),
        ("text at the root", file(r#""w""#, 0), Format, &["expected an object of tensors"]),
        ("nothing but spaces", file("        ", 0), Format, &["ends in the middle of a value"]),
        ("lists in lists, 100,000 deep", nested("[", 100_000), Format, &["expected an object of tensors"]),
        ("objects in objects, 100,000 deep", nested(r#"{"a":"#, 100_000), Format, &["recursion limit exceeded"]),
        ("skipped lists, 100,000 deep", skipped("[".repeat(100_000)), Format, &["not valid JSON"]),
        (
            "NUL bytes as padding",
            file("{}\0\0\0\0", 0),
            Format,
            &["padded with NUL bytes", "asks for spaces", "(at byte 10)"],
        ),
        ("two objects", file("{}{}", 0), Format, &["trailing characters", "(at byte 10)"]),
        // A writer that begins its metadata when the header is closed already; such files are in circulation.
        (
            "metadata after the end",
            file(r#"{},"__metadata__":{}}"#, 0),
            Format,
            &["trailing characters", "(at byte 10)"],
        ),
    ]
}

fn cut(mut bytes: Vec<u8>, len: usize) -> Vec<u8> {
    bytes.truncate(len);
    bytes
}

/// A file with a field that no reader knows.
fn skipped(value: impl AsRef<[u8]>) -> Vec<u8> {
    let entry = br#"{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"extra":"#;
    file([entry, value.as_ref(), b"}}"].concat(), 4)
}
