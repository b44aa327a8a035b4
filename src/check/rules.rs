//! Every rule: its name for programs, and how bad it is to break it. `docs/check.md` says what each means.

use crate::finding::Severity;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub id: &'static str,
    pub severity: Severity,
}

macro_rules! rules {
    ($($constant:ident = $severity:ident $id:literal;)*) => {
        $(pub(super) const $constant: Rule = Rule { id: $id, severity: Severity::$severity };)*

        #[cfg(test)]
        const ALL: &[Rule] = &[$($constant),*];
    };
}

rules! {
    IR_VERSION = Error "onnx.model.ir_version";

    OPSET_MISSING = Error "onnx.opset.missing";
    OPSET_UNEXPECTED = Error "onnx.opset.unexpected";
    OPSET_RANGE = Error "onnx.opset.range";
    OPSET_CONFLICT = Error "onnx.opset.conflict";
    OPSET_DUPLICATE = Warning "onnx.opset.duplicate";
    OPSET_NEWER = Warning "onnx.opset.newer";
    OPSET_PAIR = Warning "onnx.opset.pair";

    FUNCTION_COUNT = Error "onnx.function.count";
    FUNCTION_NAME = Error "onnx.function.name";
    FUNCTION_DUPLICATE = Error "onnx.function.duplicate";
    FUNCTION_SIGNATURE = Error "onnx.function.signature";
    FUNCTION_OUTPUT = Error "onnx.function.output";
    FUNCTION_CYCLE = Error "onnx.function.cycle";
    FUNCTION_DEPTH = Error "onnx.function.depth";
    FUNCTION_OPSET = Error "onnx.function.opset";
    FUNCTION_CALL = Error "onnx.function.call";
    FUNCTION_IGNORED = Warning "onnx.function.ignored";

    GRAPH_NAME = Error "onnx.graph.name";
    GRAPH_ORDER = Error "onnx.graph.order";
    GRAPH_SSA = Error "onnx.graph.ssa";
    GRAPH_OUTPUT = Error "onnx.graph.output";
    GRAPH_SHADOW = Warning "onnx.graph.shadow";

    VALUE_NAME = Error "onnx.value.name";
    VALUE_TYPE = Error "onnx.value.type";
    VALUE_NESTED = Warning "onnx.value.nested";

    INITIALIZER_NAME = Error "onnx.initializer.name";
    INITIALIZER_DUPLICATE = Error "onnx.initializer.duplicate";
    INITIALIZER_INPUT = Error "onnx.initializer.input";

    NODE_OP = Error "onnx.node.op";
    NODE_EMPTY = Error "onnx.node.empty";
    NODE_DOMAIN = Error "onnx.node.domain";
    NODE_UNKNOWN = Error "onnx.node.unknown";
    NODE_LATER = Error "onnx.node.later";
    NODE_DEPRECATED = Error "onnx.node.deprecated";
    NODE_ARITY = Error "onnx.node.arity";
    NODE_OMITTED = Error "onnx.node.omitted";
    NODE_EXPERIMENTAL = Warning "onnx.node.experimental";
    NODE_CUSTOM = Info "onnx.node.custom";

    ATTRIBUTE_NAME = Error "onnx.attribute.name";
    ATTRIBUTE_DUPLICATE = Error "onnx.attribute.duplicate";
    ATTRIBUTE_UNKNOWN = Error "onnx.attribute.unknown";
    ATTRIBUTE_ERA = Error "onnx.attribute.era";
    ATTRIBUTE_KIND = Error "onnx.attribute.kind";
    ATTRIBUTE_VALUE = Error "onnx.attribute.value";
    ATTRIBUTE_REQUIRED = Error "onnx.attribute.required";
    ATTRIBUTE_UNDECLARED = Warning "onnx.attribute.undeclared";

    SPARSE_VALUES = Error "onnx.sparse.values";
    SPARSE_SHAPE = Error "onnx.sparse.shape";
    SPARSE_INDICES = Error "onnx.sparse.indices";
    SPARSE_UNREAD = Warning "onnx.sparse.unread";

    TARGET_IR = Error "onnx.target.ir";
    TARGET_OPSET = Error "onnx.target.opset";
    TARGET_OP = Error "onnx.target.op";
    TARGET_TYPE = Error "onnx.target.type";
    TARGET_CONVERT = Warning "onnx.target.convert";

    CONTROL_FLOW = Warning "onnx.control.flow";
    CONTROL_GRAPH = Info "onnx.control.graph";

    PRECISION_STASH = Warning "onnx.precision.stash";
    PRECISION_VARIANCE = Warning "onnx.precision.variance";
    PRECISION_EPSILON = Warning "onnx.precision.epsilon";
    PRECISION_CAST = Warning "onnx.precision.cast";

    SIGNATURE = Info "model.signature";
    SIGNATURE_DYNAMIC = Info "model.signature.dynamic";
    SIGNATURE_OUTPUTS = Warning "model.signature.outputs";

    LABELS = Info "model.labels";
    LABELS_MISSING = Warning "model.labels.missing";
    PREPROCESSING = Info "model.preprocessing";
    PREPROCESSING_MISSING = Warning "model.preprocessing.missing";
    FACTS_MISSING = Info "model.facts.missing";

    SIZE = Info "model.size";
    SIZE_DUPLICATE = Warning "model.size.duplicate";
    SIZE_UNREAD = Info "model.size.unread";
    SIZE_INLINE = Info "model.size.inline";
    SIZE_LIMIT = Warning "model.size.limit";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The rules in the tables of the manual: rows that begin with a name in backticks, and then how bad it is.
    fn documented() -> BTreeMap<String, String> {
        let rows = include_str!("../../docs/check.md").lines().filter_map(|line| line.strip_prefix("| `"));
        let rows = rows.filter_map(|row| row.split_once("` | "));
        let rows = rows.filter(|(id, _)| id.starts_with("onnx.") || id.starts_with("model."));
        rows.map(|(id, rest)| (id.to_owned(), rest.split(' ').next().unwrap().to_owned())).collect()
    }

    #[test]
    fn the_manual_has_every_rule() {
        let documented = documented();
        for rule in ALL {
            let severity = documented.get(rule.id).unwrap_or_else(|| panic!("{} is not in docs/check.md", rule.id));
            assert_eq!(severity, rule.severity.name(), "{}", rule.id);
        }
    }

    #[test]
    fn names_are_unique() {
        let ids: BTreeMap<_, _> = ALL.iter().map(|rule| (rule.id, ())).collect();
        assert_eq!(ids.len(), ALL.len());
    }
}
