//! The command line.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Parser, Subcommand};
use clap_complete::Shell;

use crate::inputs::Inputs;
use crate::inspect::ListArgs;
use crate::model::{ModelArgs, OpeningArgs};
use crate::place;
use crate::placing::Placing;
use crate::printing::{Form, FormArgs, OutputArgs, STANDARD_OUTPUT};
use crate::verbosity::VerbosityArgs;

/// Inspect, check, verify and load machine-learning models. Nothing in a model file is ever executed.
#[derive(Parser)]
#[command(name = "weighbridge", version, after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub verbosity: VerbosityArgs,
}

const AFTER_HELP: &str = "\
Exit status: 0 success, 1 invalid model or failed check, 2 usage error, 3 system failure.
With --json, standard output is one JSON object, also after a failure: then it has an \"error\".
WEIGHBRIDGE_LOG=error|warn|info|debug|trace logs to standard error, as --verbose does.";

#[derive(Subcommand)]
pub enum Command {
    /// Summarize a model and list its tensors, files, metadata and assets, or list the models of a directory
    Inspect(Inspect),
    /// Check every file and tensor of a model, or of a directory of several, against its manifests
    Verify(Verify),
    /// Write weighbridge.json, the manifest of a model or of a directory of several, beside it, or print that of any other file
    Digest(Digest),
    /// Compare two models: tensor by tensor, and their graphs
    Diff(Diff),
    /// Load a model as a program would, and report the cost of each phase
    Load(Load),
    /// Print the graphs of a model: inputs, outputs, initializers, nodes, functions
    Graph(Graph),
    /// Check a model: the rules of its format, its weights, and common problems in production
    Check(Check),
    /// List the CUDA devices that models can be loaded to
    Devices(Devices),
    /// List the formats of models
    Formats(Formats),
    /// Print the completions of a shell
    Completions(Completions),
    /// Write the manual pages
    #[command(hide = true)]
    Man(Man),
}

#[derive(clap::Args)]
pub struct Inspect {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Check everything against the manifests, and add the SHA-256 of each tensor's bytes to the list of tensors. With
    /// --no-tensors, only check
    #[arg(long)]
    pub digests: bool,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args(["path", "check"])))]
pub struct Verify {
    /// A file, an index, a directory of one model or several, or a model in the local Hugging Face cache
    #[arg(value_name = "MODEL")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub opening: OpeningArgs,
    /// Check the files that this manifest lists, as sha256sum --check does. Their names are relative to MODEL; without it to the
    /// current directory or, if none is there, to that of the manifest
    #[arg(short = 'c', long, value_name = "FILE", value_parser = place::parser(), conflicts_with = "manifest")]
    pub check: Option<PathBuf>,
    /// Do not report files that a manifest lists and that are not there, nor models that lack files, except under --policy required
    #[arg(long)]
    pub ignore_missing: bool,
    /// Fail if there are files that no manifest lists
    #[arg(long)]
    pub fail_on_extra_files: bool,
    /// Print nothing; the exit status tells whether everything matches
    #[arg(long, conflicts_with_all = ["json", "format", "output"])]
    pub status: bool,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Digest {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Write SHA256SUMS too; to standard output or the file of --output, write it instead
    #[arg(long)]
    pub sha256sums: bool,
    /// Write the manifest to this file, or to standard output if it is "-"; otherwise it is written into the directory of the
    /// model, and that of a single file to standard output
    #[arg(long, value_name = "FILE", value_parser = place::parser())]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    form: FormArgs,
}

#[derive(clap::Args)]
pub struct Diff {
    /// A model, named as for the other commands
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The model that it is compared with
    #[arg(value_name = "B")]
    pub b: PathBuf,
    #[command(flatten)]
    pub opening: OpeningArgs,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Load {
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub placing: Placing,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Graph {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Print the graphs in the DOT language of Graphviz
    #[arg(long, conflicts_with_all = ["json", "format"])]
    pub dot: bool,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Check {
    #[command(flatten)]
    pub model: ModelArgs,
    /// What must be able to run the model: a release of ONNX or of ONNX Runtime, or an operator set version, as in onnx-1.15,
    /// onnxruntime-1.17 or opset-17
    #[arg(long, default_value = "", hide_default_value = true)]
    pub target: String,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Devices {
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Formats {
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Completions {
    pub shell: Shell,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
pub struct Man {
    /// The directory, which must exist
    pub directory: PathBuf,
}

impl Command {
    /// The form in which the command prints.
    pub fn form(&self) -> Form {
        match self {
            Self::Inspect(Inspect { form, .. })
            | Self::Verify(Verify { form, .. })
            | Self::Digest(Digest { form, .. })
            | Self::Diff(Diff { form, .. })
            | Self::Load(Load { form, .. })
            | Self::Graph(Graph { form, .. })
            | Self::Check(Check { form, .. })
            | Self::Devices(Devices { form, .. })
            | Self::Formats(Formats { form, .. }) => form.form(),
            Self::Completions(_) | Self::Man(_) => Form::Human,
        }
    }

    /// What the command reads.
    pub fn inputs(&self) -> Inputs<'_> {
        let (models, opening, list): (Vec<&Path>, Option<&OpeningArgs>, Option<&PathBuf>) = match self {
            Self::Inspect(Inspect { model, .. })
            | Self::Load(Load { model, .. })
            | Self::Graph(Graph { model, .. })
            | Self::Check(Check { model, .. })
            | Self::Digest(Digest { model, .. }) => (vec![model.given()], Some(model.opening()), None),
            Self::Verify(Verify { path, opening, check, .. }) => {
                (path.iter().map(PathBuf::as_path).collect(), Some(opening), check.as_ref())
            }
            Self::Diff(Diff { a, b, opening, .. }) => (vec![a, b], Some(opening), None),
            Self::Devices(_) | Self::Formats(_) | Self::Completions(_) | Self::Man(_) => (Vec::new(), None, None),
        };
        let files = opening.into_iter().flat_map(OpeningArgs::files).chain(list.map(PathBuf::as_path));
        Inputs { models, files: files.collect(), are_manifests_replaced: matches!(self, Self::Digest(_)) }
    }

    /// The file that is written.
    pub fn destination(&self) -> Option<&Path> {
        match self {
            Self::Digest(Digest { output, .. }) => output.as_deref().filter(|path| *path != STANDARD_OUTPUT),
            _ => self.output(),
        }
    }

    /// The file that is written instead of standard output.
    pub fn output(&self) -> Option<&Path> {
        match self {
            Self::Inspect(Inspect { output, .. })
            | Self::Verify(Verify { output, .. })
            | Self::Diff(Diff { output, .. })
            | Self::Load(Load { output, .. })
            | Self::Graph(Graph { output, .. })
            | Self::Check(Check { output, .. })
            | Self::Devices(Devices { output, .. })
            | Self::Formats(Formats { output, .. })
            | Self::Completions(Completions { output, .. }) => output.file(),
            Self::Digest(_) | Self::Man(_) => None,
        }
    }
}
