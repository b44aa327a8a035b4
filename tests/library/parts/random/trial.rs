//! Tensors that no format of this release can hold: views of all kinds, and tensors in pieces of several files. They are described in
//! the format `trial`, which is made for that.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use weighbridge::DType;

use super::{Files, Made, Random};

/// Types whose elements have an address each.
const DTYPES: &[DType] = &[
    DType::U8,
    DType::BOOL,
    DType::I8,
    DType::I16,
    DType::I32,
    DType::I64,
    DType::F16,
    DType::BF16,
    DType::F32,
    DType::F32,
    DType::F64,
    DType::C64,
    DType::C128,
    DType::F8_E4M3,
];

/// How elements are stored.
#[derive(Clone, Copy, Default)]
struct Encoding {
    big: bool,
    conj: bool,
    neg: bool,
}

impl Encoding {
    fn random(random: &mut Random, dtype: DType) -> Self {
        let is_float = matches!(dtype, DType::F16 | DType::BF16 | DType::F32 | DType::F64 | DType::C64 | DType::C128);
        let is_signed = is_float || matches!(dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64);
        Self {
            big: random.chance(30),
            conj: is_complex(dtype) && random.chance(40),
            neg: is_signed && random.chance(20),
        }
    }

    fn words(self) -> Vec<&'static str> {
        let all = [(self.big, "big"), (self.conj, "conj"), (self.neg, "neg")];
        all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word).collect()
    }

    /// The element that is stored so.
    fn decode(self, dtype: DType, stored: &[u8]) -> Vec<u8> {
        let parts = if is_complex(dtype) { 2 } else { 1 };
        let mut plain = Vec::new();
        for (number, part) in stored.chunks(stored.len() / parts).enumerate() {
            let mut part = part.to_vec();
            if self.big {
                part.reverse();
            }
            let flips = (self.conj && number == 1) != self.neg;
            let is_integer = matches!(dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64);
            if flips && is_integer {
                let mut bytes = [if part[part.len() - 1] & 0x80 == 0 { 0 } else { 0xff }; 8];
                bytes[..part.len()].copy_from_slice(&part);
                let (negative, len) = (i64::from_le_bytes(bytes).wrapping_neg().to_le_bytes(), part.len());
                part.copy_from_slice(&negative[..len]);
            } else if flips {
                *part.last_mut().unwrap() ^= 0x80;
            }
            plain.extend(part);
        }
        plain
    }
}

fn is_complex(dtype: DType) -> bool {
    matches!(dtype, DType::C64 | DType::C128)
}

/// The files with the data while they are made.
struct Data {
    files: Vec<Vec<u8>>,
}

impl Data {
    /// A place for `len` bytes.
    fn place(&self, random: &mut Random, len: usize) -> (usize, usize) {
        let file = random.below(self.files.len());
        let file = if self.files[file].len() < len { 0 } else { file };
        (file, random.below(self.files[file].len() - len + 1))
    }

    fn element(&self, (file, offset): (usize, usize), at: usize, bytes: usize) -> &[u8] {
        &self.files[file][offset + at * bytes..][..bytes]
    }
}

/// Every index of a shape, in row-major order.
fn indices(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let total: usize = shape.iter().product();
    (0..total).map(|mut number| {
        let mut index: Vec<usize> = shape
            .iter()
            .rev()
            .map(|dim| {
                let at = number % dim;
                number /= dim;
                at
            })
            .collect();
        index.reverse();
        index
    })
}

fn dot(index: &[usize], strides: &[usize]) -> usize {
    index.iter().zip(strides).map(|(index, stride)| index * stride).sum()
}

fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    (1..shape.len()).rev().for_each(|dim| strides[dim - 1] = strides[dim] * shape[dim]);
    strides
}

fn shape(random: &mut Random) -> Vec<usize> {
    match random.below(12) {
        0 => vec![],
        1 => vec![1 + random.below(50_000)],
        2 => vec![1 + random.below(300), 1 + random.below(300)],
        3 => vec![2 + random.below(4), 1 + random.below(70), 1 + random.below(90)],
        // More than one slab of most types.
        4 => vec![1000 + random.below(500), 300 + random.below(200)],
        _ => (0..1 + random.below(4)).map(|_| random.of(&[1, 2, 3, 4, 5, 7, 8, 16, 17])).collect(),
    }
}

/// One run, perhaps with gaps, in another order of dimensions, or with elements that stand for several.
fn view(random: &mut Random, data: &Data, dtype: DType, shape: &[usize]) -> (Value, Vec<u8>) {
    let bytes = dtype.bytes_of(1).unwrap() as usize;
    let mut order: Vec<usize> = (0..shape.len()).collect();
    if random.chance(70) {
        (0..shape.len()).for_each(|at| order.swap(at, random.below(shape.len())));
    }
    let (mut strides, mut stride) = (vec![0; shape.len()], random.of(&[1, 1, 1, 2]));
    for dim in order.into_iter().rev() {
        if random.chance(10) && shape.iter().product::<usize>() < 100_000 {
            continue;
        }
        strides[dim] = stride;
        stride = stride * shape[dim] + random.of(&[0, 0, 0, 1, 5]);
    }
    let last: usize = shape.iter().zip(&strides).map(|(dim, stride)| (dim - 1) * stride).sum();
    let len = (last + 1) * bytes;
    if len > data.files[0].len() {
        return piece_by_piece(random, data, dtype, shape);
    }
    let place = data.place(random, len);
    let encoding = Encoding::random(random, dtype);
    let elements = indices(shape).map(|index| data.element(place, dot(&index, &strides), bytes));
    let plain = elements.flat_map(|element| encoding.decode(dtype, element)).collect();
    let run = json!({"file": place.0, "offset": place.1, "len": len});
    (json!({"strides": strides, "encoding": encoding.words(), "runs": [run]}), plain)
}

/// Boxes anywhere in the files.
fn piece_by_piece(random: &mut Random, data: &Data, dtype: DType, shape: &[usize]) -> (Value, Vec<u8>) {
    let bytes = dtype.bytes_of(1).unwrap() as usize;
    let mut boxes = vec![(vec![0; shape.len()], shape.to_vec())];
    for _ in 0..random.below(6) {
        let (start, dims): (Vec<usize>, Vec<usize>) = boxes.swap_remove(random.below(boxes.len()));
        let dim = random.below(shape.len());
        if dims.get(dim).is_none_or(|dim| *dim < 2) {
            boxes.push((start, dims));
            continue;
        }
        let at = 1 + random.below(dims[dim] - 1);
        let (mut low, mut high) = ((start.clone(), dims.clone()), (start, dims));
        low.1[dim] = at;
        (high.0[dim], high.1[dim]) = (high.0[dim] + at, high.1[dim] - at);
        boxes.extend([low, high]);
    }
    let encoding = Encoding::random(random, dtype);
    let (mut plain, mut runs) = (vec![0; shape.iter().product::<usize>() * bytes], Vec::new());
    let to = row_major(shape);
    for (start, dims) in boxes {
        let len = dims.iter().product::<usize>() * bytes;
        let place = data.place(random, len);
        let from = row_major(&dims);
        for index in indices(&dims) {
            let absolute: Vec<usize> = index.iter().zip(&start).map(|(index, start)| index + start).collect();
            let element = encoding.decode(dtype, data.element(place, dot(&index, &from), bytes));
            plain[dot(&absolute, &to) * bytes..][..bytes].copy_from_slice(&element);
        }
        runs.push(json!({"file": place.0, "offset": place.1, "len": len, "start": start, "shape": dims}));
    }
    (json!({"encoding": encoding.words(), "runs": runs}), plain)
}

fn span(random: &mut Random, data: &Data, dtype: DType, shape: &[usize]) -> (Value, Vec<u8>) {
    let len = dtype.bytes_of(shape.iter().product::<usize>() as u64).unwrap() as usize;
    let (file, offset) = data.place(random, len);
    let plain = data.files[file][offset..offset + len].to_vec();
    (json!({"runs": [{"file": file, "offset": offset, "len": len}]}), plain)
}

impl Files {
    /// A made model of views, tensors in pieces and plain tensors, most of which share bytes.
    pub fn trial(random: &mut Random) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let count = 1 + random.below(3);
        let largest = random.of(&[300_000, 300_000, 300_000, 9_000_000]);
        let files = (0..count).map(|number| random.bytes(if number == 0 { largest } else { 100_000 }));
        let data = Data { files: files.collect() };
        let (mut tensors, mut entries) = (Vec::new(), Vec::new());
        for number in 0..1 + random.below(6) {
            let (dtype, shape) = match random.below(8) {
                0 => (DType::Q8_0, vec![1 + random.below(20), 32 * random.below(30)]),
                _ => {
                    let dtype = random.of(DTYPES);
                    let fits = |shape: &Vec<usize>| {
                        dtype.bytes_of(shape.iter().product::<usize>() as u64).unwrap() as usize <= largest / 2
                    };
                    (dtype, Some(shape(random)).filter(fits).unwrap_or_else(|| vec![3, 4]))
                }
            };
            let (mut entry, bytes) = match random.below(5) {
                _ if dtype == DType::Q8_0 => span(random, &data, dtype, &shape),
                0 => span(random, &data, dtype, &shape),
                1 | 2 => piece_by_piece(random, &data, dtype, &shape),
                _ => view(random, &data, dtype, &shape),
            };
            let name = format!("{}.{number}.{}", random.of(&["a", "b", "c"]), random.of(&["w", "v"]));
            (entry["name"], entry["dtype"], entry["shape"]) = (json!(name), json!(dtype.name()), json!(shape));
            entries.push(entry);
            let shape = shape.iter().map(|dim| *dim as u64).collect();
            tensors.push(Made { name, dtype, number: 0, shape, offset: None, bytes });
        }
        let name = |number: usize| format!("data{number}.bin");
        let names: Vec<String> = (0..count).map(name).collect();
        let path = folder.path().join("model.trial");
        // The key that the format is known by comes first.
        let rest = json!({"files": names, "tensors": entries}).to_string();
        fs::write(&path, format!("{{\"trial\": 1, {}", &rest[1..])).unwrap();
        let mut files: Vec<(PathBuf, usize, usize)> = Vec::new();
        for (name, bytes) in names.iter().zip(&data.files) {
            fs::write(folder.path().join(name), bytes).unwrap();
            files.push((folder.path().join(name), 0, bytes.len()));
        }
        Self { _folder: folder, path, tensors, data: files, is_onnx: false, is_trial: true }
    }
}
