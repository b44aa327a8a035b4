//! The short way over what nearly all of a graph is: fields that are in memory, and of which nothing is unusual.

use super::{Frame, MAX_DEPTH, Scanner};
use crate::formats::protobuf::step::{Over, Steps};
use crate::formats::protobuf::varint;

/// The key of a field, and the number after it.
struct Head {
    key: u64,
    /// Bytes of the key.
    key_len: usize,
    value: u64,
    /// Bytes of the number.
    width: usize,
}

impl Head {
    /// What `bytes` begin with; `None` if that is no such thing.
    #[inline(always)]
    fn of(bytes: &[u8]) -> Option<Self> {
        // Nearly always both have one byte.
        if let [key @ ..0x80, value @ ..0x80, ..] = *bytes {
            return Some(Self { key: key.into(), key_len: 1, value: value.into(), width: 1 });
        }
        let (key, key_len) = varint(bytes)?;
        let (value, width) = varint(&bytes[key_len..])?;
        Some(Self { key, key_len, value, width })
    }
}

/// How far the walk is.
struct Progress {
    at: usize,
    /// The bits of the fields that have occurred in the message.
    seen: u64,
    /// Bytes that what was seen so far will take when it is decoded.
    heap: u64,
}

impl Progress {
    /// Walks over fields of a message of which so many bytes are in memory. Returns the head of a message inside it if that
    /// is what comes next, with its index and the bit of its field.
    #[inline(always)]
    fn over_fields(&mut self, steps: &Steps, bytes: &[u8], most_heap: u64) -> Option<(Head, usize, u64)> {
        while self.at < bytes.len() {
            let head = Head::of(&bytes[self.at..])?;
            let step = steps.get(head.key >> 3)?;
            let room = bytes.len() - self.at;
            let len = match (head.key & 7, step.over) {
                (0, Over::Varint) => head.key_len + head.width,
                (5, Over::Fixed32) if room >= head.key_len + 4 => head.key_len + 4,
                (2, Over::Bytes) if head.value <= (room - head.key_len - head.width) as u64 => {
                    head.key_len + head.width + head.value as usize
                }
                (2, Over::Message(index)) => return Some((head, index.into(), step.once)),
                _ => return None,
            };
            if self.seen & step.once != 0 || self.heap + step.cost > most_heap {
                return None;
            }
            self.seen |= step.once;
            self.heap += step.cost;
            self.at += len;
        }
        None
    }
}

impl Scanner<'_> {
    /// Walks on, into messages and out of them. It stops before any field that takes more than a step, for
    /// [`Scanner::field`], which knows all rules, and at the end of a message whose length has to be set right, and of the
    /// root.
    // Not a part of its caller, where there are too few registers for it.
    #[inline(never)]
    pub(super) fn walk(&mut self, stack: &mut Vec<Frame>) {
        let memory = &self.memory[..self.filled];
        let mut progress = Progress { at: self.at, seen: 0, heap: self.heap };
        loop {
            let depth = stack.len();
            let Some(frame) = stack.last_mut() else { break };
            // The message may end beyond what is in memory.
            let end = (frame.end - self.ahead).min(memory.len() as u64) as usize;
            progress.seen = frame.seen;
            let inner = progress.over_fields(&frame.message.steps, &memory[..end], self.most_heap);
            frame.seen = progress.seen;
            let Some((head, index, once)) = inner else {
                let is_done = self.ahead + progress.at as u64 == frame.end;
                if is_done && frame.cut == 0 && depth > 1 {
                    stack.pop();
                    continue;
                }
                break;
            };
            let message = &self.schema.messages[index];
            let length = progress.at + head.key_len..progress.at + head.key_len + head.width;
            let inner_end = (self.ahead + length.end as u64).saturating_add(head.value);
            let heap = progress.heap + message.cost;
            if inner_end > frame.end || frame.seen & once != 0 || heap > self.most_heap || depth == MAX_DEPTH {
                break;
            }
            frame.seen |= once;
            (progress.at, progress.heap) = (length.end, heap);
            self.counts[index] += 1;
            let text = |at: usize| self.text + (at - self.kept);
            let length = text(length.start)..text(length.end);
            stack.push(Frame { message, end: inner_end, seen: 0, length, cut: 0 });
        }
        (self.at, self.heap) = (progress.at, progress.heap);
    }
}
