//! The arguments of every command that opens a model.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use weighbridge::verify::{GIVEN_MANIFEST, Memo, VerifyOptions};
use weighbridge::{Access, Error, Kind, Limits, Model, OpenOptions, Policy, Repository, Survey, formats};

use crate::console::Console;
use crate::failure::{Failure, moved_to};
use crate::forms;
use crate::place;

const HEADING: &str = "Options for opening the model";

#[derive(clap::Args)]
pub struct ModelArgs {
    /// A file, an index, a directory, or a model in the local Hugging Face cache: hf://org/name[@revision][/path] or
    /// org/name[@revision]
    #[arg(value_name = "MODEL")]
    path: PathBuf,
    #[command(flatten)]
    opening: OpeningArgs,
}

/// How models are opened.
#[derive(clap::Args)]
pub struct OpeningArgs {
    /// Read files and never map them, as on a network file system
    #[arg(long, help_heading = HEADING)]
    read: bool,
    /// Which bytes must be checked before they are used. Without it verify and load take if-present, and other commands none
    /// unless there is a --manifest
    #[arg(long, value_enum, help_heading = HEADING)]
    policy: Option<PolicyArg>,
    /// A manifest from a trusted source, instead of those beside the weights
    #[arg(long, value_name = "FILE", value_parser = place::parser(), help_heading = HEADING)]
    manifest: Option<PathBuf>,
    /// A directory outside the model's own to which its symbolic links may lead, such as the cache of DVC; may be repeated
    #[arg(long, value_name = "DIR", value_parser = place::parser(), help_heading = HEADING)]
    link_root: Vec<PathBuf>,
    /// A file in which verified files are remembered, so that they need not be hashed again while nobody touches them
    #[arg(long, value_name = "FILE", value_parser = place::parser(), help_heading = HEADING)]
    memo: Option<PathBuf>,
    /// Under --policy required, take what --memo remembers for checked
    #[arg(long, requires = "memo", help_heading = HEADING)]
    memo_covers: bool,
    /// The format, instead of the one that the content shows
    #[arg(long, value_name = "NAME", value_parser = format_names(), help_heading = HEADING)]
    format_of: Option<String>,
    /// The maximum size of a header, an index or a manifest, such as 256MiB
    #[arg(long, value_name = "SIZE", default_value_t = Limits::default().header_bytes, value_parser = forms::size,
          allow_negative_numbers = true, help_heading = HEADING)]
    max_header_bytes: u64,
    /// The maximum number of tensors
    #[arg(long, value_name = "N", default_value_t = Limits::default().tensors,
          value_parser = clap::value_parser!(u64).range(1..), allow_negative_numbers = true, help_heading = HEADING)]
    max_tensors: u64,
    /// The maximum number of files
    #[arg(long, value_name = "N", default_value_t = Limits::default().files,
          value_parser = clap::value_parser!(u64).range(1..), allow_negative_numbers = true, help_heading = HEADING)]
    max_files: u64,
    /// The maximum memory for everything that is kept of the model beside the tensors, such as 4GiB
    #[arg(long, value_name = "SIZE", default_value_t = Limits::default().heap_bytes, value_parser = forms::size,
          allow_negative_numbers = true, help_heading = HEADING)]
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

/// What a user can name: a model, or a directory of several.
pub enum Opened {
    Model(Model),
    Repository(Box<Repository>, Survey),
}

impl ModelArgs {
    /// What the user named, as it was named.
    pub fn given(&self) -> &Path {
        &self.path
    }

    /// How it is opened.
    pub fn opening(&self) -> &OpeningArgs {
        &self.opening
    }

    /// The path of what the user named.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        resolve(&self.path)
    }

    /// What the user asks for, or what the command does by default.
    pub fn policy(&self, default: Policy) -> Policy {
        self.opening.policy(default)
    }

    /// Opens the model.
    pub fn open(&self, policy: Policy, console: &mut Console) -> Result<Model, Failure> {
        self.opening.open(&self.path()?, policy, console)
    }

    /// Opens the model, or the directory of several.
    pub fn open_whole(&self, policy: Policy, console: &mut Console) -> Result<Opened, Failure> {
        self.opening.open_whole(&self.path()?, policy, console)
    }

    /// Opens the model for a command that does not check it, unless the user asks for that: then everything is checked.
    pub fn open_checked(&self, console: &mut Console) -> Result<Model, Failure> {
        let policy = self.policy(Policy::None);
        let model = self.open(policy, console)?;
        verify(&model, policy, console)?;
        Ok(model)
    }
}

/// The path of what a user names.
pub fn resolve(path: &Path) -> Result<PathBuf, Failure> {
    place::resolve(path, &|name| env::var_os(name)).map_err(Failure::of_user)
}

impl OpeningArgs {
    /// What the user asks for, or what the command does by default. Who gives a manifest wants it to be used.
    pub fn policy(&self, default: Policy) -> Policy {
        match (self.policy, &self.manifest) {
            (Some(policy), _) => policy.into(),
            (None, Some(_)) => Policy::IfPresent,
            (None, None) => default,
        }
    }

    /// The files that the user names beside the model.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.manifest, &self.memo].into_iter().flatten().map(PathBuf::as_path)
    }

    /// Whether the user asks for a check of the bytes.
    pub fn asks_for_checks(&self) -> bool {
        self.policy.is_some() || self.manifest.is_some()
    }

    /// Opens a model.
    pub fn open(&self, path: &Path, policy: Policy, console: &mut Console) -> Result<Model, Failure> {
        let opened = Model::open(path, &self.options(policy)?, &console.context());
        let model = opened.map_err(|error| explain_manifest(error, self.manifest.as_deref()))?;
        console.protect(&model).map(|()| model)
    }

    /// Opens a model, or a directory of several: one that holds models only in its folders, or none that comes before the others.
    pub fn open_whole(&self, path: &Path, policy: Policy, console: &mut Console) -> Result<Opened, Failure> {
        let (options, context) = (self.options(policy)?, console.context());
        let error = match Model::open(path, &options, &context) {
            Ok(model) => return console.protect(&model).map(|()| Opened::Model(model)),
            Err(error) => error,
        };
        let may_be_several = matches!(error.kind(), Kind::InvalidArgument | Kind::Unsupported) && path.is_dir();
        if !may_be_several || self.format_of.is_some() {
            return Err(explain_manifest(error, self.manifest.as_deref()));
        }
        let repository = self.open_files(path, policy, console)?;
        let survey = repository.survey()?;
        let is_known = repository.has_manifests() || !survey.models.is_empty();
        if is_known { Ok(Opened::Repository(Box::new(repository), survey)) } else { Err(error.into()) }
    }

    /// Opens the files of a directory, whatever they are.
    pub fn open_files(&self, path: &Path, policy: Policy, console: &Console) -> Result<Repository, Failure> {
        let opened = Repository::open(path, &self.options(policy)?, &console.context());
        opened.map_err(|error| explain_manifest(error, self.manifest.as_deref()))
    }

    /// Opens a file, whatever it is.
    pub fn open_file(&self, path: &Path, policy: Policy, console: &Console) -> Result<Repository, Failure> {
        let opened = Repository::of_file(path, &self.options(policy)?, &console.context());
        opened.map_err(|error| explain_manifest(error, self.manifest.as_deref()))
    }

    /// Opens a directory to compare its files with a manifest. Unless `all` of them matter, it is not listed.
    pub fn open_listed(
        &self,
        path: &Path,
        manifest: &Path,
        all: bool,
        console: &mut Console,
    ) -> Result<Repository, Failure> {
        let bytes = Some(read_manifest(manifest, &self.limits())?);
        let options = OpenOptions { manifest: bytes, ..self.options(self.policy(Policy::IfPresent))? };
        let open = if all { Repository::open } else { Repository::open_listed };
        let opened = open(path, &options, &console.context());
        let repository = opened.map_err(|error| explain_manifest(error, Some(manifest)))?;
        console.protect_all(&repository).map(|()| repository)
    }

    fn limits(&self) -> Limits {
        Limits {
            header_bytes: self.max_header_bytes,
            tensors: self.max_tensors,
            files: self.max_files,
            heap_bytes: self.max_heap_bytes,
        }
    }

    fn options(&self, policy: Policy) -> Result<OpenOptions, Failure> {
        let limits = self.limits();
        Ok(OpenOptions {
            access: if self.read { Access::Read } else { Access::Map },
            policy,
            link_roots: self.link_root.iter().map(|path| directory(path)).collect::<Result<_, _>>()?,
            format: self.format_of.clone(),
            manifest: self.manifest.as_deref().map(|path| read_manifest(path, &limits)).transpose()?,
            memo: self.memo.as_ref().map(Memo::open).transpose().map_err(Failure::of_user)?,
            memo_covers: self.memo_covers,
            limits,
            ..Default::default()
        })
    }
}

/// The path of a directory that links may lead to.
fn directory(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    let error = Error::new(Kind::NotFound, "--link-root: there is no such directory");
    Err(Failure::of_user(error.with_path(path.to_string_lossy())))
}

/// Names the file of the user's manifest in an error about what is in it.
fn explain_manifest(error: Error, manifest: Option<&Path>) -> Failure {
    match manifest.filter(|_| error.site().path.as_deref() == Some(GIVEN_MANIFEST)) {
        Some(file) => moved_to(&error, &file.to_string_lossy()).into(),
        None => error.into(),
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
    // One byte more than may be taken, to see what is too long.
    let most = limits.header_bytes.saturating_add(1);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    let len = read.map_err(|error| Failure::of_named(path, "read the manifest", &error))?;
    if len as u64 > limits.header_bytes {
        let message = format!(
            "the manifest has more than {} bytes: name another file, or raise the limit with --max-header-bytes",
            limits.header_bytes
        );
        return Err(Failure::of_model(Error::new(Kind::Limit, message).with_path(path.to_string_lossy())));
    }
    Ok(bytes)
}
