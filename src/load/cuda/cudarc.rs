//! Contexts and streams of Rust programs that use cudarc.

use std::sync::Arc;

use ::cudarc::driver::{CudaContext, CudaStream};

use crate::load::lent::HostStream;
use crate::load::options::CudaOptions;

/// A stream of cudarc; it is kept alive. It has to be of a primary context, as all are that
/// [`CudaContext::new`] gives.
impl From<Arc<CudaStream>> for HostStream {
    fn from(stream: Arc<CudaStream>) -> Self {
        Self::of(stream.cu_stream() as usize, stream)
    }
}

impl CudaOptions {
    /// The devices of these contexts of cudarc.
    pub fn on<'a>(contexts: impl IntoIterator<Item = &'a Arc<CudaContext>>) -> Self {
        let devices = contexts.into_iter().map(|context| context.ordinal() as u32).collect();
        Self { devices, ..Self::default() }
    }
}
