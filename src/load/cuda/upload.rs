//! The devices of one task: their contexts, their memory, and what is still on its way to them.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::driver::{Context, DeviceMemory, Driver, Event};
use super::lane::Ring;
use super::routing::{At, Routing};
use crate::error::{Error, Kind, Result};
use crate::load::options::HostStream;
use crate::load::plan::Plan;

/// What the lanes of a task fill, and then a placement keeps.
pub(in crate::load) struct Upload {
    /// Rings whose copies may be under way, in an asynchronous placement. They end before the memory that they fill.
    parked: Mutex<Vec<Parked>>,
    targets: Vec<Target>,
    routing: Arc<Routing>,
    /// Bytes of one slot of a lane.
    pub(super) slot: usize,
    /// The work of the caller that the copies wait for.
    pub(super) after: Option<Event>,
}

/// One device.
pub(super) struct Target {
    /// Where the arena begins.
    base: u64,
    _arena: Option<DeviceMemory>,
    pub(super) context: Arc<Context>,
}

/// A ring that nobody fills any more.
pub(super) struct Parked {
    /// Marks at the end of its streams.
    pub(super) ends: Vec<Event>,
    pub(super) _ring: Ring,
}

impl Upload {
    /// Wakes the devices of a plan and takes their memory.
    pub(in crate::load) fn start(plan: &Plan) -> Result<Self> {
        let routing = plan.routing.as_ref().ok_or_else(|| Error::new(Kind::Internal, "the plan has no devices"))?;
        let driver = Driver::get()?;
        let mut targets = Vec::with_capacity(routing.devices.len());
        for (index, ordinal) in routing.devices.iter().enumerate() {
            let on_device = |e: Error| e.subject(format!("cuda:{ordinal}"));
            let context = driver.device(*ordinal).and_then(|device| device.retain()).map_err(on_device)?;
            targets.push(Target::prepare(context, routing, index).map_err(on_device)?);
        }
        let after = routing.after.as_ref().map(|stream| mark(&targets, stream)).transpose()?;
        let parked = Mutex::default();
        Ok(Self { parked, targets, routing: Arc::clone(routing), slot: plan.staging.slot, after })
    }

    pub(in crate::load) fn routing(&self) -> &Routing {
        &self.routing
    }

    /// A tensor of the placement: its index in the selection, the ordinal of its device and its address.
    pub(in crate::load) fn placed(&self, position: usize) -> Option<(usize, u32, u64)> {
        let placed = self.routing.placed(position)?;
        let address = self.address(placed.device, placed.at);
        Some((placed.selected, self.routing.devices[placed.device], address))
    }

    fn address(&self, device: usize, at: At) -> u64 {
        match at {
            At::Arena(offset) => self.targets[device].base + offset,
            At::Address(address) => address,
        }
    }

    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Where the bytes of a range of the layout go on one device: each part of the range, and its address.
    pub(super) fn parts(&self, device: usize, range: Range<u64>) -> impl Iterator<Item = (Range<u64>, u64)> {
        let runs = self.routing.runs_in(range.clone()).filter(move |run| run.device == device);
        runs.map(move |run| {
            let (start, end) = (run.start.max(range.start), run.end.min(range.end));
            (start..end, self.address(device, run.at) + (start - run.start))
        })
    }

    pub(super) fn is_async(&self) -> bool {
        self.routing.is_async
    }

    /// Keeps a ring until its copies are over.
    pub(super) fn park(&self, parked: Parked) {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).push(parked);
    }

    /// Waits until all copies are over.
    pub(in crate::load) fn wait(&self) -> Result<()> {
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked.iter().flat_map(|parked| &parked.ends).try_for_each(Event::synchronize)
    }

    /// Makes a stream of the caller wait for all copies, or each device's default stream.
    pub(in crate::load) fn fence(&self, stream: Option<&HostStream>) -> Result<()> {
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut under_way = Vec::new();
        for end in parked.iter().flat_map(|parked| &parked.ends) {
            if !end.is_done()? {
                under_way.push(end);
            }
        }
        if under_way.is_empty() {
            return Ok(());
        }
        let Some(stream) = stream else {
            let default = HostStream::new(0, None);
            return self.targets.iter().try_for_each(|target| delay(target, &default, &under_way));
        };
        delay(owner(&self.targets, stream)?, stream, &under_way)
    }
}

impl Target {
    fn prepare(context: Arc<Context>, routing: &Routing, index: usize) -> Result<Self> {
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
                let own = entered.allocate(arena.bytes).map_err(|e| match entered.free_bytes() {
                    Ok(free) if e.kind() == Kind::OutOfMemory => {
                        e.more(&format!("the tensors need {} bytes of the device, and {free} are free", arena.bytes))
                    }
                    _ => e,
                })?;
                (own.address, Some(own))
            }
            None => (0, None),
        };
        drop(entered);
        Ok(Self { base, _arena: own, context })
    }
}

/// The device of a stream of the caller.
fn owner<'a>(targets: &'a [Target], stream: &HostStream) -> Result<&'a Target> {
    for target in targets {
        if target.context.enter()?.has_stream(stream)? {
            return Ok(target);
        }
    }
    let message = "it is no stream of the primary context of a device of the plan";
    Err(Error::invalid(message).subject("stream"))
}

/// Marks what is in a stream of the caller now.
fn mark(targets: &[Target], stream: &HostStream) -> Result<Event> {
    let target = owner(targets, stream)?;
    let entered = target.context.enter()?;
    if entered.is_capturing(stream)? {
        let message = "it is being captured: a load cannot become part of a graph";
        return Err(Error::invalid(message).subject("stream"));
    }
    let event = entered.event()?;
    entered.record_host(&event, stream)?;
    Ok(event)
}

fn delay(target: &Target, stream: &HostStream, events: &[&Event]) -> Result<()> {
    let entered = target.context.enter()?;
    if entered.is_capturing(stream)? {
        let message = "the stream is being captured, and copies of the placement are under way: wait for them first";
        return Err(Error::new(Kind::Device, message).subject("stream"));
    }
    events.iter().try_for_each(|event| entered.delay_host(stream, event))
}
