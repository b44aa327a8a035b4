//! Where parts meet the borders of blocks and jobs, and where there is nothing to take.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use safetensors::tensor::Dtype;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::load::State;
use weighbridge::write::Manifests;
use weighbridge::{DType, Model, OpenOptions, PlanOptions, Policy, Target, Task};

use super::models::{Made, cast, made, model, open, slice, to_host, write};

/// A model of which every byte has to be checked, by tensor or by file.
fn checked(tensors: &[Made], threads: usize, by_tensor: bool) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write(&path, tensors);
    let manifests = Manifests::of(&open(&path, 4, &OpenOptions::default())).unwrap();
    let manifest = if by_tensor { manifests.record().unwrap() } else { manifests.checksums() };
    let manifest = Some(manifest.into_bytes());
    open(&path, threads, &OpenOptions { policy: Policy::Required, manifest, ..Default::default() })
}

#[test]
fn gaps_between_rows_may_be_larger_than_a_block() {
    let narrow = [made("w", Dtype::U8, &[3, 1 << 20])];
    let wide = [made("w", Dtype::BF16, &[4, 4, 1 << 19])];
    for by_tensor in [true, false] {
        let options = PlanOptions { slices: vec![slice("w", 1, 1, 1 << 14)], ..to_host() };
        let placement = checked(&narrow, 0, by_tensor).load(&options).unwrap();
        let rows = (0..3).flat_map(|row| narrow[0].bytes[(row << 20) + 64..][..64].to_vec());
        assert!(placement.get(0).unwrap().bytes().unwrap() == rows.collect::<Vec<u8>>());

        let slices = vec![slice("w", 1, 1, 2)];
        let plain = PlanOptions { slices, ..to_host() };
        let casts = vec![cast("w", DType::F32)];
        let model = checked(&wide, 2, by_tensor);
        let [plain, converted] = [plain.clone(), PlanOptions { casts, ..plain }].map(|o| model.load(&o).unwrap());
        let words = plain.get(0).unwrap().bytes().unwrap().chunks_exact(2);
        let expected = words.flat_map(|two| half::bf16::from_le_bytes(two.try_into().unwrap()).to_f32().to_le_bytes());
        assert!(converted.get(0).unwrap().bytes().unwrap() == expected.collect::<Vec<u8>>());
    }
}

#[test]
fn parts_of_nothing_have_a_place_and_no_neighbours() {
    let model = model(&[made("e", Dtype::F32, &[0, 100]), made("z", Dtype::F32, &[400])], 0);
    for target in [Target::Host, Target::View] {
        let options = PlanOptions { target, slices: vec![slice("e", 1, 1, 2)], ..Default::default() };
        let placement = model.load(&options).unwrap();
        assert_eq!(placement.iter().count(), 2, "{target:?}");
        assert_eq!(placement.find("e").unwrap().shape, [0, 50], "{target:?}");
    }
    let casts = vec![cast("*", DType::F16)];
    model.load(&PlanOptions { slices: vec![slice("e", 1, 1, 2)], casts, ..to_host() }).unwrap();
}

/// A file of one tensor of zeros, which takes no room on the disk.
fn write_sparse(path: &Path, name: &str, shape: &str, bytes: u64) {
    let header = format!(r#"{{"{name}":{{"dtype":"U8","shape":{shape},"data_offsets":[0,{bytes}]}}}}"#);
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    std::fs::write(path, &file).unwrap();
    let written = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    written.set_len(file.len() as u64 + bytes).unwrap();
}

#[test]
fn jobs_may_lie_between_two_rows_and_be_done_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_sparse(&at("model-00001-of-00002.safetensors"), "w", "[8,268435456]", 2 << 30);
    let second = "model-00002-of-00002.safetensors";
    write_sparse(&at(second), "z", "[41943040]", 40 << 20);
    let digest = Digest::of(Algorithm::Sha256, &std::fs::read(at(second)).unwrap());
    let manifest = Some(format!("{digest}  {second}\n").into_bytes());
    let model = open(folder.path(), 2, &OpenOptions { manifest, ..Default::default() });
    let placement = model.load(&PlanOptions { slices: vec![slice("w", 1, 1, 32)], ..to_host() }).unwrap();
    assert_eq!(placement.find("w").unwrap().len, 64 << 20);
}

/// Any thread may poll while another one steps: it must not see the end while that one has its bytes still in hand.
#[test]
fn a_poll_beside_a_step_is_no_end() {
    let model = model(&[made("a", Dtype::U8, &[1000])], 0);
    let plan = Arc::new(model.plan(&to_host()).unwrap());
    for _ in 0..2000 {
        let task = Task::start(&plan).unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    if task.poll().unwrap() == State::Done {
                        assert!(task.finish().unwrap().is_some());
                        break;
                    }
                }
            });
            while task.step(Duration::ZERO).unwrap() == State::Pending {}
            assert!(task.finish().unwrap().is_some());
            is_over.store(true, Ordering::Relaxed);
        });
    }
}
