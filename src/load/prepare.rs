//! The sink of each target.

#[cfg(feature = "cuda")]
use super::cuda::Devices;
use super::options::Target;
use super::plan::Plan;
use super::sink::{File, Host, Nowhere, Sink};
use crate::error::Result;

/// Takes the memory that a plan needs.
pub(super) fn prepare(plan: &Plan) -> Result<Box<dyn Sink>> {
    Ok(match plan.target {
        Target::None | Target::View => Box::new(Nowhere),
        Target::Host => Box::new(Host::new(plan)?),
        Target::Sealed => Box::new(Host::sealed(plan)?),
        #[cfg(feature = "file")]
        Target::File => Box::new(File::create(plan)?),
        #[cfg(feature = "cuda")]
        Target::Cuda => Box::new(Devices::start(plan)?),
        #[cfg(not(all(feature = "cuda", feature = "file")))]
        _ => {
            use crate::error::{Error, Kind};
            return Err(Error::new(Kind::Internal, "a plan has a target that this build does not have"));
        }
    })
}
