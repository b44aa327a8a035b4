//! Tensors made contiguous by the devices themselves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::driver::{Event, Stream};
use super::targets::{Target, Targets};
use super::upload::{Parked, Pending, Upload};
use crate::error::{Error, Kind, Result};
use crate::load::copy_2d::each_copy;
use crate::load::lock::lock;
use crate::load::moves::{Move, Slab};
use crate::load::plan::Plan;
use crate::load::routing::MovedOn;
use crate::load::sink::Mover;

/// Queues copies inside each device; whoever queues the last one waits for them, or leaves that to the placement.
pub(super) struct DeviceMover {
    /// They end before the memory that they fill.
    streams: Mutex<Option<MoveStreams>>,
    upload: Arc<Upload>,
    left: AtomicUsize,
}

/// A stream of each device.
struct MoveStreams(Vec<Stream>);

impl DeviceMover {
    /// Streams in which everything comes behind the copies to the devices that are under way.
    pub(super) fn new(upload: &Arc<Upload>, slabs: usize) -> Result<Self> {
        let ends = upload.ends();
        let streams = upload.targets.iter().map(|target| {
            let entered = target.context.enter()?;
            let stream = Stream::new(&entered)?;
            ends.iter().try_for_each(|end| stream.delay(&entered, end))?;
            Ok(stream)
        });
        let streams = MoveStreams(streams.collect::<Result<_>>()?);
        let upload = Arc::clone(upload);
        Ok(Self { streams: Mutex::new(Some(streams)), upload, left: AtomicUsize::new(slabs) })
    }

    fn queue(&self, plan: &Plan, slab: Slab) -> Result<()> {
        let streams = lock(&self.streams);
        let streams = streams.as_ref().ok_or_else(|| Error::new(Kind::Internal, "a move comes after the last"))?;
        let moved = &self.upload.targets.routing.moved;
        let first = moved.partition_point(|on| on.index < slab.index);
        for on in moved[first..].iter().take_while(|on| on.index == slab.index) {
            let target = self.upload.targets.iter().nth(on.device);
            let target = target.ok_or_else(|| Error::new(Kind::Internal, "a move is on no device"))?;
            queue_on(&self.upload.targets, target, &streams.0[on.device], on, (&plan.layout.moves[slab.index], slab))?;
        }
        Ok(())
    }

    /// Ends the moves: their memory beside the arenas is not needed any more when they are done.
    fn end(&self) -> Result<()> {
        let Some(mut streams) = lock(&self.streams).take() else { return Ok(()) };
        let ends = streams.mark(&self.upload.targets)?;
        if self.upload.targets.routing.is_async {
            self.upload.park(Parked { ends: ends.into_iter().map(Arc::new).collect(), work: Box::new(streams) });
            return Ok(());
        }
        ends.iter().try_for_each(Event::synchronize)?;
        streams.0.clear();
        self.upload.targets.give_scratch_back();
        Ok(())
    }
}

fn queue_on(
    targets: &Targets,
    target: &Target,
    stream: &Stream,
    on: &MovedOn,
    (one, slab): (&Move, Slab),
) -> Result<()> {
    let entered = target.context.enter()?;
    let place = targets.address(on.device, on.at) + (one.destination(slab).start - one.to);
    for chunk in one.chunks(slab) {
        let lost = || Error::new(Kind::Internal, "scattered elements are not where they were sent");
        let source = targets.scratch_address(on.device, chunk.from).ok_or_else(lost)?;
        let mut result = Ok(());
        each_copy(one.element() as usize, &chunk.axes, &mut |copy| {
            if result.is_ok() {
                result = stream.copy_within(&entered, &copy, source, place + chunk.to);
            }
        });
        result?;
    }
    Ok(())
}

impl Mover for DeviceMover {
    fn run(&self, plan: &Plan, slab: usize) -> Result<()> {
        self.queue(plan, plan.slabs[slab])?;
        // All copies of a slab are queued before it counts as done, so the last one to count comes behind all of them.
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 { self.end() } else { Ok(()) }
    }
}

impl MoveStreams {
    /// Marks the ends of the streams.
    fn mark(&self, targets: &Targets) -> Result<Vec<Event>> {
        let ends = targets.iter().zip(&self.0).map(|(target, stream)| {
            let entered = target.context.enter()?;
            let end = Event::new(&entered)?;
            end.record(&entered, stream)?;
            Ok(end)
        });
        ends.collect()
    }
}

impl Pending for MoveStreams {
    fn wait(&mut self) -> Result<()> {
        // The events at their ends have been waited for.
        self.0.clear();
        Ok(())
    }
}

impl Drop for MoveStreams {
    /// Memory is given back only when every copy is over; if that cannot be known, the contexts are abandoned and it stays.
    fn drop(&mut self) {
        self.0.iter().for_each(|stream| _ = stream.is_over());
    }
}
