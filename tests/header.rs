//! `include/weighbridge.h` is generated from `capi/src`, committed, and compared here with what would be generated now; and
//! nothing in it is without a test in C or out of reach of C++.
//!
//! `WEIGHBRIDGE_UPDATE=1 cargo test --test header` writes it anew.

#[path = "header/covered.rs"]
mod covered;
#[path = "header/sections.rs"]
mod sections;

use std::fs;

use sections::{SECTIONS, read, source};

const HEADER: &str = "include/weighbridge.h";

const END: &str = "
#ifdef __cplusplus
}
#endif

#endif /* WEIGHBRIDGE_H */
";

fn generate() -> String {
    let mut header = fs::read_to_string("capi/src/preamble.h").unwrap();
    for section in SECTIONS {
        let path = source(section);
        let mut text = Vec::new();
        read(&path).write(&mut text);
        header.push_str(&heading(&fs::read_to_string(&path).unwrap()));
        header.push_str(&spell(&String::from_utf8(text).unwrap()));
    }
    header + END
}

/// The documentation of a source file, as the heading of its section.
fn heading(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| format!(" *{}", line.replacen(" # ", " ", 1)).trim_end().to_owned());
    format!("\n/* {}\n{}\n */\n\n", "-".repeat(70), lines.collect::<Vec<_>>().join("\n"))
}

/// What cbindgen cannot be told: parentheses around negative constants, 64-bit flags, and the short names of types.
fn spell(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("#define ").and_then(|rest| rest.split_once(' ')) {
        Some((name, value)) if value.starts_with('-') => format!("#define {name} ({value})"),
        Some((name, value)) if ["WB_OPEN_", "WB_CUDA_"].iter().any(|flag| name.starts_with(flag)) => {
            format!("#define {name} (UINT64_C(1) << {})", value.parse::<u64>().unwrap().trailing_zeros())
        }
        _ if line.starts_with("typedef") => line.to_owned(),
        _ => line.replace("struct wb_", "wb_"),
    };
    text.trim_start().lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let generated = generate();
    if std::env::var_os("WEIGHBRIDGE_UPDATE").is_some() {
        fs::write(HEADER, &generated).unwrap();
    }
    let committed = fs::read_to_string(HEADER).unwrap_or_default();
    let difference = committed.lines().zip(generated.lines()).find(|(old, new)| old != new);
    assert!(committed == generated, "run `cargo xtask header`; first difference: {difference:?}");
}
