//! Random models on the disk.

#[path = "trial.rs"]
mod trial;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use weighbridge::write::Manifests;
use weighbridge::{Context, DType, Model, OpenOptions, Policy};

use crate::protobuf::{field, number};

/// SplitMix64: the same cases for the same seed, everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }
}

/// Types, with their numbers in ONNX.
const DTYPES: &[(DType, u64)] = &[
    (DType::U8, 2),
    (DType::I16, 5),
    (DType::I64, 7),
    (DType::F32, 1),
    (DType::F32, 1),
    (DType::F32, 1),
    (DType::F16, 10),
    (DType::BF16, 16),
    (DType::BF16, 16),
    (DType::F64, 11),
    (DType::F8_E4M3, 17),
    (DType::F8_E5M2, 19),
    (DType::F4, 23),
    (DType::C128, 15),
];

/// Where in the data something is: a multiple of this for the file, and the position in that.
pub const FILE: usize = 1 << 40;

/// A tensor of a made model.
#[derive(Debug, Clone)]
pub struct Made {
    pub name: String,
    pub dtype: DType,
    number: u64,
    pub shape: Vec<u64>,
    /// Where it is in the data, see [`FILE`]; `None`: its bytes are its own, in the model file.
    pub offset: Option<usize>,
    pub bytes: Vec<u8>,
}

/// A made model on the disk.
pub struct Files {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    pub tensors: Vec<Made>,
    /// The files with the data, where in each they begin, and how many bytes they are.
    pub data: Vec<(PathBuf, usize, usize)>,
    pub is_onnx: bool,
    /// The tensors are views and pieces.
    pub is_trial: bool,
}

fn shape(random: &mut Random, dtype: DType, room: usize) -> Vec<u64> {
    let small = |random: &mut Random| random.of(&[0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 12, 16]);
    let element = |elements: u64| dtype.bytes_of_padded(elements).unwrap_or(0) as usize;
    let shape: Vec<u64> = match random.below(10) {
        0..5 => (0..random.below(5)).map(|_| small(random)).collect(),
        5 => vec![1 + random.below(40) as u64, 1 + random.below(3000) as u64],
        6 => vec![1 + random.below(5) as u64, 1 + random.below(4) as u64, 1 + random.below(700_000) as u64],
        7 => vec![1 + random.below(60_000) as u64, 1 + random.below(6) as u64],
        8 => vec![1 + random.below(6_000_000) as u64],
        _ => vec![1 + random.below(6) as u64, 2 + random.below(30) as u64, 1 + random.below(60_000) as u64],
    };
    // Rows and gaps that are larger than a block.
    let shape = if room > 1_000_000 && random.chance(25) {
        vec![2 + random.below(3) as u64, 2 + random.below(4) as u64, 20_000 + random.below(60_000) as u64]
    } else {
        shape
    };
    let elements: u64 = shape.iter().product();
    if element(elements) > room { (0..random.below(5)).map(|_| small(random)).collect() } else { shape }
}

impl Files {
    pub fn random(random: &mut Random) -> Self {
        let is_onnx = random.chance(40);
        let room = random.of(&[2_000, 20_000, 100_000, 100_000, 400_000, 2_000_000, 4_000_000, 12_000_000]);
        let room = if room == 12_000_000 && random.chance(50) { 50_000 } else { room };
        let count = if random.chance(3) { 100 + random.below(1500) } else { 1 + random.below(12) };
        let mut tensors = Vec::new();
        let mut left = room;
        for number in 0..count {
            let (mut dtype, code) = random.of(DTYPES);
            if !is_onnx && dtype == DType::C128 {
                dtype = DType::F64;
            }
            let mut shape = shape(random, dtype, left);
            if is_onnx && dtype == DType::C128 && shape.contains(&0) {
                shape = vec![2];
            }
            let elements: u64 = shape.iter().product();
            let len = match dtype.bytes_of(elements) {
                Some(len) => len,
                None if is_onnx => dtype.bytes_of_padded(elements).unwrap(),
                None => {
                    shape = vec![2, 6];
                    6
                }
            } as usize;
            left = left.saturating_sub(len);
            let name = format!("{}.{number}.{}", random.of(&["a", "b", "c"]), random.of(&["w", "v"]));
            tensors.push(Made { name, dtype, number: code, shape, offset: Some(len), bytes: Vec::new() });
        }
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        if is_onnx { Self::onnx(random, folder, tensors) } else { Self::safetensors(random, folder, tensors) }
    }

    fn safetensors(random: &mut Random, folder: tempfile::TempDir, mut tensors: Vec<Made>) -> Self {
        let shards = random.of(&[1, 1, 1, 1, 2, 3]).min(tensors.len());
        let each = tensors.len().div_ceil(shards);
        let count = tensors.len().div_ceil(each);
        let mut data = Vec::new();
        for (shard, tensors) in tensors.chunks_mut(each).enumerate() {
            let name = format!("model-{:05}-of-{count:05}.safetensors", shard + 1);
            data.push(Self::shard(random, folder.path().join(name), tensors, shard * FILE));
        }
        let path = if count == 1 { data[0].0.clone() } else { folder.path().to_owned() };
        Self { _folder: folder, data, path, tensors, is_onnx: false, is_trial: false }
    }

    fn shard(random: &mut Random, path: PathBuf, tensors: &mut [Made], base: usize) -> (PathBuf, usize, usize) {
        let total: usize = tensors.iter().map(|tensor| tensor.offset.unwrap()).sum();
        let data = random.bytes(total);
        let mut at = 0;
        let mut entries = Vec::new();
        for tensor in tensors {
            let len = tensor.offset.replace(base + at).unwrap();
            tensor.bytes = data[at..at + len].to_vec();
            entries.push(format!(
                r#""{}":{{"dtype":"{}","shape":{:?},"data_offsets":[{at},{}]}}"#,
                tensor.name,
                tensor.dtype.name(),
                tensor.shape,
                at + len
            ));
            at += len;
        }
        let mut header = format!("{{{}}}", entries.join(","));
        header.extend((0..random.below(9)).map(|_| ' '));
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        let start = file.len();
        file.extend(&data);
        fs::write(&path, file).unwrap();
        (path, start, total)
    }

    /// Tensors lie anywhere in one file of external data, and often share bytes.
    fn onnx(random: &mut Random, folder: tempfile::TempDir, mut tensors: Vec<Made>) -> Self {
        let total: usize = tensors.iter().map(|tensor| tensor.offset.unwrap()).sum::<usize>() + random.below(3) * 5000;
        let data = random.bytes(total);
        let mut at = 0;
        let sharing = random.of(&[0, 30, 80]);
        for number in 0..tensors.len() {
            let len = tensors[number].offset.unwrap();
            let mut offset = if random.chance(sharing) { random.below(total - len + 1) } else { at };
            if random.chance(sharing) && random.chance(50) && number > 0 {
                // The same bytes as another: a tied tensor.
                let other = tensors[random.below(number)].clone();
                if let Some(same) = other.offset {
                    tensors[number] = Made { name: tensors[number].name.clone(), ..other };
                    offset = same;
                }
            }
            let tensor = &mut tensors[number];
            let len = tensor.dtype.bytes_of_padded(tensor.shape.iter().product()).unwrap() as usize;
            offset = offset.min(total - len);
            tensor.offset = Some(offset);
            tensor.bytes = data[offset..offset + len].to_vec();
            if random.chance(8) {
                tensor.offset = None;
                tensor.bytes = random.bytes(len);
            }
            at = (offset + len + random.of(&[0, 0, 1, 3, 64, 4000, 5000])).min(total);
        }
        let path = folder.path().join("model.onnx");
        let data_path = folder.path().join("data.bin");
        fs::write(&data_path, &data).unwrap();
        fs::write(&path, onnx_model(random, &tensors)).unwrap();
        Self { _folder: folder, data: vec![(data_path, 0, total)], path, tensors, is_onnx: true, is_trial: false }
    }

    pub fn made(&self, name: &str) -> &Made {
        self.tensors.iter().find(|made| made.name == name).unwrap()
    }

    /// A place in the data, if there are any.
    pub fn place(&self, random: &mut Random) -> Option<usize> {
        let file = random.below(self.data.len());
        let len = self.data[file].2;
        (len > 0).then(|| file * FILE + random.below(len))
    }

    /// Flips a bit of the data at `position`.
    pub fn damage(&mut self, position: usize) {
        let (path, start, _) = &self.data[position / FILE];
        let mut file = fs::read(path).unwrap();
        file[start + position % FILE] ^= 0x10;
        fs::write(path, file).unwrap();
        for tensor in &mut self.tensors {
            if let Some(at) = position.checked_sub(tensor.offset.unwrap_or(usize::MAX))
                && at < tensor.bytes.len()
            {
                tensor.bytes[at] ^= 0x10;
            }
        }
    }
}

fn onnx_model(random: &mut Random, tensors: &[Made]) -> Vec<u8> {
    let tensors = tensors.iter().map(|made| field(5, onnx_tensor(random, made)));
    let graph = [field(2, "g"), tensors.collect::<Vec<_>>().concat()].concat();
    [number(1, 8), field(8, number(2, 17)), field(7, graph)].concat()
}

fn onnx_tensor(random: &mut Random, made: &Made) -> Vec<u8> {
    let dims: Vec<_> = made.shape.iter().map(|dim| number(1, *dim)).collect();
    let contents = match made.offset {
        // A list of numbers is no span of any file.
        None if made.dtype == DType::F32 && random.chance(50) => field(4, &made.bytes),
        None => field(9, &made.bytes),
        Some(offset) => {
            let (offset, length) = (offset.to_string(), made.bytes.len().to_string());
            let entries = [("location", "data.bin"), ("offset", &offset), ("length", &length)];
            let entries = entries.map(|(key, value)| field(13, [field(1, key), field(2, value)].concat()));
            [entries.concat(), number(14, 1)].concat()
        }
    };
    [dims.concat(), number(2, made.number), field(8, &made.name), contents].concat()
}

/// What is known of the files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    Nothing,
    Record,
    Checksums,
}

pub fn manifest(path: &Path, known: Known) -> Option<Vec<u8>> {
    if known == Known::Nothing {
        return None;
    }
    let manifests = Manifests::of(&open(path, 0, None)).unwrap();
    Some(if known == Known::Record { manifests.record().unwrap() } else { manifests.checksums() }.into_bytes())
}

pub fn open(path: &Path, threads: usize, manifest: Option<Vec<u8>>) -> Model {
    let policy = if manifest.is_some() { Policy::Required } else { Policy::default() };
    let options = OpenOptions { policy, manifest, ..Default::default() };
    Model::open(path, &options, &Context::new().with_threads(threads)).unwrap_or_else(|e| panic!("{e}"))
}

/// Runs as many cases as there should be, each of which says what has become of it. A third of them at least has to load.
pub fn run_cases(usual: u64, run: impl Fn(u64) -> &'static str) {
    let number = |name: &str, otherwise| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let first = number("WEIGHBRIDGE_RANDOM_SEED", 1);
    let count = number("WEIGHBRIDGE_RANDOM_CASES", usual);
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in first..first + count {
        match catch_unwind(AssertUnwindSafe(|| run(seed))) {
            Ok(outcome) => *outcomes.entry(outcome).or_default() += 1,
            Err(panic) => {
                crate::common::say(&format!("seed {seed}"));
                resume_unwind(panic);
            }
        }
    }
    assert!(outcomes["loaded"] > count / 3, "{outcomes:?}");
}
