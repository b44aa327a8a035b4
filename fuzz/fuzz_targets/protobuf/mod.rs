//! Mutations inside the messages of a protobuf file, after which the lengths around them are right again. Without them
//! most mutations only show that a length is wrong.

use std::ops::Range;

use libfuzzer_sys::fuzzer_mutate;

/// Changes something in the first `size` bytes of `data`, which has room for `max_size`. Returns how many there are then.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut numbers = Numbers(u64::from(seed) << 1 | 1);
    let changed = match numbers.below(4) {
        0 => return fuzzer_mutate(data, size, max_size),
        _ => inside(&data[..size], &mut numbers, max_size - size),
    };
    if changed.is_empty() || changed.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

/// Changes a message or something in it. It gets longer by `room` bytes at most, and a few for lengths.
fn inside(message: &[u8], numbers: &mut Numbers, room: usize) -> Vec<u8> {
    let Some(fields) = fields(message).filter(|fields| !fields.is_empty()) else { return raw(message, room) };
    let field = &fields[numbers.below(fields.len())];
    let (before, after) = (&message[..field.whole.start], &message[field.whole.end..]);
    let whole = &message[field.whole.clone()];
    match (numbers.below(8), &field.contents) {
        (0, _) => raw(message, room),
        (1, _) => [before, after].concat(),
        (2, _) if whole.len() <= room => [before, whole, whole, after].concat(),
        (3, _) => {
            let other = &fields[numbers.below(fields.len())].whole;
            [before, &message[other.clone()], after].concat()
        }
        (_, Some(contents)) => {
            let changed = inside(&message[contents.clone()], numbers, room);
            let key = &message[field.whole.start..field.key_end];
            [before, key, &varint(changed.len()), &changed, after].concat()
        }
        _ => [before, &raw(whole, room), after].concat(),
    }
}

/// What the fuzzer makes of bytes of which it knows nothing.
fn raw(bytes: &[u8], room: usize) -> Vec<u8> {
    /// Bytes that a mutation adds at most.
    const LONGEST: usize = 64;
    let mut changed = bytes.to_vec();
    changed.resize(bytes.len() + room.min(LONGEST).max(1), 0);
    let most = changed.len();
    let len = fuzzer_mutate(&mut changed, bytes.len(), most);
    changed.truncate(len);
    changed
}

/// Where a field is in its message.
struct Field {
    whole: Range<usize>,
    key_end: usize,
    /// Of bytes, texts, messages and packed numbers.
    contents: Option<Range<usize>>,
}

/// The fields of a message; `None` if it is none.
fn fields(message: &[u8]) -> Option<Vec<Field>> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while at < message.len() {
        let start = at;
        let (key, key_end) = read_varint(message, at)?;
        let mut contents = None;
        at = match key & 7 {
            0 => read_varint(message, key_end)?.1,
            1 => key_end + 8,
            2 => {
                let (len, start) = read_varint(message, key_end)?;
                let end = start.checked_add(usize::try_from(len).ok()?)?;
                contents = Some(start..end);
                end
            }
            5 => key_end + 4,
            _ => return None,
        };
        if at > message.len() {
            return None;
        }
        fields.push(Field { whole: start..at, key_end, contents });
    }
    Some(fields)
}

/// A number, and where it ends.
fn read_varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.get(at..)?.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some((value, at + index + 1));
        }
    }
    None
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Numbers without order (xorshift64, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}
