//! Random options, and a naive model of what comes of them.

use half::{bf16, f16};
use weighbridge::load::{CastRule, Reads, SliceRule, Uneven};
use weighbridge::{DType, Model, PlanOptions, Target};

use super::files::{FILE, Files, Made, Random};

/// What is asked for, and what should come of it.
pub struct Case {
    pub options: PlanOptions,
    /// What is expected for each selected tensor, in order.
    pub expected: Result<Vec<Expected>, &'static str>,
    /// Tensors may share bytes, so that a refusal for that is right.
    pub may_refuse: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    pub name: String,
    pub dtype: DType,
    pub shape: Vec<i64>,
    pub bytes: Vec<u8>,
    /// The bytes that are taken: position in the data and length of each row.
    pub taken: Vec<(usize, usize)>,
    pub is_joined: bool,
    pub is_cast: bool,
    pub payload: u64,
}

/// `*` stands for any text.
pub fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => {
            let Some(rest) = name.strip_prefix(head) else { return false };
            (0..=rest.len()).any(|at| glob(tail, &rest[at..]))
        }
    }
}

pub fn pattern(random: &mut Random, names: &[&str]) -> String {
    let name = random.of(names);
    match random.below(8) {
        0..4 => name.to_owned(),
        4 => "*".to_owned(),
        5 => format!("{}*", &name[..1]),
        6 => format!("*{}", &name[name.len() - 1..]),
        _ => format!("{}*{}", &name[..2], &name[name.len() - 1..]),
    }
}

impl Case {
    pub fn random(random: &mut Random, files: &Files, model: &Model, target: Target, threads: usize) -> Self {
        let all: Vec<&str> = model.tensors().iter().map(|tensor| tensor.name).collect();
        let mut options = PlanOptions { target, ..Default::default() };
        let selected: Vec<&str> = match random.below(4) {
            0 | 1 => all.clone(),
            2 => {
                options.include = (0..1 + random.below(2)).map(|_| pattern(random, &all)).collect();
                let is_in = |name: &&&str| options.include.iter().any(|pattern| glob(pattern, name));
                all.iter().filter(is_in).copied().collect()
            }
            _ => {
                let mut order: Vec<usize> = (0..all.len()).collect();
                (0..order.len()).for_each(|at| order.swap(at, random.below(all.len())));
                order.truncate(1 + random.below(all.len()));
                options.tensors = order;
                options.tensors.iter().map(|index| all[*index]).collect()
            }
        };
        let largest = *selected.iter().max_by_key(|name| files.made(name).bytes.len()).unwrap();
        for _ in 0..random.of(&[0, 1, 1, 2, 3]) {
            let pattern = if random.chance(40) { largest.to_owned() } else { pattern(random, &selected) };
            let of = files.made(selected.iter().find(|name| glob(&pattern, name)).unwrap());
            let dim = if random.chance(95) { random.below(of.shape.len()) } else { random.below(4) };
            let length = of.shape.get(dim).copied().unwrap_or(1);
            let world = match random.below(8) {
                0 => 1,
                1..5 => 2 + random.below(4) as u64,
                5 => length.max(1),
                6 => (length / 2).max(1),
                _ => 1 + random.below(100_000) as u64,
            };
            let rank = random.of(&[0, world - 1, world / 2, random.0 % world]);
            let uneven = if random.chance(85) { Uneven::Spread } else { Uneven::Refuse };
            options.slices.push(SliceRule { pattern, dim, rank, world, uneven });
            if selected.iter().any(|name| expect(files.made(name), &options, true).is_err()) && random.chance(93) {
                options.slices.pop();
            }
        }
        for _ in 0..random.of(&[0, 0, 1, 1, 2]) {
            let pattern = if random.chance(40) { largest.to_owned() } else { pattern(random, &selected) };
            let of = files.made(selected.iter().find(|name| glob(&pattern, name)).unwrap());
            let from = if random.chance(85) { Some(of.dtype) } else { None };
            let to = random.of(&[DType::F32, DType::BF16, DType::F16]);
            options.casts.push(CastRule { pattern, from, to });
            let is_wrong = from.is_some_and(|from| from != to && !can_convert(from, to))
                || selected.iter().any(|name| expect(files.made(name), &options, true).is_err());
            if is_wrong && random.chance(93) {
                options.casts.pop();
            }
        }
        if target == Target::View && random.chance(70) {
            options.casts.clear();
            options.slices.retain(|rule| rule.dim == 0);
        }
        options.alignment = random.of(&[0, 0, 1, 2, 4, 16, 128, 256, 512, 4096, 65_536]);
        options.reads = random.of(&[Reads::Auto, Reads::Buffered, Reads::Direct]);
        options.readers = random.of(&[0, 0, 1, 3]);
        let chunks = u64::from(match options.reads {
            Reads::Auto => target == Target::Cuda,
            Reads::Buffered => false,
            Reads::Direct => true,
        });
        let slots = match target {
            Target::Cuda => 2,
            Target::File => 1,
            // What has strides goes to its place through a buffer.
            _ => u64::from(files.is_trial),
        };
        let least = 65_536 * (1 + chunks + slots);
        options.staging_bytes = match random.below(6) {
            0 | 1 => 0,
            2 | 3 => least,
            4 => least * threads.max(1) as u64 + random.below(1 << 20) as u64,
            _ => least + random.below(8 << 20) as u64,
        };
        // A rule that can convert nothing is refused, whatever it matches.
        let is_idle = |rule: &CastRule| rule.from.is_some_and(|from| from != rule.to && !can_convert(from, rule.to));
        let is_impossible = options.casts.iter().any(is_idle);
        let expected: Result<Vec<_>, _> =
            selected.iter().map(|name| expect(files.made(name), &options, false)).collect();
        let expected = if is_impossible { Err("cast") } else { expected };
        let may_refuse = files.is_trial
            || files.is_onnx
                && expected.as_ref().is_ok_and(|all| {
                    let of = |one: &Expected| one.is_joined || one.is_cast;
                    all.iter().enumerate().any(|(at, one)| {
                        all[..at]
                            .iter()
                            .any(|other| (of(one) || of(other)) && overlap(one, other) && differ(one, other))
                    })
                });
        Self { options, expected, may_refuse }
    }

    /// Whether a refusal for sharing bytes, or for repeating too many, may be right.
    pub fn accepts(&self, error: &weighbridge::Error) -> bool {
        self.may_refuse && error.to_string().contains("shares bytes with")
    }
}

fn differ(one: &Expected, other: &Expected) -> bool {
    one.taken != other.taken || one.dtype != other.dtype || one.is_cast != other.is_cast
}

fn overlap(one: &Expected, other: &Expected) -> bool {
    let extent = |of: &Expected| Some((of.taken.first()?.0, of.taken.last().map(|(at, len)| at + len)?));
    match (extent(one), extent(other)) {
        (Some(a), Some(b)) => a.0 < b.1 && b.0 < a.1,
        _ => false,
    }
}

/// The naive way: cut row by row, convert one by one.
fn expect(made: &Made, options: &PlanOptions, is_dry: bool) -> Result<Expected, &'static str> {
    let slice = options.slices.iter().find(|rule| glob(&rule.pattern, &made.name));
    let cast = options.casts.iter().find(|rule| glob(&rule.pattern, &made.name));
    let mut shape: Vec<i64> = made.shape.iter().map(|dim| *dim as i64).collect();
    let mut rows = vec![(0, made.bytes.len())];
    let mut is_joined = false;
    let mut dtype = made.dtype;
    let is_cast = cast.is_some_and(|rule| made.dtype != rule.to && rule.from.is_none_or(|from| from == made.dtype));
    let to = cast.filter(|_| is_cast).map(|rule| rule.to);
    if let Some(to) = to {
        if !can_convert(made.dtype, to) {
            return Err("cast");
        }
        dtype = to;
    }
    if let Some(rule) = slice.filter(|rule| rule.world != 1) {
        let length = *made.shape.get(rule.dim).ok_or("dim")?;
        if rule.uneven == Uneven::Refuse && length % rule.world != 0 {
            return Err("uneven");
        }
        // As numpy.array_split.
        let start_of = |rank: u64| length / rule.world * rank + rank.min(length % rule.world);
        let (first, end) = (start_of(rule.rank), start_of(rule.rank + 1));
        let inner: u64 = made.shape[rule.dim + 1..].iter().product();
        let outer: u64 = made.shape[..rule.dim].iter().product();
        let whole = |elements: u64| made.dtype.bytes_of(elements * inner).ok_or("border");
        let (stride, from, len) = (whole(length)?, whole(first)?, whole(end - first)?);
        rows = (0..outer).map(|row| ((row * stride + from) as usize, len as usize)).collect();
        is_joined = outer > 1 && len > 0 && len != stride;
        shape[rule.dim] = (end - first) as i64;
        if len == stride {
            rows = vec![(0, made.bytes.len())];
        }
    }
    rows.retain(|row| row.1 > 0 && !is_dry);
    let plain: Vec<u8> = rows.iter().flat_map(|(at, len)| made.bytes[*at..at + len].iter().copied()).collect();
    let payload = plain.len() as u64;
    let bytes = match to {
        None => plain,
        Some(to) => convert(made.dtype, to, &plain),
    };
    // Nothing else uses the bytes of tensors that lie elsewhere.
    let base = made.offset.unwrap_or(FILE << 20);
    let taken = rows.iter().map(|(at, len)| (base + at, *len)).collect();
    let is_cast = is_cast && payload > 0;
    Ok(Expected { name: made.name.clone(), dtype, shape, bytes, taken, is_joined, is_cast, payload })
}

fn can_convert(from: DType, to: DType) -> bool {
    match from {
        DType::F32 => to == DType::F16 || to == DType::BF16,
        DType::F16 | DType::BF16 => to == DType::F32,
        DType::F8_E4M3 | DType::F8_E5M2 | DType::Q8_0 => true,
        _ => false,
    }
}

fn convert(from: DType, to: DType, bytes: &[u8]) -> Vec<u8> {
    let two = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
    let values: Vec<f32> = match from {
        DType::F32 => bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect(),
        DType::F16 => bytes.chunks(2).map(|pair| f16::from_bits(two(pair)).to_f32()).collect(),
        DType::BF16 => bytes.chunks(2).map(|pair| bf16::from_bits(two(pair)).to_f32()).collect(),
        DType::Q8_0 => bytes.chunks(34).flat_map(q8_0).collect(),
        DType::F8_E5M2 => bytes.iter().map(|byte| f16::from_bits(u16::from(*byte) << 8).to_f32()).collect(),
        _ => bytes.iter().map(|byte| e4m3(*byte)).collect(),
    };
    match to {
        DType::F32 => values.iter().flat_map(|value| value.to_bits().to_le_bytes()).collect(),
        DType::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
        _ => values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes()).collect(),
    }
}

fn q8_0(block: &[u8]) -> Vec<f32> {
    let scale = f16::from_bits(u16::from_le_bytes([block[0], block[1]])).to_f32();
    block[2..].iter().map(|q| f32::from(*q as i8) * scale).collect()
}

fn e4m3(code: u8) -> f32 {
    let (exponent, fraction) = (i32::from(code >> 3 & 15), f32::from(code & 7) / 8.0);
    let magnitude = match (exponent, code & 7) {
        (15, 7) => f32::from_bits(0x7ff0_0000),
        (0, _) => fraction * 2f32.powi(-6),
        _ => (1.0 + fraction) * 2f32.powi(exponent - 7),
    };
    f32::from_bits(magnitude.to_bits() | u32::from(code & 0x80) << 24)
}
