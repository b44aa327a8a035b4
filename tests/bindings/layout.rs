//! Constants, and the sizes and offsets of structures, as C has them. `Layout.cs` and `layout.py` print the same of the bindings.

use cbindgen::bindgen::ir::Field;

use crate::interface::{Interface, Item};

/// A program in C that prints a line for each constant, each structure with its size, and each field with its offset and size.
pub fn program(interface: &Interface) -> String {
    let constants = interface.constants().map(|(name, ..)| print(name, &[name]));
    let records = interface.items().map(|item| record(&item));
    let body: String = constants.chain(records).collect();
    format!(
        "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <weighbridge.h>\n\
         int main(void) {{\n{body}  return 0;\n}}\n"
    )
}

fn record(item: &Item) -> String {
    let Item::Record { name, fields, .. } = *item else { return String::new() };
    let fields = fields.iter().map(|Field { name: field, .. }| {
        let (offset, size) = (format!("offsetof({name}, {field})"), format!("sizeof((({name} *)0)->{field})"));
        print(&format!("{name}.{field}"), &[&offset, &size])
    });
    print(name, &[&format!("sizeof({name})")]) + &fields.collect::<String>()
}

fn print(name: &str, values: &[&str]) -> String {
    let arguments: String = values.iter().map(|value| format!(", (long long)({value})")).collect();
    format!("  printf(\"{name}{}\\n\"{arguments});\n", " %lld".repeat(values.len()))
}
