//! Slots of pinned memory that are filled in turns, and sent.

use std::ops::Range;

use super::driver::{Event, Pinned, Stream};
use super::targets::Targets;
use super::upload::Pending;
use crate::error::{Error, Kind, Result};
use crate::host::Context;
use crate::load::staging::{MAX_PADDING, SLOTS};
use crate::storage::Arena;

/// The slots of one thread, and a stream to each device.
pub(super) struct Ring {
    pinned: Pinned,
    slots: Vec<Slot>,
    /// Bytes of one slot.
    len: usize,
    /// One for each device, by its index.
    streams: Vec<Stream>,
    /// The slot that is being filled, and the range of the layout that it stands for.
    filling: Option<(usize, Range<u64>)>,
    next: usize,
}

/// The marks behind the copies from one slot.
struct Slot {
    /// One for each device, by its index.
    events: Vec<Event>,
    is_sent: Vec<bool>,
}

impl Ring {
    /// Pins slots of `len` bytes.
    pub(super) fn new(targets: &Targets, len: usize, context: &Context) -> Result<Self> {
        let first = targets.iter().next().ok_or_else(|| Error::new(Kind::Internal, "an upload has no device"))?;
        let bytes = SLOTS * len;
        let mut arena = Arena::mapped(bytes as u64, 4096, "pinned slots", context)?;
        arena.keep_from_children();
        arena.prefer_huge_pages();
        let memory = arena.take(bytes).ok_or_else(|| Error::out_of_memory("pinned slots", bytes as u64))?;
        let pinned = Pinned::new(&first.context.enter()?, memory)?;
        let mut streams = Vec::new();
        let mut slots: Vec<Slot> = (0..SLOTS).map(|_| Slot { events: Vec::new(), is_sent: Vec::new() }).collect();
        for target in targets.iter() {
            let entered = target.context.enter()?;
            let stream = Stream::new(&entered)?;
            targets.after.iter().try_for_each(|after| stream.delay(&entered, after))?;
            for slot in &mut slots {
                slot.events.push(Event::new(&entered)?);
                slot.is_sent.push(false);
            }
            streams.push(stream);
        }
        Ok(Self { pinned, slots, len, streams, filling: None, next: 0 })
    }

    /// Whether the slot that is being filled has room for a range, close behind what is in it.
    pub(super) fn continues_with(&self, range: &Range<u64>) -> bool {
        self.filling.as_ref().is_some_and(|(_, filled)| {
            filled.end <= range.start
                && range.start - filled.end <= MAX_PADDING
                && range.end - filled.start <= self.len as u64
        })
    }

    /// Turns to the next slot, when every device has read what was in it.
    pub(super) fn begin(&mut self, start: u64) -> Result<()> {
        let number = self.next;
        self.next = (number + 1) % self.slots.len();
        self.slots[number].wait()?;
        self.filling = Some((number, start..start));
        Ok(())
    }

    /// The memory that stands for a range behind what is in the slot. Padding before it becomes zeros.
    pub(super) fn part(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        let no_slot = || Error::new(Kind::Internal, "a lane has no slot to fill");
        let (number, filled) = self.filling.as_mut().ok_or_else(no_slot)?;
        let base = *number * self.len;
        let at = |position: u64| base + (position - filled.start) as usize;
        let (padding, part) = (at(filled.end)..at(range.start), at(range.start)..at(range.end));
        filled.end = range.end;
        self.pinned.bytes_mut(padding).fill(0);
        Ok(self.pinned.bytes_mut(part))
    }

    /// Sends what is in the slot to every device that gets a part of it; returns how many bytes that is.
    pub(super) fn send(&mut self, targets: &Targets) -> Result<u64> {
        let Some((number, filled)) = self.filling.take() else { return Ok(0) };
        let mut sent = 0;
        for (device, target) in targets.iter().enumerate() {
            let mut parts = targets.parts(device, filled.clone()).peekable();
            if parts.peek().is_none() {
                continue;
            }
            let entered = target.context.enter()?;
            for (part, address) in parts {
                let start = number * self.len + (part.start - filled.start) as usize;
                let range = start..start + (part.end - part.start) as usize;
                self.streams[device].copy(&entered, &mut self.pinned, range, address)?;
                sent += part.end - part.start;
            }
            let slot = &mut self.slots[number];
            slot.events[device].record(&entered, &self.streams[device])?;
            slot.is_sent[device] = true;
        }
        Ok(sent)
    }

    /// Waits until every device has read everything.
    pub(super) fn wait(&mut self) -> Result<()> {
        self.slots.iter_mut().try_for_each(Slot::wait)?;
        self.pinned.take_back();
        Ok(())
    }

    /// Marks the ends of the streams.
    pub(super) fn mark_ends(&self, targets: &Targets) -> Result<Vec<Event>> {
        let ends = targets.iter().zip(&self.streams).map(|(target, stream)| {
            let entered = target.context.enter()?;
            let end = Event::new(&entered)?;
            end.record(&entered, stream)?;
            Ok(end)
        });
        ends.collect()
    }
}

impl Slot {
    fn wait(&mut self) -> Result<()> {
        for (event, is_sent) in self.events.iter().zip(&mut self.is_sent) {
            if *is_sent {
                event.synchronize()?;
                *is_sent = false;
            }
        }
        Ok(())
    }
}

impl Pending for Ring {
    fn wait(&mut self) -> Result<()> {
        Self::wait(self)
    }
}

impl Drop for Ring {
    /// Memory is given back only when every copy from it is over; if that cannot be known, it stays where it is.
    fn drop(&mut self) {
        if !self.pinned.is_lent() {
            return;
        }
        let over = self.streams.iter().filter(|stream| stream.is_over()).count();
        if over == self.streams.len() {
            self.pinned.take_back();
        }
    }
}
