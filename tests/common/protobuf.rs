//! Writes the wire format of protobuf (protobuf.dev, "Encoding"), so that tests can write models that no other writer would.
#![allow(dead_code, reason = "each test uses a part of it")]

pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A field that is a number.
pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A field that is text, bytes or a message.
pub fn field(field: u64, contents: impl AsRef<[u8]>) -> Vec<u8> {
    let contents = contents.as_ref();
    [&varint(field << 3 | 2), &varint(contents.len() as u64), contents].concat()
}
