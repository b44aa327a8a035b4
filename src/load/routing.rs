//! Which tensor goes to which device, and where there.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use super::copy_2d;
use super::layout::Layout;
use super::lent::{Destination, HostStream, check_disjoint};
use super::options::CudaOptions;
use super::select::Selected;
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;
use crate::tensor::{TensorTable, matches};

/// What memory is asked for.
const ROUTING: &str = "the routing of the tensors";

/// The devices of a plan, and what each of them gets. The layout of the plan is the common order of the bytes, of which
/// every device gets some runs.
pub(super) struct Routing {
    /// Ordinals.
    pub(super) devices: Vec<u32>,
    pub(super) arenas: Vec<ArenaPlan>,
    /// The alignment of tensors in arenas, in bytes.
    pub(super) alignment: u64,
    /// In the order of their starts.
    runs: Vec<Run>,
    /// For each run the largest end of those up to it.
    ends: Vec<u64>,
    /// The tensors of the first device, then those of the next, each in the order of selection.
    placed: Vec<PlacedOn>,
    /// The tensors that are made from scattered elements, by move and then by device.
    pub(super) moved: Vec<MovedOn>,
    /// The caller's memory for single tensors: device, address, bytes.
    pub(super) given: Vec<(usize, u64, u64)>,
    pub(super) after: Option<HostStream>,
    pub(super) is_async: bool,
}

/// The arena of one device.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ArenaPlan {
    pub(super) bytes: u64,
    /// Whether any tensor lies in it, be it an empty one.
    pub(super) is_used: bool,
    /// Where it is, if the caller gives it.
    pub(super) given: Option<u64>,
    /// Bytes of memory beside the arena that hold scattered elements until they are moved.
    pub(super) scratch: u64,
}

/// A place on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// Bytes from the start of the arena.
    Arena(u64),
    /// A device pointer of the caller.
    Address(u64),
    /// Bytes from the start of the memory for scattered elements.
    Scratch(u64),
}

/// A range of the layout that goes to one place on one device.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) start: u64,
    pub(super) end: u64,
    /// Index of the device in the plan.
    pub(super) device: usize,
    pub(super) at: At,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedOn {
    /// Index in the selection.
    pub(super) selected: usize,
    pub(super) device: usize,
    pub(super) at: At,
}

/// Where a move puts its tensor on one device.
#[derive(Debug, Clone, Copy)]
pub(super) struct MovedOn {
    /// Index in the moves of the layout.
    pub(super) index: usize,
    pub(super) device: usize,
    pub(super) at: At,
}

/// More devices than one process ever has.
const MAX_DEVICES: usize = 64;

impl Routing {
    pub(super) fn new(
        tensors: &TensorTable,
        selection: &[Selected],
        layout: &Layout,
        alignment: u64,
        (options, destinations): (&CudaOptions, &[Destination]),
    ) -> Result<Self> {
        let devices = devices_of(options)?;
        let goes_to = route(tensors, selection, &devices, options)?;
        let mut own = own_destinations((tensors, selection), &devices, &goes_to, destinations)?;
        let ranges = ranges_of(tensors, selection, layout)?;
        let mut routing = Self {
            arenas: vec![ArenaPlan::default(); devices.len()],
            alignment,
            runs: Vec::new(),
            ends: Vec::new(),
            placed: Vec::new(),
            moved: Vec::new(),
            given: Vec::new(),
            after: options.after.clone(),
            is_async: options.is_async,
            devices,
        };
        copy_2d::check_count(layout)?;
        let move_of: HashMap<usize, usize> = map_of(layout.gathered.iter().copied())?;
        let mut in_order: Vec<usize> = memory::collect(0..selection.len(), ROUTING)?;
        sort::sort_by_key(&mut in_order, |selected| layout.offsets[*selected]);
        for device in 0..routing.devices.len() {
            let mut at = memory::filled(None, selection.len(), ROUTING)?;
            for selected in in_order.iter().filter(|selected| goes_to[**selected] & 1 << device != 0) {
                let range = ranges[*selected].clone();
                let own = own.remove(&(*selected, device));
                at[*selected] = Some(match (move_of.get(selected), own) {
                    (Some(index), own) => routing.place_moved(device, range, *index, own)?,
                    (None, Some(address)) => routing.give(device, range, address)?,
                    (None, None) => routing.extend_arena(device, range)?,
                });
            }
            routing.place_scattered(device, layout)?;
            let placed = at.iter().enumerate().filter_map(|(selected, at)| Some((selected, (*at)?)));
            for (selected, at) in placed {
                memory::push(&mut routing.placed, PlacedOn { selected, device, at }, ROUTING)?;
            }
        }
        routing.take_arenas(destinations)?;
        sort::sort_by_key(&mut routing.moved, |moved| (moved.index, moved.device));
        routing.check_disjoint()?;
        sort::sort_by_key(&mut routing.runs, |run| run.start);
        let largest = |end: &mut u64, run: &Run| {
            *end = run.end.max(*end);
            Some(*end)
        };
        routing.ends = memory::collect(routing.runs.iter().scan(0, largest), ROUTING)?;
        Ok(routing)
    }

    /// A tensor goes to the caller's memory.
    fn give(&mut self, device: usize, range: Range<u64>, address: u64) -> Result<At> {
        let at = At::Address(address);
        memory::push(&mut self.given, (device, address, range.end - range.start), ROUTING)?;
        if !range.is_empty() {
            memory::push(&mut self.runs, Run { start: range.start, end: range.end, device, at }, ROUTING)?;
        }
        Ok(at)
    }

    /// A tensor goes to the arena of a device: at the end of the last run if it follows there as it does in the layout.
    fn extend_arena(&mut self, device: usize, range: Range<u64>) -> Result<At> {
        let alignment = self.alignment;
        let arena = &mut self.arenas[device];
        arena.is_used = true;
        if let Some(run) = self.runs.last_mut()
            && let (At::Arena(offset), true) = (run.at, run.device == device)
            && run.start <= range.start
            && range.start <= run.end.next_multiple_of(alignment)
            && (range.start - run.start).is_multiple_of(alignment)
        {
            run.end = run.end.max(range.end);
            arena.bytes = arena.bytes.max(offset + (run.end - run.start));
            return Ok(At::Arena(offset + (range.start - run.start)));
        }
        let at = At::Arena(take(&mut arena.bytes, range.end - range.start, alignment)?);
        memory::push(&mut self.runs, Run { start: range.start, end: range.end, device, at }, ROUTING)?;
        Ok(at)
    }

    /// A tensor is moved to the caller's memory, or to the end of the arena of a device.
    fn place_moved(&mut self, device: usize, range: Range<u64>, index: usize, own: Option<u64>) -> Result<At> {
        let len = range.end - range.start;
        let at = match own {
            Some(address) => {
                memory::push(&mut self.given, (device, address, len), ROUTING)?;
                At::Address(address)
            }
            None => {
                let arena = &mut self.arenas[device];
                arena.is_used = true;
                At::Arena(take(&mut arena.bytes, len, self.alignment)?)
            }
        };
        memory::push(&mut self.moved, MovedOn { index, device, at }, ROUTING)?;
        Ok(at)
    }

    /// Scattered elements go to memory of their own until they are moved. Ranges that several tensors share go there once.
    fn place_scattered(&mut self, device: usize, layout: &Layout) -> Result<()> {
        let moved = self.moved.iter().filter(|moved| moved.device == device);
        let ranges = moved.flat_map(|moved| layout.moves[moved.index].sources());
        let mut ranges: Vec<Range<u64>> = memory::collect(ranges, ROUTING)?;
        sort::sort_by_key(&mut ranges, |range| range.start);
        let mut merged: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => memory::push(&mut merged, range, ROUTING)?,
            }
        }
        for Range { start, end } in merged {
            let at = At::Scratch(take(&mut self.arenas[device].scratch, end - start, self.alignment)?);
            memory::push(&mut self.runs, Run { start, end, device, at }, ROUTING)?;
        }
        Ok(())
    }

    /// Puts arenas into memory that the caller gives for them.
    fn take_arenas(&mut self, destinations: &[Destination]) -> Result<()> {
        let arenas = destinations.iter().filter(|destination| destination.tensor.is_none());
        for (destination, device) in arenas.filter_map(|destination| Some((destination, destination.device?))) {
            let arena = &mut self.arenas[index_of(&self.devices, device)?];
            if arena.given.is_some() {
                let message = format!("two arenas are given for CUDA device {device}");
                return Err(Error::invalid(message).with_subject("destinations"));
            }
            destination.check_arena(arena.bytes, self.alignment)?;
            arena.given = Some(destination.address);
        }
        Ok(())
    }

    /// Refuses memory of the caller that two tensors would share.
    fn check_disjoint(&self) -> Result<()> {
        let arenas = self.arenas.iter().enumerate();
        let arenas = arenas.filter_map(|(device, arena)| Some((device, arena.given?, arena.bytes)));
        let all = self.given.iter().copied().chain(arenas);
        let all = all.map(|(device, address, bytes)| (Some(device as u32), address, bytes));
        check_disjoint(memory::collect(all, ROUTING)?)
    }

    /// The number of tensors, once for each device that has them.
    pub(super) fn len(&self) -> usize {
        self.placed.len()
    }

    /// Bytes that all devices together hold.
    pub(super) fn bytes(&self) -> u64 {
        let given = self.given.iter().map(|(.., bytes)| *bytes);
        self.arenas.iter().map(|arena| arena.bytes).chain(given).fold(0, u64::saturating_add)
    }

    /// Bytes that all devices together need beside that until elements have been moved.
    pub(super) fn transient_bytes(&self) -> u64 {
        self.arenas.iter().map(|arena| arena.scratch).fold(0, u64::saturating_add)
    }

    /// Where scattered elements at a place of the layout are on one device, until they are moved.
    pub(super) fn scratch_at(&self, device: usize, place: u64) -> Option<u64> {
        let mut runs = self.runs_in(place..place + 1).filter(|run| run.device == device);
        runs.find_map(|run| match run.at {
            At::Scratch(offset) => Some(offset + (place - run.start)),
            At::Arena(_) | At::Address(_) => None,
        })
    }

    /// Bytes of the arena of one device; 0 if it is not of the plan.
    pub(super) fn arena_bytes(&self, device: u32) -> u64 {
        index_of(&self.devices, device).map_or(0, |device| self.arenas[device].bytes)
    }

    pub(super) fn placed(&self, position: usize) -> Option<PlacedOn> {
        self.placed.get(position).copied()
    }

    /// Where a selected tensor is in the placement, device by device.
    pub(super) fn positions_of(&self, selected: usize) -> impl Iterator<Item = usize> {
        let found = move |device| self.placed.binary_search_by_key(&(device, selected), |on| (on.device, on.selected));
        (0..self.devices.len()).filter_map(move |device| found(device).ok())
    }

    /// The runs that have bytes of a range of the layout.
    pub(super) fn runs_in(&self, range: Range<u64>) -> impl Iterator<Item = &Run> {
        let first = self.ends.partition_point(|end| *end <= range.start);
        let runs = self.runs[first..].iter().take_while(move |run| run.start < range.end);
        runs.filter(move |run| run.end > range.start)
    }
}

/// Takes the next `len` bytes at a multiple of the alignment; returns where they begin.
fn take(end: &mut u64, len: u64, alignment: u64) -> Result<u64> {
    let start = end.checked_next_multiple_of(alignment);
    let range = start.and_then(|start| Some((start, start.checked_add(len)?)));
    let (start, after) = range.ok_or_else(|| Error::out_of_memory("the arena of a device", u64::MAX))?;
    *end = after;
    Ok(start)
}

fn devices_of(options: &CudaOptions) -> Result<Vec<u32>> {
    let invalid = |message: String| Err(Error::invalid(message).with_subject("devices"));
    let devices = if options.devices.is_empty() { vec![0] } else { options.devices.clone() };
    if devices.len() > MAX_DEVICES {
        return invalid(format!("{} devices are too many: expected at most {MAX_DEVICES}", devices.len()));
    }
    match devices.iter().enumerate().find(|(position, device)| devices[..*position].contains(device)) {
        Some((_, twice)) => invalid(format!("CUDA device {twice} is listed twice")),
        None => Ok(devices),
    }
}

fn index_of(devices: &[u32], ordinal: u32) -> Result<usize> {
    let index = devices.iter().position(|device| *device == ordinal);
    index.ok_or_else(|| Error::invalid(format!("CUDA device {ordinal} is not one of the plan's")))
}

/// The devices of each selected tensor, as bits.
fn route(tensors: &TensorTable, selection: &[Selected], devices: &[u32], options: &CudaOptions) -> Result<Vec<u64>> {
    let indices: Vec<usize> = memory::collect(selection.iter().map(|selected| selected.tensor), ROUTING)?;
    let mut goes_to = memory::filled(0, selection.len(), ROUTING)?;
    for route in &options.routes {
        let device = index_of(devices, route.device).map_err(|e| e.with_subject(&*route.pattern))?;
        for position in matches(tensors, &indices, &route.pattern)? {
            goes_to[position] |= 1 << device;
        }
    }
    let all = u64::MAX >> (MAX_DEVICES - devices.len());
    goes_to.iter_mut().filter(|bits| **bits == 0).for_each(|bits| *bits = all);
    Ok(goes_to)
}

/// The caller's memory for single tensors: by index in the selection and of the device.
fn own_destinations(
    (tensors, selection): (&TensorTable, &[Selected]),
    devices: &[u32],
    goes_to: &[u64],
    destinations: &[Destination],
) -> Result<HashMap<(usize, usize), u64>> {
    let mut own = HashMap::new();
    if destinations.iter().all(|destination| destination.tensor.is_none()) {
        return Ok(own);
    }
    let positions = selection.iter().enumerate().map(|(position, selected)| (selected.tensor, position));
    let positions: HashMap<usize, usize> = map_of(positions)?;
    for destination in destinations {
        let (Some(name), Some(device)) = (&destination.tensor, destination.device) else { continue };
        let index = index_of(devices, device).map_err(|e| e.with_subject(&**name))?;
        let position = tensors.find(name).and_then(|tensor| positions.get(&tensor).copied());
        let position = position.filter(|position| goes_to[*position] & 1 << index != 0).ok_or_else(|| {
            let message = format!("a destination is given for it on CUDA device {device}, where it is not placed");
            Error::new(Kind::NotFound, message).with_subject(&**name)
        })?;
        let row = tensors.get(selection[position].tensor);
        let needed = row.map_or(0, |row| selection[position].placed_len(&row));
        destination.check(needed).map_err(|e| e.with_subject(&**name))?;
        memory::reserve_entry(&mut own, ROUTING)?;
        if own.insert((position, index), destination.address).is_some() {
            let message = format!("two destinations are given for it on CUDA device {device}");
            return Err(Error::invalid(message).with_subject(&**name));
        }
    }
    Ok(own)
}

/// Where the bytes of each selected tensor come from in the layout. Those that the layout would repeat come from where they are
/// first.
fn ranges_of(tensors: &TensorTable, selection: &[Selected], layout: &Layout) -> Result<Vec<Range<u64>>> {
    let repeats = layout.moves.iter().filter_map(|one| Some((one.to, one.repeats?)));
    let repeated: HashMap<u64, u64> = map_of(repeats)?;
    let range = |(selected, offset): (&Selected, &u64)| {
        let len = tensors.get(selected.tensor).map_or(0, |tensor| selected.placed_len(&tensor));
        let start = if len > 0 { repeated.get(offset).copied().unwrap_or(*offset) } else { *offset };
        start..start + len
    };
    memory::collect(selection.iter().zip(&layout.offsets).map(range), ROUTING)
}

fn map_of<K: Eq + Hash, V>(entries: impl Iterator<Item = (K, V)>) -> Result<HashMap<K, V>> {
    let mut map = HashMap::new();
    for (key, value) in entries {
        memory::reserve_entry(&mut map, ROUTING)?;
        map.insert(key, value);
    }
    Ok(map)
}
