//! Every rule: its name for programs, and how bad it is to break it. `docs/check.md` says what each means.
//!
//! A rule that a reader reports when the model is opened and one that a check reports later stand in the same list.

use super::Severity;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Its name, such as `"onnx.node.arity"`. Stable: programs may decide by it.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
}

macro_rules! rules {
    ($($constant:ident = $severity:ident $id:literal;)*) => {
        $(pub(crate) const $constant: Rule = Rule { id: $id, severity: Severity::$severity };)*

        #[cfg(test)]
        const ALL: &[Rule] = &[$($constant),*];
    };
}

rules! {
    MODEL_METADATA_UNIQUE = Error "onnx.model.metadata_unique";
    MODEL_TRAINING = Info "onnx.model.training";
    FUNCTION_DOMAIN = Error "onnx.function.domain";
    ATTRIBUTE_TYPE = Error "onnx.attribute.type";
    ATTRIBUTE_ONE_VALUE = Error "onnx.attribute.one_value";
    ATTRIBUTE_REFERENCE = Error "onnx.attribute.reference";
    TENSOR_DATA_TYPE = Error "onnx.tensor.data_type";
    EXTERNAL_KEY = Warning "onnx.external.key";
    EXTERNAL_CHECKSUM = Warning "onnx.external.checksum";
    EXTERNAL_OTHER = Warning "onnx.external.other";

    HEADER_WHITESPACE = Warning "safetensors.header.whitespace";
    METADATA_NULL = Warning "safetensors.metadata.null";
    METADATA_DIFFERS = Warning "safetensors.metadata.differs";
    SHARD_ALONE = Warning "safetensors.shard.alone";
    INDEX_TOTAL_SIZE = Warning "safetensors.index.total_size";

    CAST_WITHOUT_SCALE = Warning "load.cast.scale";
    VIEW_WITHOUT_MAP = Warning "load.view.map";
    MODEL_NONE = Warning "model.none";
    MODEL_UNOPENED = Warning "model.unopened";
    MODEL_INCOMPLETE = Warning "model.incomplete";
    MANIFEST_UNREADABLE = Warning "model.manifest.unreadable";
    MANIFEST_OUTDATED = Warning "model.manifest.outdated";
    ASSET_LINK = Warning "model.asset.link";
    ASSET_NAME = Warning "model.asset.name";
    ASSET_SPECIAL = Warning "model.asset.special";
    ASSET_UNUSED = Warning "model.asset.unused";
    FILE_SPARSE = Warning "model.file.sparse";
    FOLDER_UNLISTED = Warning "model.folder.unlisted";
    FORMATS_SEVERAL = Warning "model.formats.several";
    FILES_SEVERAL = Warning "model.files.several";
    TENSORS_NONE = Warning "model.tensors.none";
    PARAMETERS_UNCERTAIN = Warning "model.parameters.uncertain";
    TIED_STORED = Info "model.tied.stored";

    IR_VERSION = Error "onnx.model.ir_version";

    OPSET_MISSING = Error "onnx.opset.missing";
    OPSET_UNEXPECTED = Error "onnx.opset.unexpected";
    OPSET_RANGE = Error "onnx.opset.range";
    OPSET_CONFLICT = Error "onnx.opset.conflict";
    OPSET_DUPLICATE = Warning "onnx.opset.duplicate";
    OPSET_NEWER = Warning "onnx.opset.newer";
    OPSET_PAIR = Info "onnx.opset.pair";

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
    NODE_NAME = Info "onnx.node.name";

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
    TARGET_DOMAIN = Error "onnx.target.domain";
    TARGET_CONTRIB = Info "onnx.target.contrib";

    INITIALIZER_UNUSED = Warning "onnx.initializer.unused";
    INITIALIZER_OVERRIDABLE = Warning "onnx.initializer.overridable";

    CONTROL_FLOW = Warning "onnx.control.flow";
    CONTROL_SHAPE = Info "onnx.control.shape";
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

    WEIGHTS_UNINDEXED = Warning "weights.unindexed";
    WEIGHTS_ALIGNMENT = Info "weights.alignment";
    WEIGHTS_SCALE = Info "weights.scale";
    WEIGHTS_NONFINITE = Warning "weights.nonfinite";
    WEIGHTS_NONFINITE_UNREAD = Info "weights.nonfinite.unread";

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

    /// The rules of the manual: the rows of its tables whose second column says how bad it is to break them.
    fn documented() -> Vec<(&'static str, &'static str)> {
        let rows = include_str!("../../docs/check.md").lines().filter_map(|line| line.strip_prefix("| `"));
        let rows = rows.filter_map(|row| row.split_once("` | "));
        let rows = rows.map(|(id, rest)| (id, rest.split(' ').next().unwrap_or_default()));
        rows.filter(|(_, second)| ["error", "warning", "info"].contains(second))
            .filter(|(id, _)| id.contains('.'))
            .collect()
    }

    #[test]
    fn the_manual_has_these_rules_and_no_others() {
        let mut documented = documented();
        let mut registered: Vec<_> = ALL.iter().map(|rule| (rule.id, rule.severity.name())).collect();
        documented.sort_unstable();
        registered.sort_unstable();
        let missing: Vec<_> = registered.iter().filter(|rule| !documented.contains(rule)).collect();
        assert!(missing.is_empty(), "not in docs/check.md: {missing:?}");
        let unknown: Vec<_> = documented.iter().filter(|rule| !registered.contains(rule)).collect();
        assert!(unknown.is_empty(), "only in docs/check.md: {unknown:?}");
        assert_eq!(documented, registered, "docs/check.md lists a rule twice");
    }

    #[test]
    fn names_are_unique() {
        let ids: BTreeMap<_, _> = ALL.iter().map(|rule| (rule.id, ())).collect();
        assert_eq!(ids.len(), ALL.len());
    }
}
