//! The sections of the C header, and what cbindgen reads in their sources.

use std::path::{Path, PathBuf};

/// The sections of the header in the order in which a newcomer should meet them: one source file each.
pub const SECTIONS: &[&str] = &[
    "text",
    "status",
    "library",
    "error",
    "hooks",
    "cancel",
    "io",
    "threads",
    "host_memory",
    "metrics",
    "context",
    "model",
    "dtype",
    "tensor",
    "quantization",
    "metadata",
    "asset",
    "report",
    "plan",
    "task",
    "start",
    "placement",
    "cuda",
    "graph",
    "node",
    "attribute",
    "value",
    "types",
    "function",
    "signature",
    "findings",
];

/// The source file of a section.
pub fn source(section: &str) -> PathBuf {
    Path::new("capi/src").join(section).with_extension("rs")
}

/// The declarations of a source file.
pub fn read(source: &Path) -> cbindgen::Bindings {
    let config = cbindgen::Config::from_file("cbindgen.toml").unwrap();
    cbindgen::Builder::new().with_config(config).with_src(source).generate().unwrap()
}
