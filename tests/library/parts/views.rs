//! Views and tensors in pieces: made contiguous for every target on the host, compared with a naive model that picks element by element.

use std::fs;
use std::path::Path;

use weighbridge::host::Stage;
use weighbridge::load::FileOptions;
use weighbridge::{Kind, Model, OpenOptions, Placement, PlanOptions, Target};

use super::random::case::{Case, Expected};
use super::random::drive;
use super::random::files::{Files, Known, Random, manifest, open, run_cases};

/// What a placement has of each tensor, wherever that is.
fn placed_bytes(placement: &Placement, file: &Path) -> Vec<Vec<u8>> {
    let written = if placement.target() == Target::File { fs::read(file).unwrap() } else { Vec::new() };
    let bytes_of = |placed: weighbridge::load::Placed<'_>| match placed.bytes() {
        Some(bytes) => bytes.to_vec(),
        None => written[placed.offset as usize..][..placed.len as usize].to_vec(),
    };
    placement.iter().map(bytes_of).collect()
}

fn check(placement: &Placement, expected: &[Expected], file: &Path) {
    assert_eq!(placement.len(), expected.len());
    for ((placed, bytes), expected) in placement.iter().zip(placed_bytes(placement, file)).zip(expected) {
        assert_eq!((placed.name, placed.dtype, placed.shape), (&*expected.name, expected.dtype, &expected.shape[..]));
        let first = bytes.iter().zip(&expected.bytes).position(|(a, b)| a != b);
        assert!(first.is_none() && bytes.len() == expected.bytes.len(), "{} differs from {first:?}", placed.name);
    }
}

/// Sealed memory, where the system has it: std does not.
const SEALED: Target = if cfg!(weighbridge_portable) { Target::Host } else { Target::Sealed };

fn run(seed: u64) -> &'static str {
    let random = &mut Random(seed.wrapping_mul(0x5DEE_CE66_D1CE_4E5B));
    let files = Files::trial(random);
    let target = random.of(&[Target::Host, Target::Host, Target::Host, SEALED, Target::File]);
    let threads = random.of(&[0, 0, 1, 2, 4]);
    let known = random.of(&[Known::Nothing, Known::Record, Known::Checksums]);
    let model = open(&files.path, threads, manifest(&files.path, known));
    let mut case = Case::random(random, &files, &model, target, threads);
    if target == Target::Sealed {
        case.options.alignment = case.options.alignment.min(4096);
    }
    let file = files.path.with_extension("out");
    case.options.file = FileOptions::new(&file);
    let plan = match (model.plan(&case.options), &case.expected) {
        (Ok(plan), _) => plan,
        (Err(error), Err(_)) => {
            assert!(matches!(error.kind(), Kind::Unsupported | Kind::InvalidArgument), "{error}");
            return "refused";
        }
        (Err(error), Ok(_)) => {
            let is_many = error.kind() == Kind::Limit && error.to_string().contains("smaller alignment");
            assert!(is_many || case.accepts(&error), "{error} for {:?}", case.options);
            return "refused";
        }
    };
    let expected = case.expected.as_ref().unwrap_or_else(|what| panic!("{what} is a reason to refuse it"));
    check(&drive(random, plan).unwrap(), expected, &file);
    "loaded"
}

#[test]
fn random_views_are_what_a_naive_model_makes_of_them() {
    run_cases(80, run);
}

#[test]
fn bytes_are_contiguous_also_without_a_load() {
    for seed in 1..30 {
        let files = Files::trial(&mut Random(seed));
        let model = open(&files.path, 0, None);
        for (index, tensor) in model.tensors().iter().enumerate() {
            assert!(model.bytes(index).unwrap() == files.made(tensor.name).bytes, "{} of seed {seed}", tensor.name);
            assert_eq!(tensor.byte_len(), files.made(tensor.name).bytes.len() as u64);
        }
    }
}

/// A model of these tensors, whose data is the bytes 0, 1, 2 and so on.
fn model(tensors: &str, options: &OpenOptions) -> (tempfile::TempDir, Model) {
    model_over(&(0..240).collect::<Vec<u8>>(), tensors, options)
}

fn model_over(data: &[u8], tensors: &str, options: &OpenOptions) -> (tempfile::TempDir, Model) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), data).unwrap();
    fs::write(folder.path().join("m.trial"), format!(r#"{{"trial": 1, "files": ["data"], "tensors": [{tensors}]}}"#))
        .unwrap();
    let model = Model::open(folder.path().join("m.trial"), options, &weighbridge::Context::new()).unwrap();
    (folder, model)
}

const TRANSPOSED: &str =
    r#"{"name": "t", "dtype": "U8", "shape": [2, 3], "strides": [1, 2], "runs": [{"file": 0, "offset": 6, "len": 6}]}"#;

#[test]
fn strides_are_told_and_the_run_can_be_viewed() {
    let (_folder, model) = model(TRANSPOSED, &OpenOptions::default());
    let tensor = model.tensors().get(0).unwrap();
    assert_eq!((tensor.strides(), tensor.byte_len()), (Some(&[1, 2][..]), 6));
    assert_eq!(&*model.view(0).unwrap(), [6, 7, 8, 9, 10, 11], "as stored");
    assert_eq!(&*model.bytes(0).unwrap(), [6, 8, 10, 7, 9, 11], "contiguous");
    assert_eq!(model.read_into(0, 0, &mut [0]).unwrap_err().kind(), Kind::Unsupported);
    let view = PlanOptions { target: Target::View, ..Default::default() };
    assert_eq!(model.load(&view).unwrap_err().kind(), Kind::NotMapped);
}

#[test]
fn the_stride_of_a_single_element_says_nothing() {
    for (shape, strides) in [("[1]", format!("[{}]", i64::MAX)), ("[2, 1, 3]", format!("[1, {}, 2]", i64::MAX))] {
        let len = if shape == "[1]" { 8 } else { 48 };
        let tensor = format!(
            r#"{{"name": "t", "dtype": "I64", "shape": {shape}, "strides": {strides}, "encoding": ["big"],
                "runs": [{{"file": 0, "offset": 8, "len": {len}}}]}}"#
        );
        let (_folder, model) = model(&tensor, &OpenOptions::default());
        let placement = model.load(&PlanOptions { target: Target::Host, ..Default::default() }).unwrap();
        let first = placement.get(0).unwrap().bytes().unwrap();
        assert_eq!(first[..8], [15, 14, 13, 12, 11, 10, 9, 8]);
        assert_eq!(first, &*model.bytes(0).unwrap());
    }
}

#[test]
fn what_a_move_needs_beside_its_target_is_told() {
    let (folder, model) = model(TRANSPOSED, &OpenOptions::default());
    let file = FileOptions::new(folder.path().join("new"));
    for (target, transient) in [(Target::Host, 0), (Target::File, 6)] {
        let plan = model.plan(&PlanOptions { target, file: file.clone(), ..Default::default() }).unwrap();
        let info = plan.info();
        assert_eq!((info.transient_bytes, info.payload_bytes, info.tensors), (transient, 6, 1));
        assert!(info.target_bytes >= 6);
    }
}

#[test]
fn scattered_tensors_that_overlap_too_often_are_refused() {
    // Each has two elements at both ends of the file.
    let run = format!(r#"{{"file": 0, "offset": 0, "len": {}}}"#, 1 << 20);
    let tensor = |number: usize| {
        let strides = [1, (1 << 20) - 2];
        format!(r#"{{"name": "{number}", "dtype": "U8", "shape": [2, 2], "strides": {strides:?}, "runs": [{run}]}}"#)
    };
    for (count, is_fine) in [(2000, true), (4000, false)] {
        let tensors: Vec<String> = (0..count).map(tensor).collect();
        let (_folder, model) = model_over(&vec![7; 1 << 20], &tensors.join(","), &OpenOptions::default());
        match model.load(&PlanOptions { target: Target::Host, ..Default::default() }) {
            Ok(placement) => assert!(is_fine && placement.iter().all(|tensor| tensor.bytes() == Some(&[7; 4]))),
            Err(error) => assert!(!is_fine && error.kind() == Kind::Limit, "{error}"),
        }
    }
}

#[test]
fn two_tensors_of_one_storage_that_are_changed_differently_are_refused_by_name() {
    let pair = r#"{"name": "a", "dtype": "I16", "shape": [3], "strides": [1], "runs": [{"file": 0, "offset": 0, "len": 6}]},
        {"name": "b", "dtype": "I16", "shape": [3], "strides": [1], "encoding": ["neg"], "runs": [{"file": 0, "offset": 0, "len": 6}]}"#;
    let (_folder, model) = model(pair, &OpenOptions::default());
    let options = PlanOptions { target: Target::Host, ..Default::default() };
    let error = model.load(&options).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(error.to_string().contains("shares bytes with \"b\""), "{error}");
    for index in 0..2 {
        let placement = model.load(&PlanOptions { tensors: vec![index], ..options.clone() }).unwrap();
        assert_eq!(placement.get(0).unwrap().bytes(), Some(&*model.bytes(index).unwrap()));
    }
}

#[test]
fn damage_in_a_run_is_found_whatever_the_elements_become() {
    for seed in 1..40 {
        let random = &mut Random(seed);
        let mut files = Files::trial(random);
        let known = random.of(&[Known::Record, Known::Checksums]);
        let trusted = manifest(&files.path, known);
        let model = open(&files.path, 0, trusted.clone());
        let tensor = model.tensors().get(random.below(model.tensors().len())).unwrap();
        let runs: Vec<_> = tensor.contents.runs().filter(|run| run.len > 0).collect();
        let Some(run) = runs.get(random.below(runs.len())) else { continue };
        let name = tensor.name.to_owned();
        let position = random.below(run.len as usize) + run.offset as usize;
        let place = model.files().nth(run.file as usize).unwrap().path();
        drop(model);
        let file = files.data.iter().position(|(path, ..)| path.to_str() == Some(&*place)).unwrap();
        files.damage(file * (1 << 40) + position);
        let model = open(&files.path, 2, trusted);
        let options = PlanOptions { target: Target::Host, include: vec![name.clone()], ..Default::default() };
        let error = model.load(&options).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), Kind::Mismatch, "{name} of seed {seed}: {error}");
        let index = model.tensors().find(&name).unwrap();
        assert_eq!(model.bytes(index).unwrap_err().kind(), Kind::Unverified);
    }
}

#[test]
fn strides_that_mix_indices_are_refused_where_they_are_too_much_work() {
    // Each dimension steps over little more than the one before: every index has elements on both sides of any byte.
    for (rank, step, is_fine) in [(3, 9 << 20, true), (22, 9 << 20, false), (22, 1 << 10, true)] {
        let strides: Vec<u64> = (0..rank).map(|dim| step + dim).collect();
        let len = strides.iter().sum::<u64>() + 1;
        let run = format!(r#"{{"file": 0, "offset": 0, "len": {len}}}"#);
        let shape = vec![2; rank as usize];
        let tensor =
            format!(r#"{{"name": "t", "dtype": "U8", "shape": {shape:?}, "strides": {strides:?}, "runs": [{run}]}}"#);
        let (folder, _) = model_over(&[], "", &OpenOptions::default());
        let file = fs::File::create(folder.path().join("data")).unwrap();
        file.set_len(len).unwrap();
        let path = folder.path().join("m.trial");
        fs::write(&path, format!(r#"{{"trial": 1, "files": ["data"], "tensors": [{tensor}]}}"#)).unwrap();
        match open(&path, 0, None).load(&PlanOptions { target: Target::Host, ..Default::default() }) {
            Ok(placement) => {
                assert!(is_fine && placement.get(0).unwrap().bytes().unwrap().iter().all(|byte| *byte == 0))
            }
            Err(error) => {
                assert!(!is_fine && error.kind() == Kind::Limit, "{error}");
                assert_eq!(error.site().subject.as_deref(), Some("t"));
            }
        }
    }
}

#[test]
fn several_threads_fill_a_large_tensor_from_all_sides() {
    let (rows, columns) = (1101_u64, 2503_u64);
    let data: Vec<u8> =
        (0..8 + 4 * rows * columns).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let tensor = |name: &str, order: &str, offset: u64| {
        let run = format!(r#"{{"file": 0, "offset": {offset}, "len": {}}}"#, 4 * rows * columns);
        let encoding = if order == "big" { r#""encoding": ["big"], "# } else { "" };
        format!(
            r#"{{"name": "{name}", "dtype": "F32", "shape": [{columns}, {rows}], "strides": [1, {columns}], {encoding}"runs": [{run}]}}"#
        )
    };
    // No border of a block suits the elements of both.
    let both = [tensor("a", "little", 1), tensor("b", "little", 3)].join(",");
    for (tensors, is_big) in [(both, false), (tensor("a", "big", 1), true)] {
        let (folder, _) = model_over(&data, &tensors, &OpenOptions::default());
        let path = folder.path().join("m.trial");
        for (threads, staging_bytes, known) in [
            (0, 1 << 17, Known::Nothing),
            (4, 0, Known::Record),
            (4, 1 << 20, Known::Checksums),
            (2, 0, Known::Nothing),
        ] {
            let model = open(&path, threads, manifest(&path, known));
            let options = PlanOptions { target: Target::Host, staging_bytes, ..Default::default() };
            let placement = model.load(&options).unwrap();
            for (placed, offset) in placement.iter().zip([1, 3]) {
                let (elements, _) = placed.bytes().unwrap().as_chunks::<4>();
                for (number, found) in elements.iter().enumerate() {
                    let (column, row) = (number as u64 / rows, number as u64 % rows);
                    let at = offset + 4 * (row * columns + column) as usize;
                    let mut expected: [u8; 4] = data[at..at + 4].try_into().unwrap();
                    if is_big {
                        expected.reverse();
                    }
                    assert_eq!(*found, expected, "{} at {row}, {column}", placed.name);
                }
            }
            let moved = placement.report().costs().iter().find(|cost| cost.stage == Stage::Move).map(|cost| cost.bytes);
            assert_eq!(moved, Some(placement.iter().map(|placed| placed.len).sum()));
        }
    }
}
