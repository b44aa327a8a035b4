//! The memo of a model: which checks need no reading, and what a pass adds.

use std::collections::BTreeSet;

use super::checks::{Check, Item};
use super::payload::{Payload, PayloadFile};
use super::plan::Plan;
use crate::digest::{Algorithm, Digest};
use crate::host::Level;
use crate::storage::Source;
use crate::verify::{Memo, Policy, Recognised, Sight};

/// The memo that the caller gives, and what it counts for.
#[derive(Clone)]
pub(crate) struct UsedMemo {
    pub(crate) memo: Memo,
    /// Whether what it remembers is cover under [`Policy::Required`].
    pub(crate) covers: bool,
}

impl Payload {
    /// By what a file that looks like this is recognised as one of this digest, so that it need not be hashed.
    pub(super) fn recognise(&self, sight: &Sight, algorithm: Algorithm, digest: Digest) -> Option<Recognised> {
        self.counting_memo()?.recognise(sight, algorithm, digest)
    }

    /// How a file looks, where that may save hashing it.
    pub(super) fn sight_of(&self, source: &Source) -> Option<Sight> {
        self.counting_memo().and_then(|_| Sight::of(source))
    }

    fn counting_memo(&self) -> Option<&Memo> {
        let counts = |used: &&UsedMemo| used.covers || self.policy != Policy::Required;
        self.memo.as_ref().filter(counts).map(|used| &used.memo)
    }
}

/// How the files looked before a pass that hashes them; nothing where nobody remembers.
pub(super) fn look(plan: &Plan) -> Vec<(usize, Sight)> {
    if plan.payload.memo.is_none() {
        return Vec::new();
    }
    let hashed =
        plan.checks.list.iter().filter(|check| check.remembered.is_none()).filter_map(|check| match check.item {
            Item::File(file) => Some(file),
            Item::Used(_) | Item::Tensor(_) | Item::Run(_) => None,
        });
    let files: BTreeSet<usize> = hashed.collect();
    files.into_iter().filter_map(|file| Some((file, Sight::of(&plan.files[file].source)?))).collect()
}

/// Adds the files whose digests matched to the memo. That it cannot be written costs a later check, and is told by the log.
pub(super) fn remember<'a>(
    plan: &Plan,
    sights: &[(usize, Sight)],
    matched: impl Iterator<Item = (usize, &'a Check, Digest)>,
) {
    let Some(UsedMemo { memo, .. }) = &plan.payload.memo else { return };
    for (file, check, digest) in matched {
        let Ok(position) = sights.binary_search_by_key(&file, |(file, _)| *file) else { continue };
        let PayloadFile { source, .. } = &plan.files[file];
        memo.remember(&sights[position].1, source, check.algorithm, digest);
    }
    if let Err(e) = memo.save() {
        plan.payload.context.log(Level::Warn, "memo", || e.to_string());
    }
}
