//! The arguments of every command that opens a model.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use weighbridge::verify::VerifyOptions;
use weighbridge::{Access, Limits, Model, OpenOptions, Policy, formats};

use crate::console::Console;
use crate::failure::Failure;
use crate::forms;
use crate::place;

const HEADING: &str = "Options for opening the model";

#[derive(clap::Args)]
pub struct ModelArgs {
    /// A file, an index, a directory, or a model in the local Hugging Face cache: hf://org/name[@revision][/path] or
    /// org/name[@revision]
    #[arg(value_name = "MODEL")]
    path: PathBuf,
    /// Read files and never map them, as on a network file system
    #[arg(long, help_heading = HEADING)]
    read: bool,
    /// Which bytes must be checked before they are used. Without it verify and load take if-present, and other commands none
    /// unless there is a --manifest
    #[arg(long, value_enum, help_heading = HEADING)]
    policy: Option<PolicyArg>,
    /// A manifest from a trusted source, instead of those beside the weights
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    manifest: Option<PathBuf>,
    /// The format, instead of the one that the content shows
    #[arg(long, value_name = "NAME", value_parser = format_names(), help_heading = HEADING)]
    format_of: Option<String>,
    /// The maximum size of a header, an index or a manifest, such as 256MiB
    #[arg(long, value_name = "SIZE", default_value_t = Limits::default().header_bytes, value_parser = forms::size,
          help_heading = HEADING)]
    max_header_bytes: u64,
    /// The maximum number of tensors
    #[arg(long, value_name = "N", default_value_t = Limits::default().tensors, help_heading = HEADING)]
    max_tensors: u64,
    /// The maximum number of files
    #[arg(long, value_name = "N", default_value_t = Limits::default().files, help_heading = HEADING)]
    max_files: u64,
    /// The maximum memory for everything that is kept of the model beside the tensors, such as 4GiB
    #[arg(long, value_name = "SIZE", default_value_t = Limits::default().heap_bytes, value_parser = forms::size,
          help_heading = HEADING)]
    max_heap_bytes: u64,
}

fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(formats().map(|format| format.name))
}

#[derive(Clone, Copy, ValueEnum)]
enum PolicyArg {
    /// Nothing is checked
    None,
    /// What a manifest covers is checked
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

impl ModelArgs {
    /// What the user named, as it was named.
    pub fn given(&self) -> &Path {
        &self.path
    }

    /// The path of what the user named.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        place::resolve(&self.path, &|name| env::var_os(name)).map_err(Failure::of_user)
    }

    /// What the user asks for, or what the command does by default. Who gives a manifest wants it to be used.
    pub fn policy(&self, default: Policy) -> Policy {
        match (self.policy, &self.manifest) {
            (Some(policy), _) => policy.into(),
            (None, Some(_)) => Policy::IfPresent,
            (None, None) => default,
        }
    }

    /// Opens the model.
    pub fn open(&self, policy: Policy, console: &Console) -> Result<Model, Failure> {
        let limits = Limits {
            header_bytes: self.max_header_bytes,
            tensors: self.max_tensors,
            files: self.max_files,
            heap_bytes: self.max_heap_bytes,
        };
        let manifest = self.manifest.as_deref().map(|path| read_manifest(path, &limits)).transpose()?;
        let access = if self.read { Access::Read } else { Access::Map };
        let format = self.format_of.clone();
        let options = OpenOptions { access, policy, manifest, format, limits, ..Default::default() };
        Ok(Model::open(self.path()?, &options, &console.context())?)
    }

    /// Opens the model for a command that does not check it, unless the user asks for that: then everything is checked.
    pub fn open_checked(&self, console: &Console) -> Result<Model, Failure> {
        let policy = self.policy(Policy::None);
        let model = self.open(policy, console)?;
        verify(&model, policy, console)?;
        Ok(model)
    }
}

/// Checks everything, if the policy asks for that.
pub fn verify(model: &Model, policy: Policy, console: &Console) -> Result<(), Failure> {
    if policy != Policy::None {
        model.verify_with(VerifyOptions::default(), console.progress_bar("verifying"))?.verdict(policy)?;
    }
    Ok(())
}

/// The bytes of a manifest that the user gives.
fn read_manifest(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    // One byte more than the library takes, so that it says what is too long.
    let most = limits.header_bytes.saturating_add(1);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| Failure::of_named(path, "read the manifest", &error))?;
    Ok(bytes)
}
