//! How much host memory a pass uses beside its target, and how it is shared out.

use super::options::{PlanOptions, Reads, Target};
use crate::error::{Error, Result};

/// The threads of a pass, and the memory of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Staging {
    /// Threads that the context provides; with none the caller works.
    pub(super) threads: usize,
    /// Bytes of one read of what is hashed, and of the scratch memory of each thread.
    pub(super) block: usize,
    /// Bytes of one read of what is not hashed.
    pub(super) unhashed_block: u64,
    /// Bytes of one slot of memory that is sent to a device, written to a file or scattered over an arena; 0 if the
    /// target needs none.
    pub(super) slot: usize,
    /// Slots of each thread.
    slots: usize,
    /// Bytes that are read at once past the page cache, or as the host prefers; 0 if nothing will be.
    pub(super) chunk: usize,
}

/// One slot is filled while the device reads the other.
pub(super) const SLOTS: usize = 2;

/// Bytes of padding that are filled with zeros between two tensors of one block or slot: more would be written, and sent, in
/// vain.
pub(super) const MAX_PADDING: u64 = 4 << 10;

const DEFAULT_ON_HOST: u64 = 8 << 20;
const DEFAULT_WITH_SLOTS: u64 = 128 << 20;
/// Below this, system calls cost more than the bytes they bring.
const MIN_BLOCK: u64 = 64 << 10;
/// A block is read and then hashed: it should still be in the second-level cache of one core.
const MAX_BLOCK: u64 = 512 << 10;
/// Where nothing has to stay in the cache to be hashed, large reads are the fastest.
const MAX_UNHASHED_BLOCK: u64 = 4 << 20;
/// Above this, copies to a device get no faster.
const MAX_SLOT: u64 = 2 << 20;
/// A smaller slot for scattered elements is no faster: it costs more system calls.
const MIN_SCATTERED_SLOT: u64 = 1 << 20;
/// A larger slot for scattered elements is slower: it does not stay in the caches.
const MAX_SCATTERED_SLOT: u64 = 8 << 20;
/// Above this, direct reads get no faster.
const MAX_CHUNK: u64 = 4 << 20;

impl Staging {
    /// Shares the memory that the options allow among as many of `threads` as it is enough for. `preferred` is how many
    /// bytes the files are best read at once, 0 if they do not care. `scattered` is how many bytes the host should have at
    /// hand to bring elements to many places; 0 if all stay together.
    pub(super) fn new(threads: usize, preferred: usize, scattered: u64, options: &PlanOptions) -> Result<Self> {
        let scatters = scattered > 0;
        let slots = match options.target {
            Target::Cuda => SLOTS as u64,
            Target::File => 1,
            _ => u64::from(scatters),
        };
        let may_be_direct = match options.reads {
            Reads::Auto => options.target == Target::Cuda,
            Reads::Buffered => false,
            Reads::Direct => true,
        };
        let chunks = u64::from(may_be_direct || preferred > 0);
        let bytes = match options.staging_bytes {
            0 if options.target == Target::Cuda || scatters => DEFAULT_WITH_SLOTS,
            0 => DEFAULT_ON_HOST,
            bytes => bytes,
        };
        let least = MIN_BLOCK * (1 + slots + chunks);
        if bytes < least {
            let message = format!("{bytes} bytes are too few: expected at least {least}");
            return Err(Error::invalid(message).with_subject("staging_bytes"));
        }
        if (1..MIN_BLOCK).contains(&options.block_bytes) {
            let message = format!("{} bytes are too few: expected at least {MIN_BLOCK}", options.block_bytes);
            return Err(Error::invalid(message).with_subject("block_bytes"));
        }
        let most_of_block = if options.block_bytes == 0 { u64::MAX } else { options.block_bytes };
        let readers = if options.readers == 0 { usize::MAX } else { options.readers };
        let most = usize::try_from(bytes / least).unwrap_or(usize::MAX);
        let threads = threads.min(readers).min(most);
        let each = bytes / threads.max(1) as u64;
        let share = |rest: u64, parts: u64, most: u64| {
            rest.checked_div(parts).map_or(0, |part| part.clamp(MIN_BLOCK, most) & !4095)
        };
        let block = share(each, 1 + slots + chunks, MAX_BLOCK.min(most_of_block));
        let most = if scatters { scattered.clamp(MIN_SCATTERED_SLOT, MAX_SCATTERED_SLOT) } else { MAX_SLOT };
        let slot = share(each - block, slots + chunks, most.min(most_of_block)) * slots.min(1);
        let most = MAX_CHUNK.max(preferred as u64).min(most_of_block);
        let chunk = share(each - block - slots * slot, chunks, most);
        Ok(Self {
            threads,
            block: block as usize,
            unhashed_block: MAX_UNHASHED_BLOCK.min(most_of_block) & !4095,
            slot: slot as usize,
            slots: slots as usize,
            chunk: chunk as usize,
        })
    }

    /// Bytes that the pass uses at most.
    pub(super) fn bytes(&self) -> u64 {
        self.threads.max(1) as u64 * (self.block + self.slots * self.slot + self.chunk) as u64
    }
}
