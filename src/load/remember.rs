//! The memo of a model: which checks need no reading, and what a pass adds.

use std::collections::BTreeSet;

use super::checks::{Check, InMemo, Item};
use super::payload::{Payload, PayloadFile};
use super::plan::Plan;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
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
        self.memo().filter(counts).map(|used| &used.memo)
    }
}

/// How the files looked before a pass that hashes them; nothing where nobody remembers.
pub(super) fn look(plan: &Plan) -> Vec<(usize, Sight)> {
    if plan.payload.memo().is_none() {
        return Vec::new();
    }
    let hashed =
        plan.checks.list.iter().filter(|check| check.remembered().is_none()).filter_map(|check| match check.item {
            Item::File(file) => Some(file),
            Item::Used(_) | Item::Tensor(_) | Item::Run(_) => None,
        });
    let files: BTreeSet<usize> = hashed.collect();
    files.into_iter().filter_map(|file| Some((file, Sight::settled(&plan.files[file].source)?))).collect()
}

/// Refuses files that were recognised when the load was planned, and have been touched since.
pub(super) fn check_remembered(plan: &Plan) -> Result<()> {
    for check in plan.checks.list.iter().filter(|check| check.remembered().is_some()) {
        let (source, sight) = (&plan.files[check.file].source, plan.checks.sights.get(&check.file));
        if !sight.is_some_and(|sight| sight.as_ref().is_some_and(|sight| sight.is_still(source))) {
            let message = "the file was touched while it was in use, after the memo had recognised it: try again";
            return Err(Error::new(Kind::Mismatch, message).with_path(source.path()));
        }
    }
    Ok(())
}

/// Adds the files that were verified to the memo. That it cannot be written costs a later check, and is told by the log.
pub(super) fn remember<'a>(plan: &Plan, sights: &[(usize, Sight)], verified: impl Iterator<Item = (usize, &'a Check)>) {
    let Some(UsedMemo { memo, .. }) = plan.payload.memo() else { return };
    for (file, check) in verified {
        let Some(InMemo { statement, .. }) = check.memo.as_deref() else { continue };
        let Ok(position) = sights.binary_search_by_key(&file, |(file, _)| *file) else { continue };
        let PayloadFile { source, .. } = &plan.files[file];
        memo.remember(&sights[position].1, source, check.algorithm, *statement);
    }
    if let Err(e) = memo.save() {
        plan.payload.context.log(Level::Warn, "memo", || e.to_string());
    }
}
