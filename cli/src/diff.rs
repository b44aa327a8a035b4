//! `weighbridge diff`

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use weighbridge::diff::{Changed, Difference, diff_with};
use weighbridge::error::{Escaped, Printable};
use weighbridge::{Error, Finding, Kind, Model, Policy, Tensor};

use crate::answer::Answer;
use crate::args::Diff;
use crate::console::Console;
use crate::failure::Failure;
use crate::model::{resolve, verify};
use crate::output::{count, thousands};

/// The JSON form, without the list of changed tensors.
#[derive(Serialize)]
struct Description<'a> {
    added: Vec<&'a str>,
    removed: Vec<&'a str>,
    /// How many tensors are the same.
    equal: usize,
    bytes: Bytes,
    /// Bytes that were hashed: manifests state the digests of the others.
    hashed_bytes: u64,
    /// Whether the graphs are the same; absent if neither model has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    graph_equal: Option<bool>,
}

/// Bytes of all tensors, those that they share counted once, and what makes the difference: negative where B has less than A.
#[derive(Serialize)]
struct Bytes {
    a: u64,
    b: u64,
    by_cause: Causes,
}

#[derive(Serialize, Default)]
struct Causes {
    added: i128,
    removed: i128,
    /// Of tensors whose element type is another one.
    dtype: i128,
    /// Of tensors of the same type whose shape is another one.
    shape: i128,
    /// Of tensors of the same type and shape that share their bytes with others in one of the models alone.
    #[serde(skip_serializing_if = "is_zero")]
    sharing: i128,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(bytes: &i128) -> bool {
    *bytes == 0
}

#[derive(Serialize)]
struct ChangedDescription<'a> {
    name: &'a str,
    what: Vec<&'static str>,
    a: TensorDescription<'a>,
    b: TensorDescription<'a>,
}

#[derive(Serialize)]
struct TensorDescription<'a> {
    dtype: &'a str,
    shape: &'a [i64],
    bytes: u64,
}

impl<'a> From<Tensor<'a>> for TensorDescription<'a> {
    fn from(tensor: Tensor<'a>) -> Self {
        Self { dtype: tensor.dtype.name(), shape: tensor.shape, bytes: tensor.byte_len() }
    }
}

pub fn run(args: &Diff, console: &mut Console) -> Result<(), Failure> {
    let policy = args.opening.policy(Policy::IfPresent);
    let mut open = |path: &Path| args.opening.open(&resolve(path)?, policy, console);
    let (a, b) = (open(&args.a)?, open(&args.b)?);
    let mut notes = Vec::new();
    for (path, model) in [(&args.a, &a), (&args.b, &b)] {
        notes.extend(notes_of(path, model));
        if args.opening.asks_for_checks() {
            verify(model, policy, console)?;
        }
    }
    console.tell_notes(&notes);
    let difference = diff_with(&a, &b, console.progress_bar("hashing"))?;
    let description = describe(&a, &b, &difference)?;
    let verdict = match difference.is_empty() {
        true => Ok(()),
        false => Err(Failure::of_model(Error::new(Kind::Mismatch, "the models differ")).silent()),
    };
    let printed = if console.is_human() {
        print(console, (&a, &b), &difference, &description).map_err(Failure::from)
    } else {
        let changed = difference.changed.iter().filter_map(|changed| describe_changed(&a, &b, changed));
        let notes = Some(notes.iter().collect());
        console.answer(Answer { head: &description, list: Some(("changed", changed)), notes, failure: None })
    };
    verdict.and(printed)
}

/// The notes of a model, which name it: there are two.
fn notes_of(path: &Path, model: &Model) -> impl Iterator<Item = Finding> {
    let name = Escaped(&path.to_string_lossy()).to_string();
    model.notes().iter().map(move |note| Finding { message: format!("{name}: {}", note.message), ..note.clone() })
}

fn describe<'a>(a: &'a Model, b: &'a Model, difference: &Difference) -> Result<Description<'a>, Failure> {
    let names = |model: &'a Model, indices: &[usize]| {
        indices.iter().filter_map(|index| model.tensors().get(*index)).map(|tensor| tensor.name).collect()
    };
    let stored = (a.tensors().stored_bytes()?, b.tensors().stored_bytes()?);
    let has_graph = !(a.graphs().is_empty() && b.graphs().is_empty());
    Ok(Description {
        added: names(b, &difference.added),
        removed: names(a, &difference.removed),
        equal: difference.equal,
        bytes: bytes(&stored.0, &stored.1, difference),
        hashed_bytes: difference.hashed_bytes,
        graph_equal: has_graph.then_some(difference.graphs.is_none()),
    })
}

/// What the tensors of both models take, by what each of them adds to those before it.
fn bytes(a: &[u64], b: &[u64], difference: &Difference) -> Bytes {
    let of = |stored: &[u64], index: usize| stored.get(index).map_or(0, |bytes| i128::from(*bytes));
    let total = |stored: &[u64]| stored.iter().copied().fold(0, u64::saturating_add);
    let mut by_cause = Causes {
        added: difference.added.iter().map(|index| of(b, *index)).sum(),
        removed: -difference.removed.iter().map(|index| of(a, *index)).sum::<i128>(),
        ..Causes::default()
    };
    for changed in difference.changed.iter().filter(|changed| changed.dtype || changed.shape) {
        let cause = if changed.dtype { &mut by_cause.dtype } else { &mut by_cause.shape };
        *cause += of(b, changed.b) - of(a, changed.a);
    }
    let (a, b) = (total(a), total(b));
    let Causes { added, removed, dtype, shape, .. } = by_cause;
    by_cause.sharing = i128::from(b) - i128::from(a) - added - removed - dtype - shape;
    Bytes { a, b, by_cause }
}

fn describe_changed<'a>(a: &'a Model, b: &'a Model, changed: &Changed) -> Option<ChangedDescription<'a>> {
    let (of_a, of_b) = (a.tensors().get(changed.a)?, b.tensors().get(changed.b)?);
    Some(ChangedDescription { name: of_a.name, what: changed.what().collect(), a: of_a.into(), b: of_b.into() })
}

fn print(
    out: &mut impl Write,
    (a, b): (&Model, &Model),
    difference: &Difference,
    description: &Description<'_>,
) -> io::Result<()> {
    description.removed.iter().try_for_each(|name| writeln!(out, "removed  {}", Printable(name)))?;
    description.added.iter().try_for_each(|name| writeln!(out, "added    {}", Printable(name)))?;
    for changed in difference.changed.iter().filter_map(|changed| describe_changed(a, b, changed)) {
        let ChangedDescription { name, what, a, b } = changed;
        write!(out, "changed  {}  {}", Printable(name), what.join(", "))?;
        match (a.dtype, a.shape) == (b.dtype, b.shape) {
            true => writeln!(out)?,
            false => writeln!(out, ": {} {:?} to {} {:?}", a.dtype, a.shape, b.dtype, b.shape)?,
        }
    }
    if let Some(place) = &difference.graphs {
        writeln!(out, "the graphs differ: {place}")?;
    }
    let Bytes { a, b, by_cause: Causes { added, removed, dtype, shape, sharing } } = &description.bytes;
    let sharing = if *sharing == 0 { String::new() } else { format!(", by sharing {sharing:+}") };
    writeln!(
        out,
        "{} equal, {} changed, {} removed, {} added",
        count(difference.equal, "tensor"),
        difference.changed.len(),
        difference.removed.len(),
        difference.added.len()
    )?;
    writeln!(
        out,
        "bytes: {} to {}; added {added:+}, removed {removed:+}, by element type {dtype:+}, by shape {shape:+}{sharing}",
        thousands(*a),
        thousands(*b)
    )
}
