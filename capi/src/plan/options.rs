//! The options of a plan as the library has them: copied and checked.

use super::{
    WB_CUDA_ASYNC, WB_DEVICE_HOST, WB_READS_AUTO, WB_READS_BUFFERED, WB_READS_DIRECT, WB_SLICE_SPREAD, WB_TARGET_CUDA,
    WB_TARGET_HOST, WB_TARGET_NONE, WB_TARGET_SEALED, WB_TARGET_VIEW, wb_cast, wb_destination, wb_plan_options,
    wb_route, wb_slice,
};
use crate::cancel::cancel_of;
use crate::{array, copy, host_stream, options, options_array};
use weighbridge::dtype::DType;
use weighbridge::error::{Error, Kind, Result};
use weighbridge::load::{
    CastRule, CudaOptions, Destination, FileOptions, PlanOptions, Reads, Route, SliceRule, Target, Uneven,
};
use weighbridge::memory;

/// The options of a plan, copied.
pub(crate) fn plan_options(opt: *const wb_plan_options) -> Result<PlanOptions> {
    let Some(opt) = options(opt, "opt")? else { return Ok(PlanOptions::default()) };
    let target = target_of(opt.target)?;
    check_reserved(opt.reserved, "reserved")?;
    let unknown = |what: &str, value: u64| Error::invalid(format!("{value} is not known")).with_subject(what);
    let patterns = array(opt.include, opt.include_count, "include")?.iter();
    let patterns = patterns.map(|pattern| memory::check().and_then(|()| Ok(pattern.text("include")?.to_owned())));
    let include = memory::try_collect(patterns, "include")?;
    Ok(PlanOptions {
        target,
        include,
        tensors: copy(array(opt.tensors, opt.tensor_count, "tensors")?, "tensors")?,
        alignment: opt.alignment,
        staging_bytes: opt.staging_bytes,
        block_bytes: opt.block_bytes,
        readers: opt.readers as usize,
        slices: each(options_array(opt.slices, opt.slice_count, "slices")?, slice_of)?,
        casts: each(options_array(opt.casts, opt.cast_count, "casts")?, cast_of)?,
        destinations: each(options_array(opt.destinations, opt.destination_count, "destinations")?, destination_of)?,
        reads: match opt.reads {
            WB_READS_AUTO => Reads::Auto,
            WB_READS_BUFFERED => Reads::Buffered,
            WB_READS_DIRECT => Reads::Direct,
            other => return Err(unknown("reads", other.into())),
        },
        file: FileOptions::default(),
        cuda: cuda_options(&opt, target)?,
        cancel: cancel_of(opt.cancel)?,
    })
}

/// What concerns devices; of a load to the host nothing does.
fn cuda_options(opt: &wb_plan_options, target: Target) -> Result<CudaOptions> {
    if target != Target::Cuda || !cfg!(feature = "cuda") {
        return Ok(CudaOptions::default());
    }
    let Some(cuda) = options(opt.cuda, "cuda")? else { return Ok(CudaOptions::default()) };
    Ok(CudaOptions {
        devices: each(array(cuda.devices, cuda.device_count, "devices")?.to_vec(), |device| {
            ordinal(device, "devices")
        })?,
        routes: each(options_array(cuda.routes, cuda.route_count, "routes")?, route_of)?,
        after: (!cuda.stream.is_null()).then(|| host_stream(cuda.stream)),
        is_async: match cuda.flags {
            0 => false,
            WB_CUDA_ASYNC => true,
            other => return Err(Error::invalid(format!("{other:#x} is not known")).with_subject("flags")),
        },
    })
}

/// The targets of C.
const TARGETS: [(u32, Target); 5] = [
    (WB_TARGET_NONE, Target::None),
    (WB_TARGET_VIEW, Target::View),
    (WB_TARGET_HOST, Target::Host),
    (WB_TARGET_CUDA, Target::Cuda),
    (WB_TARGET_SEALED, Target::Sealed),
];

fn target_of(number: u32) -> Result<Target> {
    let target = TARGETS.iter().find(|(other, _)| *other == number).map(|(_, target)| *target);
    target.ok_or_else(|| Error::invalid(format!("{number} is not a target")).with_subject("target"))
}

/// The number of a target in C.
pub(super) fn target_number(target: Target) -> u32 {
    TARGETS.iter().find(|(_, other)| *other == target).map_or(WB_TARGET_NONE, |(number, _)| *number)
}

fn slice_of(slice: wb_slice) -> Result<SliceRule> {
    let wb_slice { pattern, dim, flags, rank, world, .. } = slice;
    let uneven = match flags {
        0 => Uneven::Refuse,
        WB_SLICE_SPREAD => Uneven::Spread,
        other => return Err(Error::invalid(format!("flags {other} are not known")).with_subject("slices")),
    };
    Ok(SliceRule { pattern: pattern.text("slices")?.to_owned(), dim: dim as usize, rank, world, uneven })
}

fn cast_of(cast: wb_cast) -> Result<CastRule> {
    let wb_cast { pattern, from, to, .. } = cast;
    let dtype = |number| {
        let unknown = || Error::invalid(format!("{number} is not an element type")).with_subject("casts");
        DType::from_number(number).ok_or_else(unknown)
    };
    let from = if from == 0 { None } else { Some(dtype(from)?) };
    Ok(CastRule { pattern: pattern.text("casts")?.to_owned(), from, to: dtype(to)? })
}

fn route_of(route: wb_route) -> Result<Route> {
    let wb_route { pattern, device, reserved, .. } = route;
    check_reserved(reserved, "routes")?;
    Ok(Route { pattern: pattern.text("routes")?.to_owned(), device: ordinal(device, "routes")? })
}

fn destination_of(destination: wb_destination) -> Result<Destination> {
    let wb_destination { tensor, address, bytes, device, reserved, .. } = destination;
    check_reserved(reserved, "destinations")?;
    Ok(crate::destination(tensor.text("destinations")?, (device != WB_DEVICE_HOST).then_some(device), address, bytes))
}

/// The ordinal of a device, where host memory is not one of the choices.
fn ordinal(device: u32, name: &str) -> Result<u32> {
    if device == WB_DEVICE_HOST {
        let message = "WB_DEVICE_HOST is not supported here: expected the ordinal of a CUDA device";
        return Err(Error::new(Kind::Unsupported, message).with_subject(name));
    }
    Ok(device)
}

fn check_reserved(reserved: u32, name: &str) -> Result<()> {
    if reserved == 0 { Ok(()) } else { Err(Error::invalid("reserved is not 0").with_subject(name)) }
}

fn each<T, U>(items: Vec<T>, mut convert: impl FnMut(T) -> Result<U>) -> Result<Vec<U>> {
    memory::try_collect(items.into_iter().map(|item| memory::check().and_then(|()| convert(item))), "opt")
}
