//! # Metrics
//!
//! What operations cost, as numbers for the metrics of a host: every open, plan, load, verification and check, whether it succeeds or
//! fails.
//!
//!   wb_metrics metrics = {0};
//!   metrics.struct_size = sizeof metrics;
//!   metrics.user_data = registry;
//!   metrics.measured = add_to_histograms;
//!   options.metrics = &metrics;
//!   status = wb_context_create(&options, &context, &err);

use std::ffi::c_void;
use std::sync::Arc;

use super::hooks::{Adopted, wb_destroy_fn};
use super::status::{WB_OK, code, wb_status};
use super::text::wb_str;
use super::{null, options};
use weighbridge::error::Result;
use weighbridge::host::{Cost, Measurement, Metrics};

/// The cost of one stage of an operation. Set `struct_size` before the call; the text is static. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_cost_info {
    /// `sizeof(wb_cost_info)`.
    pub struct_size: usize,
    /// Of an open: `"find"`: finding out which files there are; `"parse"`: headers, indices and graphs; `"manifests"`. Of a load or a
    /// verification: `"prepare"`: allocating the memory of the target, initializing a device; `"read"`; `"blake3"`, `"sha256"`,
    /// `"sha1"`, `"git-sha1"`, `"crc32"`, `"crc32c"`: hashing, where `"blake3"` includes the headers that were read when the model was
    /// opened, which are compared; `"convert"`: casts, and joining short rows of slices; `"move"`: making tensors contiguous;
    /// `"send"`: pinning memory, submitting copies to a device and waiting for free buffers, but not the time of the copies. Of all:
    /// `"other"`: the rest. Later versions may have more.
    pub stage: wb_str,
    /// Bytes that passed through it.
    pub bytes: u64,
    /// Nanoseconds that threads spent in it, summed over all threads.
    pub nanoseconds: u64,
}

impl From<&Cost> for wb_cost_info {
    fn from(cost: &Cost) -> Self {
        let nanoseconds = u64::try_from(cost.time.as_nanos()).unwrap_or(u64::MAX);
        Self { struct_size: size_of::<Self>(), stage: cost.stage.name().into(), bytes: cost.bytes, nanoseconds }
    }
}

/// What an operation has cost. The library has set `struct_size`; all pointers are valid until the callback returns. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_measurement {
    /// `sizeof(wb_measurement)` of the library.
    pub struct_size: usize,
    /// `"open"`, `"plan"`, `"load"`, `"verify"` or `"check"`; later versions may have more.
    pub operation: wb_str,
    /// The model, as errors name it: where it was found, or what was asked for if it was not.
    pub model: wb_str,
    /// `WB_OK`, or why the operation failed.
    pub status: wb_status,
    /// `sizeof(wb_cost_info)` of the library: the next element of `stages` begins that many bytes later.
    pub stage_size: u32,
    /// Bytes that were read; of an open, those of headers, indices and graphs.
    pub bytes: u64,
    /// From the start of the operation to its end, in nanoseconds.
    pub nanoseconds: u64,
    /// The stages, each once: their times add up to the time that threads have worked for the operation. On one thread that is
    /// all of `nanoseconds`, but for the time between two steps of a task.
    pub stages: *const wb_cost_info,
    /// How many there are.
    pub stage_count: usize,
}

/// Receives the cost of an operation that has ended, on the thread that has ended it and with no lock held. It must not release
/// the objects that the operation works with. Since 0.1.
pub type wb_measured_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, m: *const wb_measurement)>;

/// The metrics of a host. Zeroed but for what is needed; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_metrics {
    /// `sizeof(wb_metrics)`.
    pub struct_size: usize,
    /// Passed to the function.
    pub user_data: *mut c_void,
    /// Called once with `user_data` when the function will not be called any more; also if `wb_context_create` fails, unless that
    /// is because of this structure. May be NULL.
    pub destroy: wb_destroy_fn,
    /// Must be set.
    pub measured: wb_measured_fn,
}

/// The metrics of a host from their structure, which is not NULL.
pub(super) fn metrics(metrics: *const wb_metrics) -> Result<Arc<Metrics>> {
    let metrics: wb_metrics = options(metrics, "metrics")?.ok_or_else(|| null("metrics"))?;
    let measured = metrics.measured.ok_or_else(|| null("metrics.measured"))?;
    let adopted = Adopted::new(metrics.user_data, metrics.destroy);
    Ok(Arc::new(move |measurement: &Measurement<'_>| {
        let stages: Vec<wb_cost_info> = measurement.stages.iter().map(wb_cost_info::from).collect();
        let measurement = wb_measurement {
            struct_size: size_of::<wb_measurement>(),
            operation: measurement.operation.into(),
            model: measurement.model.into(),
            status: measurement.failure.map_or(WB_OK, code),
            stage_size: size_of::<wb_cost_info>() as u32,
            bytes: measurement.bytes,
            nanoseconds: u64::try_from(measurement.time.as_nanos()).unwrap_or(u64::MAX),
            stages: stages.as_ptr(),
            stage_count: stages.len(),
        };
        // SAFETY: a function of the host with this signature; the structures live until it returns.
        unsafe { measured(adopted.pointer(), &raw const measurement) };
    }))
}
