//! Another version of a model in the places of the one that is loaded: only what differs is read, and all of it or nothing is copied.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use weighbridge::load::{CastRule, SliceRule, Uneven};
use weighbridge::write::Manifests;
use weighbridge::{Context, DType, Error, Kind, Model, OpenOptions, Placement, PlanOptions, Target, Task};

/// A model of these tensors, each of four F32, with the digest of each in a manifest if it shall have one.
fn write(folder: &Path, tensors: &[(&str, [f32; 4])], has_manifest: bool) -> Model {
    write_as(folder, "\"F32\",\"shape\":[2,2]", tensors, has_manifest)
}

/// The same bytes of another type and shape.
fn write_as(folder: &Path, form: &str, tensors: &[(&str, [f32; 4])], has_manifest: bool) -> Model {
    let entry = |(i, (name, _)): (usize, &(&str, [f32; 4]))| {
        format!("\"{name}\":{{\"dtype\":{form},\"data_offsets\":[{},{}]}}", 16 * i, 16 * i + 16)
    };
    let header = format!("{{{}}}", tensors.iter().enumerate().map(entry).collect::<Vec<_>>().join(","));
    let data: Vec<u8> =
        tensors.iter().flat_map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes())).collect();
    let contents = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("model.safetensors"), contents).unwrap();
    if has_manifest {
        let manifests = Manifests::of(&open(folder)).unwrap();
        fs::write(folder.join("weighbridge.json"), manifests.record().unwrap()).unwrap();
    }
    open(folder)
}

fn open(folder: &Path) -> Model {
    Model::open(folder, &OpenOptions::default(), &Context::new()).unwrap()
}

/// What a refit loads, and the placement of that.
fn load_next(model: &Model, current: &Placement, options: &PlanOptions) -> Result<(Vec<String>, Placement), Error> {
    let plan = Arc::new(model.plan_refit(current, options)?);
    let task = Task::start(&plan)?;
    task.wait()?;
    let next = task.finish()?.unwrap();
    let names = next.iter().map(|placed| placed.name.to_owned()).collect();
    Ok((names, next))
}

fn values(placement: &Placement, name: &str) -> Vec<f32> {
    let bytes = placement.find(name).unwrap().bytes().unwrap();
    bytes.chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap())).collect()
}

fn addresses(placement: &Placement) -> Vec<u64> {
    placement.iter().map(|placed| placed.address).collect()
}

const A: [f32; 4] = [1.0, 2.0, 3.0, 4.0];
const B: [f32; 4] = [5.0, 6.0, 7.0, 8.0];
const C: [f32; 4] = [9.0, 10.0, 11.0, 12.0];

#[test]
fn only_tensors_with_other_digests_are_loaded() {
    let root = tempfile::tempdir().unwrap();
    let first = write(&root.path().join("1"), &[("x", A), ("y", B), ("z", C)], true);
    let second = write(&root.path().join("2"), &[("x", A), ("y", C), ("z", C)], true);
    // The order of the file is another.
    let third = write(&root.path().join("3"), &[("z", B), ("x", B), ("y", C)], true);
    let options = PlanOptions::default();
    let current = first.load(&options).unwrap();
    let places = addresses(&current);
    for (model, changed, expected) in [
        (&second, &["y"][..], [A, C, C]),
        (&second, &[], [A, C, C]),
        (&third, &["z", "x"], [B, C, B]),
        (&first, &["x", "y", "z"], [A, B, C]),
    ] {
        let (names, next) = load_next(model, &current, &options).unwrap();
        assert_eq!(names, changed);
        // SAFETY: nobody has a reference to the bytes.
        unsafe { current.refit(&next) }.unwrap();
        assert_eq!(["x", "y", "z"].map(|name| values(&current, name)), expected.map(Vec::from));
        assert_eq!(addresses(&current), places);
    }
}

#[test]
fn without_digests_everything_is_loaded() {
    let root = tempfile::tempdir().unwrap();
    let first = write(&root.path().join("1"), &[("x", A), ("y", B)], true);
    let second = write(&root.path().join("2"), &[("x", A), ("y", B)], false);
    let options = PlanOptions::default();
    let current = first.load(&options).unwrap();
    let (names, next) = load_next(&second, &current, &options).unwrap();
    assert_eq!(names, ["x", "y"]);
    // SAFETY: nobody has a reference to the bytes.
    unsafe { current.refit(&next) }.unwrap();
    // What it has now has no digest either.
    assert_eq!(load_next(&first, &current, &options).unwrap().0, ["x", "y"]);
}

#[test]
fn nothing_is_copied_unless_all_is_right() {
    let root = tempfile::tempdir().unwrap();
    let first = write(&root.path().join("1"), &[("x", A), ("y", B)], true);
    let second = root.path().join("2");
    write(&second, &[("x", B), ("y", C)], true);
    let file = second.join("model.safetensors");
    let mut damaged = fs::read(&file).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&file, damaged).unwrap();
    let current = first.load(&PlanOptions::default()).unwrap();
    let error = load_next(&open(&second), &current, &PlanOptions::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Mismatch);
    assert_eq!((values(&current, "x"), values(&current, "y")), (A.into(), B.into()));
}

#[test]
fn slices_and_casts_have_to_be_the_same() {
    let root = tempfile::tempdir().unwrap();
    let first = write(&root.path().join("1"), &[("x", A), ("y", B)], true);
    let second = write(&root.path().join("2"), &[("x", A), ("y", C)], true);
    let rank = |rank| PlanOptions {
        slices: vec![SliceRule { pattern: "*".to_owned(), dim: 0, rank, world: 2, uneven: Uneven::Refuse }],
        ..PlanOptions::default()
    };
    let current = first.load(&rank(1)).unwrap();
    let (names, next) = load_next(&second, &current, &rank(1)).unwrap();
    assert_eq!(names, ["y"]);
    // SAFETY: nobody has a reference to the bytes.
    unsafe { current.refit(&next) }.unwrap();
    assert_eq!(values(&current, "y"), [11.0, 12.0]);
    let cast = PlanOptions {
        casts: vec![CastRule { pattern: "x".to_owned(), from: None, to: DType::F16 }],
        ..PlanOptions::default()
    };
    let fewer = PlanOptions { include: vec!["x".to_owned()], ..rank(1) };
    for (options, words) in [
        (rank(0), "from element 0 of dimension 0, 1 of them, and the placement has F32 [1, 2] from element 1"),
        (PlanOptions::default(), "it would be placed as F32 [2, 2], and the placement has F32 [1, 2]"),
        (cast, "it would be placed as F16 [2, 2]"),
        (fewer, "the new version has 1 tensors for a placement of 2"),
        (PlanOptions { target: Target::View, ..rank(1) }, "another target"),
    ] {
        let error = load_next(&second, &current, &options).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.to_string().contains(words), "{error}");
    }
    let renamed = write(&root.path().join("3"), &[("x", A), ("w", C)], true);
    let error = load_next(&renamed, &current, &rank(1)).unwrap_err();
    assert!(error.to_string().contains("the placement does not have it"), "{error}");
}

/// The same bytes as another type are other elements.
#[test]
fn a_tensor_that_is_stored_as_another_type_differs() {
    let root = tempfile::tempdir().unwrap();
    let halves =
        |name, dtype| write_as(&root.path().join(name), &format!("\"{dtype}\",\"shape\":[2,4]"), &[("x", A)], true);
    let (first, second) = (halves("1", "F16"), halves("2", "BF16"));
    let options = PlanOptions {
        casts: vec![CastRule { pattern: "*".to_owned(), from: None, to: DType::F32 }],
        ..PlanOptions::default()
    };
    let current = first.load(&options).unwrap();
    assert!(load_next(&first, &current, &options).unwrap().0.is_empty());
    let (names, next) = load_next(&second, &current, &options).unwrap();
    assert_eq!(names, ["x"]);
    // SAFETY: nobody has a reference to the bytes.
    unsafe { current.refit(&next) }.unwrap();
    assert_eq!(values(&current, "x"), values(&second.load(&options).unwrap(), "x"));
}
