//! Memory of the host for some of the tensors, and perhaps for the others.

use weighbridge::load::Destination;
use weighbridge::{Model, Plan, Result, Target};

use super::case::Case;
use super::files::Random;

/// The memory, and how much of it is used.
pub struct Lent {
    /// Not more than is needed of it is lent: the rest must stay as it is.
    memory: Vec<u8>,
    used: usize,
}

impl Lent {
    const ROOM: usize = 4 << 20;
    const UNTOUCHED: u8 = 0xEE;

    pub fn random(random: &mut Random, case: &mut Case, target: Target) -> Self {
        let mut lent = Self { memory: Vec::new(), used: 0 };
        let given = if target == Target::Host { random.of(&[0, 0, 30, 100]) } else { 0 };
        let Ok(expected) = &case.expected else { return lent };
        for one in expected {
            let gap = random.of(&[0, 1, 2, 3, 255, 1000]);
            if random.chance(given) && lent.used + gap + one.bytes.len() < Self::ROOM / 2 {
                let address = lent.take(gap, one.bytes.len());
                // SAFETY: nothing else uses the memory, which outlives the placement.
                case.options
                    .destinations
                    .push(unsafe { Destination::for_tensor(&*one.name, None, address, one.bytes.len() as u64) });
            }
        }
        lent
    }

    fn take(&mut self, gap: usize, bytes: usize) -> u64 {
        if self.memory.is_empty() {
            self.memory = vec![Self::UNTOUCHED; Self::ROOM];
        }
        let start = self.used + gap;
        self.used = start + bytes;
        (self.memory.as_mut_ptr() as u64) + start as u64
    }

    /// Plans the case, now and then with memory for all that has none of its own.
    pub fn plan(&mut self, random: &mut Random, model: &Model, case: &mut Case) -> Result<Plan> {
        let plan = model.plan(&case.options)?;
        let (bytes, alignment) = (plan.device_bytes(None) as usize, case.options.alignment.max(64) as usize);
        if case.options.target != Target::Host || self.used + bytes + alignment >= Self::ROOM || !random.chance(30) {
            return Ok(plan);
        }
        let end = self.take(0, 0) as usize;
        let address = self.take(end.next_multiple_of(alignment) - end, bytes);
        // SAFETY: as above.
        case.options.destinations.push(unsafe { Destination::for_arena(None, address, bytes as u64) });
        model.plan(&case.options)
    }

    /// Nothing but what was lent has been written.
    pub fn check(mut self, destinations: &[Destination]) {
        let start = self.memory.as_ptr() as u64;
        for one in destinations {
            let from = (one.address() - start) as usize;
            self.memory[from..from + one.bytes() as usize].fill(Self::UNTOUCHED);
        }
        assert!(self.memory.iter().all(|byte| *byte == Self::UNTOUCHED), "beside a destination");
    }
}
