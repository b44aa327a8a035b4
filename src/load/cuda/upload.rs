//! What the lanes of a task fill, and then a placement keeps.

use std::sync::{Arc, Mutex};

use super::driver::{Event, Stream};
use super::targets::{Target, Targets};
use crate::error::{Error, Kind, Result};
use crate::host::Context;
use crate::load::copy_2d::Copy2d;
use crate::load::lent::HostStream;
use crate::load::lock::lock;
use crate::load::placement::OnDevices;
use crate::load::plan::Plan;
use crate::load::routing::Routing;

/// The memory of the devices, and the copies that may be on their way to it.
pub(in crate::load) struct Upload {
    /// They end before the memory that they fill.
    parked: Mutex<Vec<Parked>>,
    pub(super) targets: Targets,
    /// Bytes of one slot of a lane.
    pub(super) slot: usize,
    pub(super) context: Context,
}

/// Work under way of an asynchronous placement, which nobody adds to any more.
pub(super) struct Parked {
    /// Marks at the end of its streams.
    pub(super) ends: Vec<Arc<Event>>,
    pub(super) work: Box<dyn Pending>,
}

/// Work that devices do by themselves.
pub(super) trait Pending: Send {
    /// Waits until it is done, and gives back what only it needed.
    fn wait(&mut self) -> Result<()>;
}

impl Drop for Parked {
    fn drop(&mut self) {
        // Waiting for events does not spin. What this does not settle, the work itself sees to.
        let _ = self.ends.iter().try_for_each(|end| end.synchronize()).and_then(|()| self.work.wait());
    }
}

impl Upload {
    /// Wakes the devices of a plan and takes their memory.
    pub(in crate::load) fn start(plan: &Plan) -> Result<Self> {
        let routing = plan.routing.as_ref().ok_or_else(|| Error::new(Kind::Internal, "the plan has no devices"))?;
        let context = plan.payload.context.clone();
        let targets = Targets::prepare(routing, &context)?;
        Ok(Self { parked: Mutex::default(), targets, slot: plan.staging.slot, context })
    }

    /// Keeps work until it is over.
    pub(super) fn park(&self, parked: Parked) {
        lock(&self.parked).push(parked);
    }

    /// The marks behind all work under way. Nobody waits with the lock in hand.
    pub(super) fn ends(&self) -> Vec<Arc<Event>> {
        lock(&self.parked).iter().flat_map(|parked| parked.ends.iter().cloned()).collect()
    }

    /// Gives back what only the work needed that is over now.
    fn settle(&self) {
        let over = std::mem::take(&mut *lock(&self.parked));
        drop(over);
        self.targets.give_scratch_back();
    }
}

impl OnDevices for Upload {
    fn routing(&self) -> &Routing {
        &self.targets.routing
    }

    fn placed(&self, position: usize) -> Option<(usize, u32, u64)> {
        let routing = self.routing();
        let placed = routing.placed(position)?;
        let address = self.targets.address(placed.device, placed.at);
        Some((placed.selected, routing.devices[placed.device], address))
    }

    /// When all copies are over, nothing is pinned for them any more.
    fn wait(&self) -> Result<()> {
        self.ends().iter().try_for_each(|end| end.synchronize())?;
        self.settle();
        Ok(())
    }

    fn copy(&self, copies: &[(u32, u64, u64, u64)]) -> Result<()> {
        let devices = self.routing().devices.iter().zip(self.targets.iter());
        devices.into_iter().try_for_each(|(device, target)| {
            let own = copies.iter().filter(|(on, ..)| on == device);
            copy_inside(target, own.map(|(_, from, to, len)| (*from, *to, *len)))
        })
    }

    fn fence(&self, stream: Option<&HostStream>) -> Result<()> {
        let mut under_way = Vec::new();
        for end in self.ends() {
            if !end.is_done()? {
                under_way.push(end);
            }
        }
        if under_way.is_empty() {
            self.settle();
            return Ok(());
        }
        let default = HostStream::default_stream();
        let stream = stream.unwrap_or(&default);
        self.targets.of_stream(stream)?.into_iter().try_for_each(|target| delay(target, stream, &under_way))
    }
}

/// Copies bytes inside a device, and waits for that.
fn copy_inside(target: &Target, copies: impl Iterator<Item = (u64, u64, u64)>) -> Result<()> {
    /// Far below the longest row that a copy of rows can have.
    const ROW: u64 = 1 << 30;
    let entered = target.context.enter()?;
    let stream = Stream::new(&entered)?;
    let queue = |(from, to, len): (u64, u64, u64)| {
        (0..len).step_by(ROW as usize).try_for_each(|at| {
            let width = ROW.min(len - at) as usize;
            let row = Copy2d { from: 0, to: 0, width, height: 1, from_pitch: width, to_pitch: width };
            stream.copy_within(&entered, &row, from + at, to + at)
        })
    };
    let queued = copies.into_iter().try_for_each(queue);
    // What has been queued is waited for in any case.
    let end = Event::new(&entered).and_then(|end| end.record(&entered, &stream).and_then(|()| end.synchronize()));
    stream.is_over();
    queued.and(end)
}

fn delay(target: &Target, stream: &HostStream, events: &[Arc<Event>]) -> Result<()> {
    let entered = target.context.enter()?;
    if entered.is_capturing(stream)? {
        let message = "the stream is being captured, and copies of the placement are under way: wait for them first";
        return Err(Error::invalid(message).with_subject("stream"));
    }
    events.iter().try_for_each(|event| event.delay_host(&entered, stream))
}
