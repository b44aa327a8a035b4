//! The SHA-256 of every tensor, on all processors. Tensors may overlap in any way, so the work is bounded, and what
//! several tensors share is hashed once.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use weighbridge::digest::{Algorithm, Digest, Hasher};
use weighbridge::memory;
use weighbridge::tensor::{Contents, Encoding, Span};
use weighbridge::{Error, Kind, Model, Result, Tensor};

/// How many times over the bytes of the files may be hashed: as many as for the manifests of a model.
const MOST_PASSES: u64 = 8;

/// What memory is asked for.
const DIGESTS: &str = "the digests";

/// Bytes that may be hashed whatever the files are like.
const FREE_BYTES: u64 = 64 << 20;

/// The digest of the contiguous bytes of each of these tensors, by its index in the model; of the others, zeros.
///
/// [`Kind::Limit`]: tensors overlap so much that hashing each of them is too much work.
pub fn of_tensors(model: &Model, tensors: &[usize]) -> Result<Vec<Digest>> {
    let sorted = by_contents(model, tensors)?;
    let groups: Vec<&[usize]> = memory::collect(sorted.chunk_by(|a, b| are_same(model, *a, *b)), DIGESTS)?;
    check_work(model, &groups)?;
    let mut digests = memory::filled(Digest::from([0; 32]), model.tensors().len(), DIGESTS)?;
    for (group, digest) in digest_groups(model, &groups)?.into_iter().flatten() {
        groups[group].iter().for_each(|index| digests[*index] = digest);
    }
    Ok(digests)
}

/// The indices of the tensors, those with the same contents side by side.
fn by_contents(model: &Model, tensors: &[usize]) -> Result<Vec<usize>> {
    let mut sorted: Vec<usize> = memory::collect(tensors.iter().copied(), DIGESTS)?;
    sorted.sort_unstable_by_key(|index| model.tensors().get(*index).and_then(|tensor| Identity::of(&tensor)));
    Ok(sorted)
}

fn are_same(model: &Model, a: usize, b: usize) -> bool {
    let identity = |index| model.tensors().get(index).and_then(|tensor| Identity::of(&tensor));
    identity(a).is_some_and(|a| Some(a) == identity(b))
}

/// What the contiguous bytes of a tensor follow from.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity<'a> {
    run: Span,
    view: Option<(&'a [i64], &'a [i64], Encoding, &'static str)>,
}

impl<'a> Identity<'a> {
    /// `None` for pieces, which are not compared.
    fn of(tensor: &Tensor<'a>) -> Option<Self> {
        match tensor.contents {
            Contents::Span(run) => Some(Self { run, view: None }),
            Contents::View(view) => Some(Self {
                run: view.run,
                view: Some((view.strides, tensor.shape, view.encoding, tensor.dtype.name())),
            }),
            _ => None,
        }
    }
}

/// Refuses to hash the files many times over, before anything is read.
fn check_work(model: &Model, groups: &[&[usize]]) -> Result<()> {
    let held = model.files().map(|file| file.len()).fold(0, u64::saturating_add);
    let most = held.saturating_mul(MOST_PASSES).saturating_add(FREE_BYTES);
    let tensors = groups.iter().filter_map(|group| model.tensors().get(group[0]));
    let needed = tensors.map(|tensor| work(&tensor)).fold(0, u64::saturating_add);
    if needed <= most {
        return Ok(());
    }
    let message = format!(
        "{needed} bytes would be read and hashed of files that hold {held}, because tensors overlap; the limit is {most}: inspect the model without digests of tensors"
    );
    Err(Error::new(Kind::Limit, message))
}

/// Bytes that are hashed for a tensor, and those that are read before it is made contiguous. What a view repeats of
/// them does not count: the open has bounded that for all tensors together.
fn work(tensor: &Tensor<'_>) -> u64 {
    let stored = tensor.contents.runs().map(|run| run.len).fold(0, u64::saturating_add);
    let gathered = if tensor.span().is_some() { 0 } else { stored };
    gathered.saturating_add(tensor.byte_len().min(stored))
}

/// The number of each group, with the digest of its tensors: what each thread has done.
fn digest_groups(model: &Model, groups: &[&[usize]]) -> Result<Vec<Vec<(usize, Digest)>>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut digests = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(group) = groups.get(number) else { return Ok(digests) };
            // After an error the other threads need not go on.
            let digest = digest(model, group[0]).inspect_err(|_| next.store(groups.len(), Ordering::Relaxed))?;
            memory::push(&mut digests, (number, digest), DIGESTS)?;
        }
    };
    let count = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        // A system that refuses more threads gets by with fewer: this one works as well.
        let threads: Vec<_> = (1..count).map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let own = work();
        // A panic goes on here: its thread has digests that nobody else makes.
        let others = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        others.chain([own]).collect()
    })
}

fn digest(model: &Model, index: usize) -> Result<Digest> {
    match model.tensors().get(index).and_then(|tensor| tensor.span()) {
        Some(span) => digest_span(model, index, span.len),
        None => Ok(Digest::of(Algorithm::Sha256, &model.bytes(index)?)),
    }
}

fn digest_span(model: &Model, index: usize, len: u64) -> Result<Digest> {
    const BLOCK: u64 = 1 << 20;
    let mut hasher = Hasher::whole(Algorithm::Sha256, len);
    let mut buffer = memory::filled(0, len.min(BLOCK) as usize, DIGESTS)?;
    let mut offset = 0;
    while offset < len {
        let part = &mut buffer[..(len - offset).min(BLOCK) as usize];
        model.read_into(index, offset, part)?;
        hasher.update(part);
        offset += part.len() as u64;
    }
    Ok(hasher.finish())
}
