//! Another version of a model in the places of a placement: what has changed is loaded aside, and copied when all of it has been
//! checked.
#![allow(unsafe_code)]

use std::ptr;
use std::sync::Arc;

use super::checks::Checks;
use super::lock::lock;
use super::options::{CudaOptions, PlanOptions, Route, Target};
use super::payload::Payload;
use super::placement::{Placed, Placement};
use super::plan::{Plan, files_in_use};
use super::select::{Selected, select};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;
use crate::steps;
use crate::tensor::{Span, matches};

/// What memory is asked for.
const REFIT: &str = "the tensors of a refit";

impl Plan {
    /// Plans a load of those tensors that differ from what a placement has. The options have to place the same tensors in the same
    /// form: all that is compared is their bytes, by the digests that manifests state.
    pub(crate) fn refit(payload: &Arc<Payload>, options: &PlanOptions, current: &Placement) -> Result<Self> {
        check_options(options, current.target())?;
        let selection = select(&payload.tensors, options)?;
        let versions = Versions::new(payload, &selection, current)?;
        versions.check_number()?;
        let mut changed: Vec<Selected> = memory::list(selection.len(), REFIT)?;
        let placed_digests = lock(current.digests()).clone();
        for next in &selection {
            let position = versions.check_form(next)?;
            let digest = payload.stated_digest(next.tensor);
            let is_same = digest.is_some() && placed_digests.get(position).copied().flatten() == digest;
            if !is_same || versions.stored_type_differs(next, position) {
                memory::push(&mut changed, next.clone(), REFIT)?;
            }
        }
        versions.check_shared_bytes()?;
        let files = memory::collect(payload.files.iter().cloned(), REFIT)?;
        let checks = Checks::of_selection(payload, &files, &changed)?;
        let in_use = files_in_use(payload, &changed)?;
        let options = PlanOptions { cuda: routes_of(&options.cuda, payload, &changed), ..options.clone() };
        let plan = Self::build(payload, (files, in_use), changed, checks, &options)?;
        versions.check_devices(&plan)?;
        Ok(plan)
    }
}

fn check_options(options: &PlanOptions, target: Target) -> Result<()> {
    check_target(target)?;
    if options.target != target {
        return Err(Error::invalid("the placement has another target: expected the same").with_subject("target"));
    }
    if !options.destinations.is_empty() {
        let message = "what has changed is loaded aside before it is copied: expected no destinations";
        return Err(Error::invalid(message).with_subject("destinations"));
    }
    Ok(())
}

fn check_target(target: Target) -> Result<()> {
    if matches!(target, Target::Host | Target::Cuda) {
        return Ok(());
    }
    Err(Error::invalid("only placements in host memory or on devices can be refitted").with_subject("target"))
}

/// The routes that concern what is loaded: one that matches nothing would be an error.
fn routes_of(options: &CudaOptions, payload: &Payload, changed: &[Selected]) -> CudaOptions {
    let indices: Vec<usize> = changed.iter().map(|one| one.tensor).collect();
    let concerns = |route: &&Route| matches(&payload.tensors, &indices, &route.pattern).is_ok();
    CudaOptions { routes: options.routes.iter().filter(concerns).cloned().collect(), ..options.clone() }
}

/// Two versions of a model: that of a payload, and the one that is placed.
struct Versions<'a> {
    payload: &'a Payload,
    /// What is taken of the payload.
    selection: &'a [Selected],
    /// Where each tensor of the payload is in the selection; [`NOT_SELECTED`] if it is not.
    positions: Vec<usize>,
    current: &'a Placement,
}

const NOT_SELECTED: usize = usize::MAX;

impl<'a> Versions<'a> {
    fn new(payload: &'a Payload, selection: &'a [Selected], current: &'a Placement) -> Result<Self> {
        let mut positions = memory::filled(NOT_SELECTED, payload.tensors.len(), REFIT)?;
        for (position, selected) in selection.iter().enumerate() {
            positions[selected.tensor] = position;
        }
        Ok(Self { payload, selection, positions, current })
    }

    fn check_number(&self) -> Result<()> {
        let (next, current) = (self.selection.len(), self.current.selected_count());
        if next == current {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the new version has {next} tensors for a placement of {current}: expected the same"
        )))
    }

    /// The position of a tensor of the new version among those that were selected for the placement, which has it in the same form.
    fn check_form(&self, next: &Selected) -> Result<usize> {
        steps::rest();
        let tensor = self.payload.tensors.get(next.tensor);
        let tensor = tensor.ok_or_else(|| Error::new(Kind::Internal, "a selected tensor is not there"))?;
        let position = self.current.selected(tensor.name).ok_or_else(|| {
            Error::invalid("the placement does not have it: expected the same tensors").with_subject(tensor.name)
        })?;
        let (new, old) = (next.form(&tensor), self.current.form(position));
        if old.as_ref() != Some(&new) {
            let old = old.map_or_else(String::new, |old| old.to_string());
            let message = format!("it would be placed as {new}, and the placement has {old}: expected the same");
            return Err(Error::invalid(message).with_subject(tensor.name));
        }
        Ok(position)
    }

    /// Equal bytes of another type are other elements.
    fn stored_type_differs(&self, next: &Selected, position: usize) -> bool {
        let next = self.payload.tensors.get(next.tensor).map(|tensor| tensor.dtype);
        next != self.current.stored_type(position)
    }

    /// Tensors that share memory in the placement have to share bytes in the new version, too.
    fn check_shared_bytes(&self) -> Result<()> {
        let placed = self.current.iter().filter(|one| one.len > 0);
        let mut placed: Vec<Placed<'_>> = memory::collect(placed, REFIT)?;
        sort::sort_by_key(&mut placed, |one| (one.device, one.address));
        let mut region: Option<(&Placed<'_>, u64)> = None;
        for one in &placed {
            steps::rest();
            region = match region {
                Some((first, end)) if first.device == one.device && one.address < end => {
                    self.check_distance(first, one)?;
                    Some((first, end.max(one.address + one.len)))
                }
                _ => Some((one, one.address + one.len)),
            };
        }
        Ok(())
    }

    fn check_distance(&self, first: &Placed<'_>, other: &Placed<'_>) -> Result<()> {
        let spans = (self.span(first.name), self.span(other.name));
        let is_same = matches!(spans, (Some(first_span), Some(span)) if span.file == first_span.file
            && span.offset.checked_sub(first_span.offset) == Some(other.address - first.address));
        if is_same {
            return Ok(());
        }
        let message = format!("it shares memory with \"{}\" in the placement, but not in the new version", first.name);
        Err(Error::new(Kind::Unsupported, message).with_subject(other.name))
    }

    /// What is placed of a tensor just as it is stored.
    fn span(&self, name: &str) -> Option<Span> {
        let index = self.payload.tensors.find(name)?;
        let selected = self.selection.get(*self.positions.get(index)?)?;
        selected.plain_span(&self.payload.tensors.get(index)?)
    }

    /// What is loaded for a device has a place there.
    fn check_devices(&self, plan: &Plan) -> Result<()> {
        let Some(routing) = &plan.routing else { return Ok(()) };
        for position in 0..routing.len() {
            let Some(placed) = routing.placed(position) else { continue };
            let tensor = plan.selection.get(placed.selected).and_then(|one| self.payload.tensors.get(one.tensor));
            let (name, device) = (tensor.map_or("", |tensor| tensor.name), routing.devices[placed.device]);
            if self.current.position_on(Some(device), name).is_none() {
                let message = format!("the placement does not have it on device {device}: expected the same routes");
                return Err(Error::invalid(message).with_subject(name));
            }
        }
        Ok(())
    }
}

impl Placement {
    /// Copies the tensors of a placement that was made by a plan of [`Model::plan_refit`](crate::Model::plan_refit) for this one to the
    /// places that they have here. Nothing is copied unless all of them have one; nothing else can fail but a device. The addresses of
    /// the tensors stay as they are.
    ///
    /// # Safety
    ///
    /// During the call nobody uses the bytes of this placement, on the host or on a device, and no reference to them is alive: they
    /// become others.
    pub unsafe fn refit(&self, next: &Self) -> Result<()> {
        check_target(self.target())?;
        next.wait()?;
        self.wait()?;
        let mut copies = memory::list(next.len(), REFIT)?;
        for from in next.iter() {
            let to = self.position_on(from.device, from.name).and_then(|position| self.get(position));
            let to = to.filter(|to| (to.dtype, to.shape, to.len) == (from.dtype, from.shape, from.len));
            let to = to.ok_or_else(|| {
                Error::invalid("the placement has no place for it: expected the tensors of a refit")
                    .with_subject(from.name)
            })?;
            copies.push((from, to));
        }
        let on_devices =
            copies.iter().filter_map(|(from, to)| Some((from.device?, from.address, to.address, from.len)));
        let on_devices = memory::collect(on_devices, REFIT)?;
        // From here on nothing needs memory.
        for (from, to) in copies.iter().filter(|(from, _)| from.device.is_none()) {
            // SAFETY: both placements have that many bytes there, in memory that the library may write until the placement is dropped;
            // by the contract nobody else uses those of this one now.
            unsafe { ptr::copy(address(from), address(to), from.len as usize) };
        }
        let copied = self.copy_on_devices(&on_devices);
        match copied {
            Ok(()) => self.take_digests(next),
            // Nobody knows what the device has done.
            Err(_) => lock(self.digests()).clear(),
        }
        copied
    }

    /// From now on the placement has the tensors of the other one.
    fn take_digests(&self, next: &Self) {
        let taken = lock(next.digests()).clone();
        // What is not known differs from everything.
        let mut digests = std::mem::take(&mut *lock(self.digests()));
        for position in 0..next.selected_count() {
            let own = next.selected_name(position).and_then(|name| self.selected(name));
            if let Some(own) = own.and_then(|own| digests.get_mut(own)) {
                *own = taken.get(position).copied().flatten();
            }
        }
        *lock(self.digests()) = digests;
    }
}

fn address(placed: &Placed<'_>) -> *mut u8 {
    ptr::with_exposed_provenance_mut(placed.address as usize)
}
