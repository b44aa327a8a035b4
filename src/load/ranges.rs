//! How checks are cut into the ranges that a pass hashes: what several checks need is hashed once, and files are not hashed any
//! number of times.

use super::checks::{CHECKS, Check, Checks, HashRange};
use super::payload::PayloadFile;
use crate::digest::{Algorithm, BLOCK};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;

/// How many times over the bytes of the files may be hashed. Two digests of each file and one of each tensor are three
/// times; tensors that overlap without being the same would make it any number.
const MOST_PASSES: u64 = 8;

/// Bytes that may be hashed whatever the files are like.
const FREE_BYTES: u64 = 64 << 20;

/// Digests of blocks that are kept: those of 32 TiB.
const MOST_BLOCKS: u64 = 8 << 20;

impl Checks {
    /// Cuts the checks into ranges. Refuses to hash the files many times over, before anything grows with it; `cure`
    /// says what the caller can do about that.
    pub(super) fn cut(mut self, files: &[PayloadFile], cure: &str) -> Result<Self> {
        let necessary = self.add_confirmations()?;
        let own = match self.affordable(files, cure) {
            Err(e) if e.kind() == Kind::Limit && necessary < self.list.len() => {
                self.list.truncate(necessary);
                self.affordable(files, cure)?
            }
            own => own?,
        };
        let (first, others) = own.split_at(own.partition_point(|number| (*number as usize) < necessary));
        self.ranges = self.ranges_of(first)?;
        self.necessary = self.ranges.len();
        for range in self.ranges_of(others)? {
            memory::push(&mut self.ranges, range, CHECKS)?;
        }
        Ok(self)
    }

    /// What is hashed for these checks, in the order of storage.
    fn ranges_of(&self, numbers: &[u32]) -> Result<Vec<HashRange>> {
        let ranges = numbers.iter().flat_map(|number| self.list[*number as usize].ranges(*number));
        let mut ranges: Vec<HashRange> = memory::collect(ranges, CHECKS)?;
        sort::sort(&mut ranges);
        Ok(ranges)
    }

    /// The checks that take over no digest from another, if they are not too much work.
    fn affordable(&mut self, files: &[PayloadFile], cure: &str) -> Result<Vec<u32>> {
        self.share()?;
        let own = self.hashed_themselves()?;
        self.check_work(&own, files, cure)?;
        Ok(own)
    }

    /// Finds the checks that need the same digests of the same bytes: many tensors may lie at one place.
    fn share(&mut self) -> Result<()> {
        let key = |number: &u32| {
            let check = &self.list[*number as usize];
            let blocks = check.hashed_blocks();
            (check.file, check.start, check.len, check.algorithm, blocks.start, blocks.end)
        };
        let mut sorted: Vec<u32> = memory::collect(0..self.list.len() as u32, CHECKS)?;
        sort::sort_by_key(&mut sorted, |number| (key(number), *number));
        let groups = sorted.chunk_by(|a, b| key(a) == key(b)).filter(|group| group.len() > 1);
        let pairs = groups.flat_map(|group| group[1..].iter().map(|follower| (group[0], *follower)));
        let mut shared: Vec<(u32, u32)> = memory::collect(pairs, CHECKS)?;
        sort::sort(&mut shared);
        self.shared = shared;
        Ok(())
    }

    /// The checks that take over no digest from another.
    fn hashed_themselves(&self) -> Result<Vec<u32>> {
        let mut takes_over = memory::filled(false, self.list.len(), CHECKS)?;
        self.shared.iter().for_each(|(_, follower)| takes_over[*follower as usize] = true);
        memory::collect((0..self.list.len() as u32).filter(|number| !takes_over[*number as usize]), CHECKS)
    }

    fn check_work(&self, own: &[u32], files: &[PayloadFile], cure: &str) -> Result<()> {
        // What is built from files counts too: tensors do not overlap in it, and it is at most eight times as long as they are.
        let held = files.iter().map(|file| file.source.len()).fold(0, u64::saturating_add);
        let most = held.saturating_mul(MOST_PASSES).saturating_add(FREE_BYTES);
        let hashed = own.iter().map(|number| self.list[*number as usize].hashed_bytes()).fold(0, u64::saturating_add);
        if hashed > most {
            let message = format!(
                "{hashed} bytes would be hashed for files of {held} bytes, because tensors or ranges with checksums overlap; the limit is {most}: {cure}"
            );
            return Err(Error::new(Kind::Limit, message));
        }
        let blocks = self.list.iter().map(|check| u64::from(check.blocks())).fold(0, u64::saturating_add);
        let most = MOST_BLOCKS + self.list.len() as u64;
        if blocks > most {
            let message =
                format!("{blocks} blocks of {BLOCK} bytes would get a digest each; the limit is {most}: {cure}");
            return Err(Error::new(Kind::Limit, message));
        }
        Ok(())
    }
}

impl Check {
    /// Bytes that the pass hashes for it, if it takes over no digest.
    fn hashed_bytes(&self) -> u64 {
        let (blocks, step) = (self.hashed_blocks(), self.step());
        let end = |blocks: u32| u64::from(blocks).saturating_mul(step).min(self.len);
        end(blocks.end) - end(blocks.start)
    }

    /// What one thread hashes in order.
    fn ranges(&self, number: u32) -> impl Iterator<Item = HashRange> {
        let (file, step) = (self.file as u32, self.step());
        let ranges = self.hashed_blocks().map(move |block| {
            let start = self.start + u64::from(block) * BLOCK;
            let end = start.saturating_add(step).min(self.start + self.len);
            HashRange { file, start, end, check: number, block }
        });
        ranges.filter(|range| range.start < range.end)
    }

    /// Bytes of one range.
    fn step(&self) -> u64 {
        if self.algorithm == Algorithm::Blake3 { BLOCK } else { u64::MAX }
    }
}
