//! The command line.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use weighbridge::{Context, Limits, Model, OpenOptions, Policy};

use crate::failure::Failure;
use crate::notes::Notes;
use crate::placing::Placing;

/// Inspect, check, verify and load machine-learning models. Nothing in a model file is ever executed.
#[derive(Parser)]
#[command(name = "weighbridge", version, after_help = EXIT_STATUS)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "Exit status: 0 success, 1 invalid model or failed check, 2 usage error, 3 system failure.";

#[derive(Subcommand)]
pub enum Command {
    /// List the tensors, files, metadata and assets of a model
    Inspect(Inspect),
    /// Check every file and tensor of a model against its manifests
    Verify(Verify),
    /// Write weighbridge.json, the manifest of a model, beside it
    Digest(Digest),
    /// Load a model as a program would, and report the cost of each phase
    Load(Load),
    /// Print the graphs of a model: inputs, outputs, initializers, nodes, functions
    Graph(Graph),
    /// Check a model: the rules of its format, its weights, and common problems in production
    Check(Check),
    /// List the CUDA devices that models can be loaded to
    Devices(Devices),
}

#[derive(clap::Args)]
pub struct Inspect {
    /// A file, an index, or a directory
    pub path: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Add the SHA-256 of each tensor's bytes
    #[arg(long)]
    pub digests: bool,
}

#[derive(clap::Args)]
pub struct Verify {
    /// A file, an index, or a directory
    pub path: PathBuf,
    /// Which bytes must be checked
    #[arg(long, value_enum, default_value_t)]
    pub policy: PolicyArg,
    /// A manifest from a trusted source, instead of those beside the weights
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Digest {
    /// The directory of the model
    pub path: PathBuf,
    /// Write SHA256SUMS too
    #[arg(long)]
    pub sha256sums: bool,
}

#[derive(clap::Args)]
pub struct Load {
    /// A file, an index, or a directory
    pub path: PathBuf,
    #[command(flatten)]
    pub placing: Placing,
    /// Which bytes must be checked
    #[arg(long, value_enum, default_value_t)]
    pub policy: PolicyArg,
    /// A manifest from a trusted source, instead of those beside the weights
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Read files and never map them, as on a network file system
    #[arg(long)]
    pub read: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Graph {
    /// A file, an index, or a directory
    pub path: PathBuf,
    /// Print the graphs in the DOT language of Graphviz
    #[arg(long)]
    pub dot: bool,
}

#[derive(clap::Args)]
pub struct Check {
    /// A file, an index, or a directory
    pub path: PathBuf,
    /// What must be able to run the model: a release of ONNX or an operator set version, as in onnx-1.15 or opset-17
    #[arg(long, default_value = "", hide_default_value = true)]
    pub target: String,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Devices {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub enum PolicyArg {
    /// Nothing is checked
    None,
    /// What a manifest covers is checked
    #[default]
    IfPresent,
    /// Every weight file must be covered
    Required,
}

impl From<PolicyArg> for Policy {
    fn from(policy: PolicyArg) -> Self {
        match policy {
            PolicyArg::None => Self::None,
            PolicyArg::IfPresent => Self::IfPresent,
            PolicyArg::Required => Self::Required,
        }
    }
}

/// Opens what the user named, with a thread for each processor, and tells the notes.
pub fn open(path: &PathBuf, options: &OpenOptions, notes: Notes) -> Result<Model, Failure> {
    let exists = path.try_exists().map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
    if !exists {
        return Err(Failure::usage(format!("{}: there is no such file or directory", path.display())));
    }
    let model = Model::open(path, options, &Context::new().with_threads(usize::MAX))?;
    notes.tell(&model);
    Ok(model)
}

/// The bytes of a manifest that the user gives.
pub fn read_manifest(path: Option<&PathBuf>) -> Result<Option<Vec<u8>>, Failure> {
    // One byte more than the library takes, so that it says what is too long.
    let most = Limits::default().header_bytes + 1;
    let read = |path: &PathBuf| {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
        read.map_err(|e| Failure::usage(format!("{}: cannot read the manifest: {e}", path.display())))?;
        Ok(bytes)
    };
    path.map(read).transpose()
}
