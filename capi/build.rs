//! Tells the crate what `wb_build_get_info` says of the build.

use std::env;
use std::process::Command;

fn main() {
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=WEIGHBRIDGE_TARGET={target}");
    println!("cargo::rustc-env=WEIGHBRIDGE_COMPILER={}", compiler().unwrap_or_default());
    println!("cargo::rustc-env=WEIGHBRIDGE_FEATURES={}", features().join(" "));
    println!("cargo::rerun-if-changed=build.rs");
}

/// The features of this build that a program may ask for.
fn features() -> Vec<&'static str> {
    const KNOWN: [&str; 9] = ["safetensors", "onnx", "trial", "check", "cuda", "memo", "stores", "strangers", "small"];
    let is_on = |name: &str| env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some();
    KNOWN.into_iter().filter(|name| is_on(name)).collect()
}

/// The name and version of the compiler, without its commit: a build of the same sources stays the same.
fn compiler() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    Some(version.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}
