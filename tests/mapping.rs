//! Files are mapped only for who wants a pointer: the library itself reads them.

#![cfg(target_os = "linux")] // The kernel is asked what is mapped.

use std::fs;
use std::path::Path;

use weighbridge::check::{CheckOptions, check};
use weighbridge::write::Manifests;
use weighbridge::{Context, Model, OpenOptions, PlanOptions, Policy, Target};

/// A copy of a golden folder, with a name that nothing else in this process has.
fn copy(folder: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// How many maps this process has of files in the folder.
fn maps_of(folder: &Path) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines().filter(|line| line.contains(folder.to_str().unwrap())).count()
}

#[test]
fn nothing_but_a_view_maps_a_file() {
    for golden in ["tests/golden/tiny-llama", "tests/onnx/golden/external/everywhere"] {
        let folder = copy(golden);
        let load = |model: &Model, target| model.load(&PlanOptions { target, ..PlanOptions::default() }).unwrap();
        for policy in [Policy::IfPresent, Policy::None] {
            let options = OpenOptions { policy, ..OpenOptions::default() };
            let model = Model::open(folder.path(), &options, &Context::new().with_threads(2)).unwrap();
            for tensor in model.tensors().iter() {
                assert!(model.alignment(&tensor) > 0);
            }
            for asset in model.assets() {
                model.asset(asset).unwrap();
            }
            check(&model, &CheckOptions::default()).unwrap();
            model.verify().unwrap();
            Manifests::of(&model).unwrap();
            load(&model, Target::None);
            load(&model, Target::Host);
            model.read_into(0, 0, &mut [0]).unwrap();
            assert_eq!(maps_of(folder.path()), 0, "{golden}");

            let stored = model.tensors().iter().position(|tensor| model.place(&tensor).offset.is_some()).unwrap();
            let view = model.view(stored).unwrap();
            assert_eq!(maps_of(folder.path()), 1, "{golden}: only the file of the tensor");
            let weights = model.files().filter(|file| !file.is_empty()).count();
            let views = load(&model, Target::View);
            assert!((1..=weights).contains(&maps_of(folder.path())));
            drop(model);
            assert_eq!(views.get(stored).unwrap().bytes().unwrap(), view);
            drop((views, view));
            assert_eq!(maps_of(folder.path()), 0, "{golden}: maps end with their last user");
        }
    }
}
