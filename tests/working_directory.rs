//! A model that was opened by a relative path stays that model when the process changes its directory.
//!
//! Alone in its file, because the working directory belongs to the whole process.

use std::{env, fs};

use weighbridge::{Context, Model, OpenOptions, Policy};

#[test]
fn the_working_directory_may_change() {
    let model = Model::open("tests/golden/tiny-llama", &OpenOptions::default(), &Context::new()).unwrap();
    let config = fs::read("tests/golden/tiny-llama/config.json").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::create_dir_all(elsewhere.path().join("tests/golden/tiny-llama")).unwrap();
    fs::write(elsewhere.path().join("tests/golden/tiny-llama/config.json"), "another").unwrap();
    env::set_current_dir(elsewhere.path()).unwrap();
    assert_eq!(model.asset("config.json").unwrap(), config);
    model.verify().unwrap().verdict(Policy::Required).unwrap();
    model.view(0).unwrap();
}
