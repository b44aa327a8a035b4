//! The walk over a hostile file before anything of it is decoded.

mod walk;

use std::ops::Range;

use bytes::Bytes;

use super::skeleton::{Length, Payload, Skeleton};
use super::{Field, Kind, Message, Schema, WireType, varint};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::sort;
use crate::storage::{Buffer, Source};

/// What memory is asked for.
const PAYLOADS: &str = "the places of contents";

/// Messages inside each other. What decodes them may use one call for each.
const MAX_DEPTH: usize = 100;

/// Bytes of one read: few after a jump over a payload, since the next one may follow; then more and more.
const FIRST_READ: u64 = 64 << 10;
const SHORTEST_READ: u64 = 4 << 10;
const LONGEST_READ: u64 = 256 << 10;

/// Two numbers of ten bytes: the key of a field, and its length or value.
const LONGEST_HEAD: usize = 20;

/// What a model is decoded to is not much larger than its text, or it is made to fill memory: messages of two bytes each.
const SMALL_HEAP: u64 = 16 << 20;
const HEAP_RATIO: u64 = 12;

/// The largest field number ("Encoding", field numbers have 29 bits).
const MAX_NUMBER: u64 = (1 << 29) - 1;

/// Walks the file from its start to its end, once.
///
/// What it will take to decode is taken from the budget.
pub(in crate::formats) fn scan(source: &Source, schema: &Schema, budget: &Budget) -> Result<Skeleton> {
    let limits = budget.limits();
    // One read more than the text may have, since what follows is read ahead.
    let most = source.len().min(limits.header_bytes.saturating_add(LONGEST_READ));
    let memory = Buffer::new(most, "the model", source.context())?;
    let mut scanner = Scanner {
        source,
        schema,
        budget,
        limits,
        memory,
        filled: 0,
        at: 0,
        kept: 0,
        text: 0,
        ahead: 0,
        next_read: FIRST_READ,
        payloads: Vec::new(),
        lengths: Vec::new(),
        counts: vec![0; schema.messages.len()],
        heap: 0,
        most_heap: most_heap(source).min(budget.heap_left()),
    };
    scanner.run()?;
    let Scanner { memory, text, payloads, mut lengths, counts, heap, .. } = scanner;
    budget.take_heap(heap)?;
    sort::sort_by_key(&mut lengths, |length| length.at);
    let whole = memory.freeze()?;
    Ok(Skeleton { text: whole.slice(..text), payloads, lengths, counts })
}

/// A message that the walk is in.
struct Frame {
    message: &'static Message,
    /// Where it ends in the file.
    end: u64,
    /// The slots of the fields that have occurred.
    seen: u64,
    /// Where its length is in the text; the root has none.
    length: Range<usize>,
    /// Bytes of payloads that were cut out of it.
    cut: u64,
}

struct Scanner<'a> {
    source: &'a Source,
    schema: &'a Schema,
    budget: &'a Budget,
    limits: &'a Limits,
    /// First the text so far. Then, from `kept` on, bytes of the file: those before `at` are walked over and belong to
    /// the text, those up to `filled` come next. As long as nothing is left out, nothing has to be moved.
    memory: Buffer,
    text: usize,
    kept: usize,
    at: usize,
    filled: usize,
    /// How far the memory from `kept` on is behind the file: bytes that were left out.
    ahead: u64,
    next_read: u64,
    payloads: Vec<Payload>,
    lengths: Vec<Length>,
    counts: Vec<usize>,
    /// Bytes that what was seen so far will take when it is decoded, and the most that it may.
    heap: u64,
    most_heap: u64,
}

/// Bytes that the parts of a file of this length may take when they are decoded.
fn most_heap(source: &Source) -> u64 {
    SMALL_HEAP.saturating_add(source.len().saturating_mul(HEAP_RATIO))
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<()> {
        let root = &self.schema.messages[self.schema.root];
        let mut stack = vec![Frame { message: root, end: self.source.len(), seen: 0, length: 0..0, cut: 0 }];
        loop {
            self.walk(&mut stack);
            let Some(frame) = stack.last_mut() else { break };
            if self.position() >= frame.end {
                let Some(done) = stack.pop() else { break };
                self.close(done, stack.last_mut())?;
            } else if let Some(inner) = self.field(frame)? {
                if stack.len() == MAX_DEPTH {
                    let message = format!("messages are nested more than {MAX_DEPTH} deep");
                    return Err(self.error(self.at, ErrorKind::Limit, message));
                }
                stack.push(inner);
            }
        }
        self.keep_until(self.at)
    }

    /// Where the walk is in the file.
    fn position(&self) -> u64 {
        self.ahead + self.at as u64
    }

    /// The frame of a message of `len` bytes whose contents come next; where its length is in memory.
    fn enter(&mut self, index: usize, length: Range<usize>, len: u64) -> Frame {
        self.counts[index] += 1;
        let length = self.text_position(length.start)..self.text_position(length.end);
        Frame { message: &self.schema.messages[index], end: self.position() + len, seen: 0, length, cut: 0 }
    }

    /// Walks over one field. Of a field that is a message only the head; the frame of the message is returned.
    fn field(&mut self, frame: &mut Frame) -> Result<Option<Frame>> {
        self.fill()?;
        let begin = self.at;
        let left = usize::try_from(frame.end - self.position()).unwrap_or(usize::MAX);
        let head = &self.memory[begin..self.filled];
        let head = &head[..head.len().min(left)];
        let Some((key, key_len)) = varint(head) else { return Err(self.endless(frame)) };
        let number = key >> 3;
        let Some(wire) = WireType::of(key).filter(|_| (1..=MAX_NUMBER).contains(&number)) else {
            let message = format!("{} has an impossible key here: {key}", frame.message.name);
            return Err(self.error(begin, ErrorKind::Format, message));
        };
        // A value that ends by itself is complete here; for others this is their length in bytes.
        let Some((len, width)) = (match wire {
            WireType::Delimited => varint(&head[key_len..]),
            WireType::Varint => varint(&head[key_len..]).map(|(_, len)| (len as u64, 0)),
            WireType::Fixed32 => Some((4, 0)),
            WireType::Fixed64 => Some((8, 0)),
        }) else {
            return Err(self.endless(frame));
        };
        let field = frame.message.fields.get(number as usize).and_then(Option::as_ref);
        if let Some(field) = field {
            self.check_field(frame, field, wire, begin)?;
            frame.seen |= 1 << field.slot;
            self.charge(field, (wire == WireType::Delimited).then_some(len), begin)?;
            if wire == WireType::Delimited && field.kind.is_torn(len) {
                return Err(self.torn(frame, field, begin));
            }
        }
        let head = begin + key_len;
        self.at = head + width;
        let room = frame.end - self.position();
        if len > room {
            let name = field.map_or("an unknown field", |field| field.name);
            let around = frame.message.name;
            let message = match len.checked_sub(self.source.len() - self.position()) {
                Some(missing @ 1..) if around == self.schema.messages[self.schema.root].name => {
                    format!(
                        "{around}.{name} has {len} bytes; the file ends {missing} bytes early: an interrupted download"
                    )
                }
                _ => format!("{around}.{name} has {len} bytes; {room} are left in the enclosing message"),
            };
            return Err(self.error(begin, ErrorKind::Format, message));
        }
        match field {
            Some(Field { kind: Kind::Message(index), .. }) => {
                return Ok(Some(self.enter(*index, head..self.at, len)));
            }
            Some(field) if field.is_payload => {
                if field.kind == Kind::Varint && wire == WireType::Delimited && !self.ends_with_number(len)? {
                    return Err(self.torn(frame, field, begin));
                }
                frame.cut += self.cut_out(begin, number as u32, len)?;
            }
            _ => self.skip(len)?,
        }
        Ok(None)
    }

    /// Whether the next `len` bytes, a list of varints, end with the end of one. Nobody may read them later.
    fn ends_with_number(&self, len: u64) -> Result<bool> {
        let Some(last) = len.checked_sub(1) else { return Ok(true) };
        let mut byte = [0];
        match self.memory[self.at..self.filled].get(usize::try_from(last).unwrap_or(usize::MAX)) {
            Some(there) => byte[0] = *there,
            None => self.source.read_into(self.position() + last, &mut byte)?,
        }
        Ok(byte[0] < 0x80)
    }

    fn torn(&self, frame: &Frame, field: &Field, begin: usize) -> Error {
        let message = format!("{}.{} ends in the middle of a number", frame.message.name, field.name);
        self.error(begin, ErrorKind::Format, message)
    }

    /// Takes the room that a field needs when it is decoded.
    #[inline]
    fn charge(&mut self, field: &Field, len: Option<u64>, begin: usize) -> Result<()> {
        self.heap = self.heap.saturating_add(match field.kind {
            Kind::Message(index) => self.schema.messages[index].cost,
            _ => field.cost(len),
        });
        if self.heap <= self.most_heap {
            return Ok(());
        }
        if self.most_heap < most_heap(self.source) {
            // The memory of the open is the bound that is exceeded: this says so.
            let refused = self.budget.take_heap(self.heap);
            refused.map_err(|e| e.with_offset(self.ahead + begin as u64))?;
        }
        let message = format!("the model has more small parts than its {} bytes should need", self.source.len());
        Err(self.error(begin, ErrorKind::Limit, message))
    }

    /// Refuses a field that is written in a way its kind cannot be, or given twice.
    #[inline]
    fn check_field(&self, frame: &Frame, field: &Field, wire: WireType, begin: usize) -> Result<()> {
        let name = || format!("{}.{}", frame.message.name, field.name);
        if !field.accepts(wire) {
            let message = format!("{} has the wire type {wire:?}, which is not valid for this field", name());
            return Err(self.error(begin, ErrorKind::Format, message));
        }
        if !field.is_repeated && frame.seen >> field.slot & 1 == 1 {
            let message = format!("{}, or an alternative of it, occurs twice in one message", name());
            return Err(self.error(begin, ErrorKind::Format, message));
        }
        Ok(())
    }

    fn endless(&self, frame: &Frame) -> Error {
        let message = format!("a varint in {} is not terminated, or is too large", frame.message.name);
        self.error(self.at, ErrorKind::Format, message)
    }

    /// Has the next bytes in memory: as many as the head of a field can take, if the file has them.
    #[inline]
    fn fill(&mut self) -> Result<()> {
        let read_to = self.ahead + self.filled as u64;
        if self.filled - self.at >= LONGEST_HEAD || read_to == self.source.len() {
            return Ok(());
        }
        self.refill(read_to)
    }

    fn refill(&mut self, read_to: u64) -> Result<()> {
        self.keep_until(self.at)?;
        if self.at != self.text {
            self.memory.copy_within(self.at..self.filled, self.text);
            self.ahead += (self.at - self.text) as u64;
            self.filled -= self.at - self.text;
            (self.at, self.kept) = (self.text, self.text);
        }
        let room = self.memory.len() - self.filled;
        let more = (self.source.len() - read_to).min(self.next_read).min(room as u64) as usize;
        self.next_read = (2 * self.next_read).min(LONGEST_READ);
        self.budget.advance(more as u64)?;
        self.source.read_into(read_to, &mut self.memory[self.filled..self.filled + more])?;
        self.filled += more;
        Ok(())
    }

    /// Makes what was walked over a part of the text.
    fn keep_until(&mut self, end: usize) -> Result<()> {
        if self.kept != self.text {
            self.memory.copy_within(self.kept..end, self.text);
        }
        self.text += end - self.kept;
        self.kept = end;
        self.limits.check_header_so_far("the file without its weights", self.text as u64)
    }

    /// Where a position in memory is in the text.
    fn text_position(&self, at: usize) -> usize {
        self.text + (at - self.kept)
    }

    /// Walks over bytes that belong to the text.
    #[inline]
    fn skip(&mut self, mut len: u64) -> Result<()> {
        loop {
            let there = ((self.filled - self.at) as u64).min(len);
            self.at += there as usize;
            len -= there;
            if len == 0 {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Leaves the field that begins at `begin` out of the text and goes on after its `len` bytes of contents. Returns
    /// the bytes of the whole field.
    fn cut_out(&mut self, begin: usize, number: u32, len: u64) -> Result<u64> {
        self.keep_until(begin)?;
        let (at, offset) = (self.text, self.position());
        let cut = offset + len - (self.ahead + begin as u64);
        memory::push(&mut self.payloads, Payload { at, cut, number, offset, len }, PAYLOADS)?;
        let end = offset + len;
        match usize::try_from(end - self.ahead).ok().filter(|end| *end <= self.filled) {
            Some(inside) => self.at = inside,
            None => {
                (self.at, self.filled) = (self.text, self.text);
                self.ahead = end - self.text as u64;
                self.next_read = SHORTEST_READ;
            }
        }
        self.kept = self.at;
        Ok(cut)
    }

    /// Sets the length of a message right from which payloads were cut out. It keeps its width: a number may be written
    /// with more bytes than it needs.
    fn close(&mut self, done: Frame, around: Option<&mut Frame>) -> Result<()> {
        let (Frame { length, cut: cut @ 1.., .. }, Some(around)) = (done, around) else { return Ok(()) };
        memory::check()?;
        let digits = &mut self.memory[length.clone()];
        let original = Bytes::copy_from_slice(digits);
        memory::push(&mut self.lengths, Length { at: length.start, original }, PAYLOADS)?;
        let mut rest = varint(digits).map_or(0, |(len, _)| len) - cut;
        for (index, digit) in digits.iter_mut().enumerate() {
            let more = if index + 1 < length.len() { 0x80 } else { 0 };
            *digit = (rest & 0x7f) as u8 | more;
            rest >>= 7;
        }
        around.cut += cut;
        Ok(())
    }

    fn error(&self, at: usize, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, message).with_offset(self.ahead + at as u64)
    }
}
