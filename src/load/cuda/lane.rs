//! The way of one thread's bytes to the devices: slots of pinned memory that are filled in turns.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::driver::{Event, Pinned, Stream};
use super::upload::{Parked, Upload};
use crate::error::{Error, Kind, Result};
use crate::load::staging::SLOTS;
use crate::load::window::Window;
use crate::storage::Arena;
use crate::verify::{Cost, Stage};

/// What a worker of a task fills. The ring is made when it is first needed.
pub(in crate::load) struct Lane {
    /// It ends before the memory that it fills.
    ring: Option<Ring>,
    upload: Arc<Upload>,
    sent: u64,
    time: Duration,
}

/// Pinned slots, and a stream to each device.
pub(super) struct Ring {
    pinned: Pinned,
    slots: Vec<Slot>,
    /// Of the device with the same index.
    streams: Vec<Stream>,
    len: usize,
    /// The slot that is being filled, and the range of the layout that it stands for.
    filling: Option<(usize, Range<u64>)>,
    next: usize,
}

/// The marks behind the copies from one slot.
struct Slot {
    /// Of the device with the same index.
    events: Vec<Event>,
    is_sent: Vec<bool>,
}

/// Padding in a slot that is zeroed between two parts of it. More of it would be sent in vain.
const MAX_PADDING: u64 = 4 << 10;

impl Lane {
    pub(in crate::load) fn new(upload: &Arc<Upload>) -> Self {
        Self { ring: None, upload: Arc::clone(upload), sent: 0, time: Duration::ZERO }
    }

    /// Sees to it that the slot which is being filled has room for a range.
    fn make_room(&mut self, range: &Range<u64>) -> Result<()> {
        let ring = match &mut self.ring {
            Some(ring) => ring,
            none => none.insert(Ring::new(&self.upload)?),
        };
        if !ring.continues_with(range) {
            self.sent += ring.send(&self.upload)?;
            ring.begin(range.start)?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<()> {
        let Some(mut ring) = self.ring.take() else { return Ok(()) };
        self.sent += ring.send(&self.upload)?;
        if !self.upload.is_async() {
            return ring.wait();
        }
        let ends = ring.mark_ends(&self.upload)?;
        self.upload.park(Parked { ends, _ring: ring });
        Ok(())
    }
}

impl Window for Lane {
    fn capacity(&self) -> u64 {
        self.upload.slot as u64
    }

    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        let start = Instant::now();
        let ready = self.make_room(&range);
        self.time += start.elapsed();
        ready?;
        let ring = self.ring.as_mut().ok_or_else(|| Error::new(Kind::Internal, "a lane has lost its ring"))?;
        ring.part(range)
    }

    fn close(&mut self) -> Result<()> {
        let start = Instant::now();
        if let Some(ring) = &mut self.ring {
            self.sent += ring.send(&self.upload)?;
        }
        self.time += start.elapsed();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Option<Cost>> {
        let start = Instant::now();
        self.drain()?;
        Ok(Some(Cost { stage: Stage::Send, bytes: self.sent, time: self.time + start.elapsed() }))
    }
}

impl Ring {
    fn new(upload: &Upload) -> Result<Self> {
        let targets = upload.targets();
        let first = targets.first().ok_or_else(|| Error::new(Kind::Internal, "an upload has no device"))?;
        let bytes = SLOTS * upload.slot;
        let mut arena = Arena::new(bytes as u64, 4096)?;
        let memory = arena.take(bytes).ok_or_else(|| Error::out_of_memory("pinned slots", bytes as u64))?;
        let pinned = first.context.enter()?.pin(memory)?;
        let mut streams = Vec::with_capacity(targets.len());
        let mut slots: Vec<Slot> = (0..SLOTS).map(|_| Slot { events: Vec::new(), is_sent: Vec::new() }).collect();
        for target in targets {
            let entered = target.context.enter()?;
            let stream = entered.stream()?;
            if let Some(after) = &upload.after {
                entered.delay(&stream, after)?;
            }
            for slot in &mut slots {
                slot.events.push(entered.event()?);
                slot.is_sent.push(false);
            }
            streams.push(stream);
        }
        Ok(Self { pinned, slots, streams, len: upload.slot, filling: None, next: 0 })
    }

    /// Whether the slot that is being filled has room for a range, close behind what is in it.
    fn continues_with(&self, range: &Range<u64>) -> bool {
        self.filling.as_ref().is_some_and(|(_, filled)| {
            filled.end <= range.start
                && range.start - filled.end <= MAX_PADDING
                && range.end - filled.start <= self.len as u64
        })
    }

    /// Turns to the next slot, when every device has read what was in it.
    fn begin(&mut self, start: u64) -> Result<()> {
        let number = self.next;
        self.next = (number + 1) % self.slots.len();
        self.slots[number].wait()?;
        self.filling = Some((number, start..start));
        Ok(())
    }

    /// The memory that stands for a range behind what is in the slot. Padding before it becomes zeros.
    fn part(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        let no_slot = || Error::new(Kind::Internal, "a lane has no slot to fill");
        let (number, filled) = self.filling.as_mut().ok_or_else(no_slot)?;
        let base = *number * self.len;
        let at = |position: u64| base + (position - filled.start) as usize;
        let (padding, part) = (at(filled.end)..at(range.start.max(filled.end)), at(range.start)..at(range.end));
        filled.end = range.end.max(filled.end);
        self.pinned.bytes_mut(padding).fill(0);
        Ok(self.pinned.bytes_mut(part))
    }

    /// Sends what is in the slot to every device that gets a part of it; returns how many bytes that is.
    fn send(&mut self, upload: &Upload) -> Result<u64> {
        let Some((number, filled)) = self.filling.take() else { return Ok(0) };
        let mut sent = 0;
        for (device, target) in upload.targets().iter().enumerate() {
            let mut parts = upload.parts(device, filled.clone()).filter(|(part, _)| !part.is_empty()).peekable();
            if parts.peek().is_none() {
                continue;
            }
            let entered = target.context.enter()?;
            for (part, address) in parts {
                let start = number * self.len + (part.start - filled.start) as usize;
                let len = (part.end - part.start) as usize;
                entered.copy(&mut self.pinned, start..start + len, address, &self.streams[device])?;
                sent += len as u64;
            }
            let slot = &mut self.slots[number];
            entered.record(&slot.events[device], &self.streams[device])?;
            slot.is_sent[device] = true;
        }
        Ok(sent)
    }

    /// Waits until every device has read everything.
    fn wait(&mut self) -> Result<()> {
        self.slots.iter_mut().try_for_each(Slot::wait)?;
        self.pinned.take_back();
        Ok(())
    }

    /// Marks the ends of the streams.
    fn mark_ends(&self, upload: &Upload) -> Result<Vec<Event>> {
        let streams = upload.targets().iter().zip(&self.streams);
        let ends = streams.map(|(target, stream)| {
            let entered = target.context.enter()?;
            let end = entered.event()?;
            entered.record(&end, stream)?;
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
