//! The devices of one task: their contexts and their memory.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::driver::{Context, DeviceMemory, Driver, Entered, Event};
use crate::error::{Error, Kind, Result};
use crate::host::Reservation;
use crate::load::lent::HostStream;
use crate::load::lock::lock;
use crate::load::routing::{At, Routing};

/// What a task fills.
pub(super) struct Targets {
    list: Vec<Target>,
    pub(super) routing: Arc<Routing>,
    /// The work of the caller that the copies wait for.
    pub(super) after: Vec<Event>,
}

/// One device.
pub(super) struct Target {
    pub(super) context: Arc<Context>,
    /// Where the arena begins.
    base: u64,
    _arena: Option<Granted>,
    /// Where the memory for scattered elements begins.
    scratch_base: u64,
    /// That memory, until they are moved.
    scratch: Mutex<Option<Granted>>,
}

/// Memory of a device, and the part of the budget of the host that it takes.
struct Granted {
    memory: DeviceMemory,
    _reservation: Reservation,
}

impl Targets {
    /// Wakes the devices and takes their memory.
    pub(super) fn prepare(routing: &Arc<Routing>, host: &crate::host::Context) -> Result<Self> {
        let driver = Driver::get()?;
        let mut list = Vec::with_capacity(routing.devices.len());
        for (index, ordinal) in routing.devices.iter().enumerate() {
            let on_device = |e: Error| e.with_subject(format!("cuda:{ordinal}"));
            let context = driver.device(*ordinal).and_then(|device| device.retain()).map_err(on_device)?;
            list.push(Target::prepare(context, routing, index, host).map_err(on_device)?);
        }
        let mut targets = Self { list, routing: Arc::clone(routing), after: Vec::new() };
        if let Some(stream) = &routing.after {
            targets.after =
                targets.of_stream(stream)?.into_iter().map(|target| mark(target, stream)).collect::<Result<_>>()?;
        }
        Ok(targets)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Target> {
        self.list.iter()
    }

    /// The address of a place on a device.
    pub(super) fn address(&self, device: usize, at: At) -> u64 {
        match at {
            At::Arena(offset) => self.list[device].base + offset,
            At::Address(address) => address,
            At::Scratch(offset) => self.list[device].scratch_base + offset,
        }
    }

    /// The address of scattered elements at a place of the layout, on one device.
    pub(super) fn scratch_address(&self, device: usize, place: u64) -> Option<u64> {
        let offset = self.routing.scratch_at(device, place)?;
        Some(self.address(device, At::Scratch(offset)))
    }

    /// Gives the memory for scattered elements back. Nothing uses it any more.
    pub(super) fn give_scratch_back(&self) {
        for target in &self.list {
            let scratch = lock(&target.scratch).take();
            drop(scratch);
        }
    }

    /// Where the bytes of a range of the layout go on one device: each part of the range, and its address.
    pub(super) fn parts(&self, device: usize, range: Range<u64>) -> impl Iterator<Item = (Range<u64>, u64)> {
        let runs = self.routing.runs_in(range.clone()).filter(move |run| run.device == device);
        let parts = runs.map(move |run| {
            let (start, end) = (run.start.max(range.start), run.end.min(range.end));
            (start..end, self.address(device, run.at) + (start - run.start))
        });
        parts.filter(|(part, _)| !part.is_empty())
    }

    /// The device of a stream of the caller; of a default stream, which every context has under the same name, all.
    pub(super) fn of_stream(&self, stream: &HostStream) -> Result<Vec<&Target>> {
        if stream.is_default() {
            return Ok(self.list.iter().collect());
        }
        for target in &self.list {
            if target.context.enter()?.has_stream(stream)? {
                return Ok(vec![target]);
            }
        }
        let message = "the stream belongs to no primary context of a device of the plan";
        Err(Error::invalid(message).with_subject("stream"))
    }
}

/// Marks what is in a stream of the caller now.
fn mark(target: &Target, stream: &HostStream) -> Result<Event> {
    let entered = target.context.enter()?;
    if entered.is_capturing(stream)? {
        let message = "it is being captured: a load cannot become part of a graph";
        return Err(Error::invalid(message).with_subject("stream"));
    }
    let event = Event::new(&entered)?;
    event.record_host(&entered, stream)?;
    Ok(event)
}

fn allocate(entered: &Entered<'_>, needed: u64, alignment: u64, reservation: Reservation) -> Result<Granted> {
    let memory = DeviceMemory::new(entered, needed, alignment).map_err(|e| match entered.free_bytes() {
        Ok(free) if e.kind() == Kind::OutOfMemory => {
            e.with_context(&format!("the tensors need {needed} bytes of the device, and {free} are free"))
        }
        _ => e,
    })?;
    Ok(Granted { memory, _reservation: reservation })
}

impl Target {
    fn prepare(context: Arc<Context>, routing: &Routing, index: usize, host: &crate::host::Context) -> Result<Self> {
        let reserve = |bytes| host.reserve(Some(routing.devices[index]), bytes, "tensors on the device");
        let entered = context.enter()?;
        for (_, address, bytes) in routing.given.iter().filter(|(device, ..)| *device == index) {
            entered.check_memory(*address, *bytes)?;
        }
        let arena = &routing.arenas[index];
        let (base, own) = match arena.given {
            Some(base) => {
                entered.check_memory(base, arena.bytes)?;
                (base, None)
            }
            None if arena.is_used => {
                let own = allocate(&entered, arena.bytes, routing.alignment, reserve(arena.bytes)?)?;
                (own.memory.start(), Some(own))
            }
            None => (0, None),
        };
        let take = || allocate(&entered, arena.scratch, routing.alignment, reserve(arena.scratch)?);
        let scratch = (arena.scratch > 0).then(take).transpose()?;
        let scratch_base = scratch.as_ref().map_or(0, |own| own.memory.start());
        drop(entered);
        Ok(Self { context, base, _arena: own, scratch_base, scratch: Mutex::new(scratch) })
    }
}
