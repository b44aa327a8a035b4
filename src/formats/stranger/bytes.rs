//! Files that only the distribution of their bytes tells.

use super::{Sign, Stranger};

/// Zeros, or bytes without any order.
pub(super) fn of(head: &[u8]) -> Option<Stranger> {
    let (what, cure, sign) = match () {
        () if head.len() >= 8 && head.iter().all(|byte| *byte == 0) => {
            ("a file that begins with zeros only", "space was reserved, but the download never filled it", Sign::Zeros)
        }
        () if is_random(head) => (
            "a file of bytes that look random",
            "it may be encrypted or compressed, in a format that is not known here",
            Sign::Distribution,
        ),
        () => return None,
    };
    Some(Stranger { what: what.into(), cure, sign })
}

/// Whether all 256 bytes occur about equally often, by Pearson's chi-squared test. Of random bytes it gives 255 ± 23; of weights,
/// whose exponents or small numbers repeat, thousands.
fn is_random(head: &[u8]) -> bool {
    /// Eight of each byte: with fewer, weights in four bits come close.
    const LEAST: usize = 2048;
    /// Six times the deviation.
    const MOST: usize = 255 + 6 * 23;
    let mut counts = [0_usize; 256];
    head.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let squares: usize = counts.iter().map(|count| count * count).sum();
    head.len() >= LEAST && 256 * squares / head.len() - head.len() < MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without order, the same in every run (xorshift64, Marsaglia 2003).
    fn numbers() -> impl Iterator<Item = u64> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        std::iter::from_fn(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            Some(state >> 16)
        })
    }

    /// Numbers of the distribution of weights: the sums of twelve that are equally distributed.
    fn weights() -> impl Iterator<Item = f32> {
        let mut uniform = numbers().map(|number| (number % 65_536) as f32 / 65_536.0);
        std::iter::from_fn(move || Some(uniform.by_ref().take(12).sum::<f32>() - 6.0))
    }

    #[test]
    fn random_bytes_are_told_from_weights_of_every_type() {
        let random: Vec<u8> = numbers().map(|number| number as u8).take(4096).collect();
        assert!(is_random(&random) && is_random(&random[..2048]) && !is_random(&random[..2047]));
        let f32s: Vec<u8> = weights().flat_map(f32::to_le_bytes).take(4096).collect();
        let f16s: Vec<u8> = weights().flat_map(|weight| half::f16::from_f32(weight).to_le_bytes()).take(4096).collect();
        let bf16s: Vec<u8> =
            weights().flat_map(|weight| half::bf16::from_f32(weight).to_le_bytes()).take(4096).collect();
        let i8s: Vec<u8> = weights().map(|weight| (weight * 40.0) as i8 as u8).take(4096).collect();
        let mut nibbles = weights().map(|weight| (weight * 2.5 + 8.0).clamp(0.0, 15.0) as u8);
        let i4s: Vec<u8> = std::iter::from_fn(|| Some(nibbles.next()? << 4 | nibbles.next()?)).take(4096).collect();
        for weights in [&f32s, &f16s, &bf16s, &i8s, &i4s] {
            assert!(!is_random(weights) && !is_random(&weights[..2048]));
        }
    }
}
