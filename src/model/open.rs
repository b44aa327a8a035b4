//! Opening a model from wherever its files are.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::journal::tell_open;
use super::{FILES, Inner, Model, OpenOptions, Origin};
use crate::error::Result;
use crate::finding::rules::{ASSET_LINK, ASSET_NAME, ASSET_SPECIAL, FILE_SPARSE, TENSORS_NONE};
use crate::finding::{Finding, Notes};
use crate::formats::{self, Claim, Claimed, DescribedBy, Parsed, UsedPart, WeightFile};
use crate::host::{Context, Costs, HostFiles, Pending, Stage};
use crate::limits::Budget;
use crate::load::{Payload, PayloadFile, UsedMemo};
use crate::memory;
use crate::storage::{Location, Source, Unwritten};
use crate::verify::{FileClaim, Ledger, Manifest, Policy, RunClaim, gather, is_manifest};

/// What is said of a model that is nothing but metadata.
const NOTHING: &str =
    "the model has neither tensors nor a graph: check that this is the right file, and that it was written completely";

impl Model {
    /// Opens a file, a directory, or a numbered set of a directory that has several: by the path of its files with `*` in the place
    /// of the number, `DIR/model-*-of-00002.safetensors`.
    ///
    /// Headers and indices are read and checked in full; the bytes of tensors are not touched, but for a few of a file of external
    /// data, which may show that it is something else.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions, context: &Context) -> Result<Self> {
        Self::open_origin(Origin::Path(path.as_ref().to_owned()), options, context)
    }

    /// Opens a model that is in memory: one file, which [`OpenOptions::name`] may name. It cannot name other files.
    ///
    /// Fails with [`Kind::InvalidArgument`] if the name is not that of a file.
    ///
    /// [`Kind::InvalidArgument`]: crate::Kind::InvalidArgument
    pub fn from_memory(bytes: Bytes, options: &OpenOptions, context: &Context) -> Result<Self> {
        Self::open_origin(Origin::Memory(bytes), options, context)
    }

    /// Opens a model in memory that has several files: shards, external data, manifests, assets, by their names. `path` is
    /// that of a file, a folder or a numbered set among them, `""` for all of them as a directory.
    ///
    /// Fails with [`Kind::InvalidArgument`] if two blobs have one name, with [`Kind::Format`] if a name is not relative and
    /// plain, and with [`Kind::NotFound`] if there is no blob at `path`.
    ///
    /// [`Kind::InvalidArgument`]: crate::Kind::InvalidArgument
    /// [`Kind::Format`]: crate::Kind::Format
    /// [`Kind::NotFound`]: crate::Kind::NotFound
    pub fn from_blobs(
        blobs: impl IntoIterator<Item = (String, Bytes)>,
        path: &str,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        Self::open_origin(Origin::Blobs(blobs.into_iter().collect(), path.to_owned()), options, context)
    }

    /// Opens a model whose files the host lends. `path` is that of a file, a folder or a numbered set among them, `""` for
    /// all of them as a directory. The model keeps `files` as long as it lives.
    pub fn from_host_files(
        files: Arc<dyn HostFiles>,
        path: &str,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        Self::open_origin(Origin::HostFiles(files, path.to_owned()), options, context)
    }

    /// Opens a model that is a part of a larger file, such as a pak file: `len` bytes from `offset`, or all to the end. It
    /// cannot name other files.
    ///
    /// Offsets that the model tells, also in errors, count from the start of the part. The descriptor is kept; its own
    /// position is neither used nor changed, except on Windows, where reading changes it. Fails with
    /// [`Kind::InvalidArgument`] if the part is not inside the file.
    ///
    /// [`Kind::InvalidArgument`]: crate::Kind::InvalidArgument
    pub fn from_descriptor(
        file: File,
        offset: u64,
        len: Option<u64>,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        Self::open_origin(Origin::Descriptor(file, offset, len), options, context)
    }

    /// Begins to open a model from any origin: in steps, or on a thread of the context.
    pub fn begin_open(origin: Origin, options: &OpenOptions, context: &Context) -> Pending<Self> {
        let (options, inside) = (options.clone(), context.clone());
        Pending::new("open", context, move || Self::open_origin(origin, &options, &inside))
    }

    /// Opens a model from any origin.
    pub fn open_origin(origin: Origin, options: &OpenOptions, context: &Context) -> Result<Self> {
        let budget = Budget::new(&options.limits).watched_by(options.progress.clone(), options.cancel.clone());
        tell_open(context, &origin.name(options), &budget, |costs| {
            let location = costs.measure(Stage::Find, 0, || origin.locate(options, context))?;
            Self::read(location, options, context, &budget, costs)
        })
    }

    fn read(
        location: Location,
        options: &OpenOptions,
        context: &Context,
        budget: &Budget,
        costs: &mut Costs,
    ) -> Result<Self> {
        let mut notes = Notes::default();
        budget.tell()?;
        let format = options.format.as_deref();
        let mut parsed = costs.measure(Stage::Parse, 0, || formats::read(&location, format, budget, &mut notes))?;
        costs.count(Stage::Parse, budget.done());
        budget.tell()?;
        note_unwritten(&parsed.weights, &mut notes);
        parsed.assets.retain(|name| !is_manifest(name));
        for link in location.drop_dead_links(&mut parsed.assets) {
            notes.add(ASSET_LINK, "", link);
        }
        for name in location.odd_names() {
            notes.add(ASSET_NAME, "", name);
        }
        for name in location.specials() {
            notes.add(ASSET_SPECIAL, "", format!("\"{name}\" is a pipe, a socket or a device: left out of the assets"));
        }
        let given = options.manifest.as_deref();
        let names = names(&parsed)?;
        let mut manifests = costs
            .measure(Stage::Manifests, 0, || gather(&location, &names, options.policy, given, (budget, &mut notes)))?;
        if options.policy != Policy::None && !parsed.claims.is_empty() {
            manifests.push(of_format(parsed.format, std::mem::take(&mut parsed.claims))?);
        }
        budget.tell()?;
        if parsed.tensors.is_empty() && parsed.graphs.is_empty() {
            notes.add(TENSORS_NONE, "", NOTHING);
        }
        Self::assemble(location, parsed, notes.finish()?, manifests, options, context)
    }

    pub(super) fn assemble(
        location: Location,
        parsed: Parsed,
        notes: Vec<Finding>,
        manifests: Vec<Manifest>,
        options: &OpenOptions,
        context: &Context,
    ) -> Result<Self> {
        let Parsed { format, weights, descriptions, tensors, unindexed, metadata, assets, graphs, .. } = parsed;
        let is_directory = location.entry().is_none() || !descriptions.is_empty();
        let ledger = match options.policy {
            Policy::Required => Ledger::new(weights.len() + descriptions.len(), tensors.len())?,
            // Nobody asks what has been checked.
            Policy::IfPresent | Policy::None => Ledger::new(0, 0)?,
        };
        let payload = Arc::new(Payload {
            name: location.path(),
            context: context.clone(),
            weights: weights.len(),
            ledger,
            files: payload_files(weights, descriptions, !manifests.is_empty())?,
            tensors: Arc::new(tensors),
            policy: options.policy,
            refuses_replaced: options.refuses_replaced,
            manifests,
            memo: used_memo(options),
        });
        let limits = options.limits;
        let inner =
            Inner { format, location, is_directory, payload, unindexed, metadata, assets, graphs, notes, limits };
        memory::check()?;
        Ok(Self(Arc::new(inner)))
    }
}

/// Says which files of weights were never written in large part.
fn note_unwritten(weights: &[WeightFile], notes: &mut Notes) {
    for source in weights.iter().filter(|file| file.base.is_none()).map(|file| &file.source) {
        let Some(Unwritten { first, bytes }) = source.unwritten() else { continue };
        let len = source.len();
        let message = format!(
            "from byte {first} on, {bytes} of its {len} bytes were never written, and read as zeros: an interrupted download, \
             unless the zeros are meant"
        );
        notes.add(FILE_SPARSE, source.name(), message);
    }
}

pub(super) fn used_memo(options: &OpenOptions) -> Option<UsedMemo> {
    options.memo.clone().map(|memo| UsedMemo { memo, covers: options.memo_covers })
}

/// The names of a model's files: those that it consists of, and then its assets.
fn names(parsed: &Parsed) -> Result<Vec<&str>> {
    let stored = parsed.weights.iter().filter(|file| file.base.is_none()).map(|file| &file.source);
    let own = stored.chain(&parsed.descriptions).map(Source::name);
    memory::collect(own.chain(parsed.assets.iter().map(String::as_str)), FILES)
}

/// What the format itself says of files and of parts of them, in the form of a manifest.
pub(super) fn of_format(format: &'static str, claims: Vec<Claim>) -> Result<Manifest> {
    let (mut files, mut runs) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for Claim { of, algorithm, digest } in claims {
        match of {
            Claimed::File(name) => files.entry(name).or_default().push((algorithm, digest)),
            Claimed::Run { file, offset, len } => {
                let claim = RunClaim { offset, len, algorithm, digest };
                memory::push(runs.entry(file).or_default(), claim, "the claims of the format")?;
            }
        }
        memory::check()?;
    }
    let mut of_files = BTreeMap::new();
    of_files.extend(files.into_iter().map(|(name, digests)| (name, FileClaim::new(None, digests))));
    Ok(Manifest::of_format(format, of_files, runs))
}

fn payload_files(weights: Vec<WeightFile>, descriptions: Vec<Source>, is_checked: bool) -> Result<Vec<PayloadFile>> {
    let first_description = weights.len();
    let weights = weights.into_iter().map(|WeightFile { source, used, base, described_by }| {
        // Without a manifest no file is ever compared with what was parsed of it.
        let used = used.into_iter().filter(|part| is_checked || matches!(part, UsedPart::Witness(_)));
        let description = match described_by {
            DescribedBy::Itself => None,
            DescribedBy::Weights(file) => Some(file),
            DescribedBy::Description(index) => Some(first_description + index),
        };
        let used = Arc::new(memory::collect(used.map(UsedPart::witness), FILES)?);
        Ok(PayloadFile { source, used, base, description })
    });
    memory::try_collect(weights.chain(descriptions.into_iter().map(|source| Ok(PayloadFile::plain(source)))), FILES)
}
