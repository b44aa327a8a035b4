//! The arguments of `load` that say where to, what of each tensor, and how.

use clap::ValueEnum;
use weighbridge::load::cuda;
use weighbridge::load::{CastRule, CudaOptions, Reads, Route, SliceRule, Uneven};
use weighbridge::{Error, Kind, PlanOptions, Target};

use crate::failure::{Failure, with_cure};
use crate::forms::{self, Place};

#[derive(clap::Args)]
pub struct Placing {
    /// Load only tensors whose names match; may be given several times
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Where to load the tensors
    #[arg(long, value_enum, default_value_t)]
    target: TargetArg,
    /// The devices to load to: cuda:0, cuda:0,1 (all tensors to both), cuda:all, or host
    #[arg(long, value_parser = forms::place, conflicts_with = "target")]
    device: Option<Place>,
    /// Send matching tensors only to this device, which must be listed in --device; may be given several times
    #[arg(long, value_name = "GLOB=cuda:N", value_parser = forms::route, requires = "device")]
    route: Vec<Route>,
    /// Load one part of matching tensors, divided along a dimension (0 is the outermost); may be given several times
    #[arg(long, value_name = "GLOB:DIM:RANK/WORLD", value_parser = forms::slice)]
    slice: Vec<SliceRule>,
    /// If a dimension cannot be divided evenly, give the first parts one extra element
    #[arg(long, requires = "slice")]
    spread_uneven: bool,
    /// Load matching tensors as another type, or those of them that have the type FROM; may be given several times
    #[arg(long, value_name = "GLOB[:FROM]=TYPE", value_parser = forms::cast)]
    cast: Vec<CastRule>,
    /// The limit on host memory in addition to the tensors, such as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = forms::size)]
    staging: Option<u64>,
    /// The maximum number of threads that read at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    readers: Option<u32>,
    /// How files are read
    #[arg(long, value_enum, default_value_t)]
    reads: ReadsArg,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum TargetArg {
    /// Zero-copy pointers into the mapped files
    View,
    /// One aligned arena in host memory
    #[default]
    Host,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum ReadsArg {
    /// Bypass the page cache if the target is a device and little of the file is in the cache
    #[default]
    Auto,
    /// Through the page cache
    Buffered,
    /// Bypass the page cache where the file system supports it
    Direct,
}

impl Placing {
    /// What the library is asked for. Only `cuda:all` asks the driver something.
    pub fn options(&self) -> Result<PlanOptions, Failure> {
        let (target, devices) = self.destination()?;
        if let Some(Route { pattern, device }) = self.route.iter().find(|route| !devices.contains(&route.device)) {
            return Err(Failure::usage(format!(
                "--route {pattern}=cuda:{device}: --device does not have cuda:{device}"
            )));
        }
        let uneven = if self.spread_uneven { Uneven::Spread } else { Uneven::Refuse };
        Ok(PlanOptions {
            target,
            include: self.include.clone(),
            staging_bytes: self.staging.unwrap_or(0),
            readers: self.readers.map_or(0, |readers| readers as usize),
            slices: self.slice.iter().map(|rule| SliceRule { uneven, ..rule.clone() }).collect(),
            casts: self.cast.clone(),
            reads: match self.reads {
                ReadsArg::Auto => Reads::Auto,
                ReadsArg::Buffered => Reads::Buffered,
                ReadsArg::Direct => Reads::Direct,
            },
            cuda: CudaOptions { devices, routes: self.route.clone(), ..Default::default() },
            ..Default::default()
        })
    }

    /// An error of the plan, as one of the argument that it is about.
    pub fn explain(&self, error: Error) -> Failure {
        const FIELDS: &[(&str, &str)] = &[("staging_bytes", "--staging"), ("devices", "--device")];
        let subject = error.site().subject.as_deref().unwrap_or_default();
        let field = FIELDS.iter().find(|(field, _)| *field == subject);
        match (error.kind(), field, self.argument_with(subject)) {
            (Kind::InvalidArgument, Some((_, argument)), _) => {
                Failure::usage(format!("{argument}: {}", error.message()))
            }
            (Kind::NotFound, _, Some(argument)) => Failure::usage(format!("{argument} {error}")),
            // The model is good, but what is asked for cannot be done with it.
            (Kind::NotMapped, ..) => Failure::of_user(with_cure(&error, "give --target host")),
            (Kind::Unsupported, ..) if !self.slice.is_empty() || !self.cast.is_empty() => Failure::of_user(error),
            _ => error.into(),
        }
    }

    fn argument_with(&self, pattern: &str) -> Option<&'static str> {
        let slices = self.slice.iter().map(|rule| ("--slice", &rule.pattern));
        let casts = self.cast.iter().map(|rule| ("--cast", &rule.pattern));
        let routes = self.route.iter().map(|route| ("--route", &route.pattern));
        let mut all = slices.chain(casts).chain(routes);
        all.find_map(|(argument, known)| (known == pattern).then_some(argument))
    }

    fn destination(&self) -> Result<(Target, Vec<u32>), Failure> {
        let target = match self.target {
            TargetArg::View => Target::View,
            TargetArg::Host => Target::Host,
        };
        match &self.device {
            None => Ok((target, Vec::new())),
            Some(Place::Host) => Ok((Target::Host, Vec::new())),
            Some(Place::Cuda(ordinals)) => Ok((Target::Cuda, ordinals.clone())),
            Some(Place::EveryCuda) => Ok((Target::Cuda, (0..device_count()?).collect())),
        }
    }
}

/// The spelling in JSON, as in the arguments.
pub fn target_name(target: Target) -> &'static str {
    match target {
        Target::View => "view",
        Target::Cuda => "cuda",
        // The command loads to no other place.
        _ => "host",
    }
}

/// How many CUDA devices there are: at least one.
pub fn device_count() -> Result<u32, Error> {
    match cuda::device_count()? {
        0 => Err(Error::new(Kind::NotFound, "there is no CUDA device")),
        count => Ok(count),
    }
}
