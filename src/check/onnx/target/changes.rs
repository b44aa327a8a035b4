//! What the tables of operators do not show of the changes between their versions.
//!
//! Source: docs/Changelog.md of ONNX, which has the text of every version of every operator.

use crate::check::onnx::schema::Value::{self, Int, Text};

/// A version of an operator that gives other results than the one before, although its inputs and attributes look the same.
pub(super) struct Change {
    pub op: &'static str,
    pub since: i64,
    pub applies: Applies,
    /// How it was before.
    pub before: &'static str,
}

/// Which nodes a change concerns.
pub(super) enum Applies {
    /// Those without an attribute of one of these values.
    Unless(&'static str, &'static [Value]),
    /// Those of which this input has more than one element.
    ToList(usize),
}

const FLATTENED: &str =
    "before version 13 the input is flattened at `axis`: the same is meant only if that is -1, and stated";
const ONE_SCALE: &str = "before version 13 there is one scale for the whole tensor";

/// All such versions after the sixth, before which few operators are as they are now.
pub(super) const CHANGES: &[Change] = &[
    Change { op: "DequantizeLinear", since: 13, applies: Applies::ToList(1), before: ONE_SCALE },
    Change {
        op: "GridSample",
        since: 20,
        applies: Applies::Unless("mode", &[Text("nearest")]),
        before: "before version 20 the modes `linear` and `cubic` are called `bilinear` and `bicubic`",
    },
    Change { op: "Hardmax", since: 13, applies: Applies::Unless("axis", &[Int(-1)]), before: FLATTENED },
    Change { op: "LogSoftmax", since: 13, applies: Applies::Unless("axis", &[Int(-1)]), before: FLATTENED },
    Change { op: "QuantizeLinear", since: 13, applies: Applies::ToList(1), before: ONE_SCALE },
    Change {
        op: "RoiAlign",
        since: 16,
        applies: Applies::Unless("coordinate_transformation_mode", &[Text("output_half_pixel")]),
        before: "before version 16 the coordinates are those of `output_half_pixel`",
    },
    Change { op: "Softmax", since: 13, applies: Applies::Unless("axis", &[Int(-1)]), before: FLATTENED },
];

/// What an attribute has to be to say no more than what versions do that lack it.
pub(super) enum Same {
    Value(Value),
    /// A list of ones.
    Ones,
}

/// Attributes that say what older versions do, beside those that have their default.
pub(super) const SAME: &[(&str, &str, Same)] = &[
    // "If not present, the dilation defaults to 1 along each axis": no default of the schema.
    ("AveragePool", "dilations", Same::Ones),
    ("LpPool", "dilations", Same::Ones),
    ("MaxPool", "dilations", Same::Ones),
    ("RoiAlign", "coordinate_transformation_mode", Same::Value(Text("output_half_pixel"))),
];

/// From this version on, `axis` and `axes` may count from the end.
pub(super) const NEGATIVE_AXES: i64 = 11;

/// Operators of which they always might.
pub(super) const ALWAYS_NEGATIVE: &[&str] = &["Gather", "LpNormalization", "OneHot", "Scatter", "TopK"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::onnx::schema::Op;

    #[test]
    fn the_tables_name_versions_and_attributes_of_operators() {
        for Change { op, since, applies, .. } in CHANGES {
            let schema = Op::find("", op).and_then(|op| op.at(*since)).unwrap();
            assert_eq!(schema.since, *since, "{op}");
            if let Applies::Unless(attribute, _) = applies {
                assert!(schema.attribute(attribute).is_some(), "{op}");
            }
        }
        for (op, attribute, _) in SAME {
            assert!(Op::find("", op).unwrap().at(i64::MAX).unwrap().attribute(attribute).is_some(), "{op}");
        }
        assert!(ALWAYS_NEGATIVE.iter().all(|op| Op::find("", op).is_some()));
    }
}
