"""Writes tables.rs: what each version of each operator of ONNX looks like, and what each release of ONNX can express.

    cargo xtask tables

The facts come from the `onnx` package, which is licensed under Apache-2.0.
"""

import itertools

import numpy as np
import onnx
from onnx import checker, defs, helper

RELEASE = "1.23.2"
UNBOUNDED = 2**31 - 1
# Operators that function bodies use to adapt types and that say nothing about how the operator is made.
PLUMBING = {"Constant", "CastLike", "Cast", "Identity"}

HEAD = f"""\
//! The operators and releases of ONNX. Made by `cargo xtask tables` from onnx {RELEASE} (Apache-2.0): do not edit.

use super::schema::Formal::{{Optional as O, Single as S, Variadic as V}};
use super::schema::Need::{{Default as D, Optional as N, Required as R}};
use super::schema::Value::{{Float as F, Int as I, Ints as L, Text as T, Texts as LT}};
use super::schema::{{Arity, Attr, MANY, Op, Release, Schema}};
use crate::graph::AttributeKind::*;

const PLAIN: Schema = Schema::PLAIN;
"""


def text(value):
    """A string of Rust. Nothing in the tables needs escapes."""
    assert value.isascii() and not set(value) & set('"\\\n'), value
    return f'"{value}"'


def arity(least, most):
    return f"Arity({least}, {'MANY' if most >= UNBOUNDED else most})"


def kind(attribute):
    """The name of the kind in `AttributeKind`: `SPARSE_TENSOR` is `SparseTensor`, `TYPE_PROTO` is `Type`."""
    words = attribute.type.name.replace("TYPE_PROTO", "TYPE").split("_")
    return "".join(word.capitalize() for word in words)


def formals(parameters):
    return "&[" + ", ".join(f"{p.option.name[0]}({text(p.name)})" for p in parameters) + "]"


def number(value):
    """A number with as few digits as tell it from its neighbours among those of 32 bits."""
    shortest = str(np.float32(value))
    return shortest if set(shortest) & set(".e") else shortest + ".0"


def default(attribute):
    """The value of an attribute that is left out, if the schema has one."""
    value = attribute.default_value
    match value.type:
        case onnx.AttributeProto.INT:
            return f"D(I({value.i}))"
        case onnx.AttributeProto.FLOAT:
            return f"D(F({number(value.f)}))"
        case onnx.AttributeProto.STRING:
            return f"D(T({text(value.s.decode())}))"
        case onnx.AttributeProto.INTS:
            return f"D(L(&{list(value.ints)}))"
        case onnx.AttributeProto.STRINGS:
            return "D(LT(&[" + ", ".join(text(string.decode()) for string in value.strings) + "]))"
        case onnx.AttributeProto.UNDEFINED:
            return "N"
        case other:
            raise ValueError(f"no form for a default of kind {other}")


def attributes(schema):
    rows = sorted(schema.attributes.values(), key=lambda attribute: attribute.name)
    need = lambda a: "R" if a.required else default(a)
    return "&[" + ", ".join(f"Attr({text(a.name)}, {kind(a)}, {need(a)})" for a in rows) + "]"


def complaint(schema, inputs, outputs, **extra):
    """What onnx.checker says of a node with so many inputs and outputs."""
    names = [f"v{i}" for i in range(inputs + outputs)]
    node = helper.make_node(schema.name, names[:inputs], names[inputs:], domain=schema.domain, **extra)
    context = checker.C.CheckerContext()
    context.ir_version = onnx.IR_VERSION
    context.opset_imports = {schema.domain: schema.since_version}
    try:
        checker.check_node(node, context)
    except checker.ValidationError as error:
        return str(error)
    return ""


def makes_only(schema):
    """The numbers of outputs that are allowed, where not all between the least and the most are. No attribute of a
    schema says so, so each is tried."""
    if schema.deprecated or schema.max_output >= UNBOUNDED:
        return []
    tried = range(schema.min_output, schema.max_output + 1)
    bad = [n for n in tried if "allowed output sizes" in complaint(schema, schema.min_input, n)]
    return [n for n in tried if n not in bad] if bad else []


def takes_any_attribute(schema):
    """Whether attributes that the schema does not list are let through. Tried, too."""
    if schema.deprecated or any(attribute.required for attribute in schema.attributes.values()):
        return False
    outputs = (makes_only(schema) or [schema.min_output])[0]
    if schema.min_input + outputs == 0:
        outputs = 1
    return not complaint(schema, schema.min_input, outputs, an_attribute_that_no_schema_has=1)


def body(schema):
    """The operators that the body of a function consists of, in the order in which they occur first."""
    if not schema.has_function:
        return []
    return [op for op in dict.fromkeys(node.op_type for node in schema.function_body.node) if op not in PLUMBING]


def row(schema):
    fields = [f"since: {schema.since_version}"]
    if schema.deprecated:
        fields.append("is_deprecated: true")
    if schema.support_level == defs.OpSchema.SupportType.EXPERIMENTAL:
        fields.append("is_experimental: true")
    fields.append(f"takes: {arity(schema.min_input, schema.max_input)}")
    fields.append(f"makes: {arity(schema.min_output, schema.max_output)}")
    if only := makes_only(schema):
        fields.append(f"makes_only: &{only}")
    fields.append(f"inputs: {formals(schema.inputs)}")
    fields.append(f"outputs: {formals(schema.outputs)}")
    if schema.attributes:
        fields.append(f"attributes: {attributes(schema)}")
    if takes_any_attribute(schema):
        fields.append("takes_any_attribute: true")
    if schema.has_function or schema.has_context_dependent_function:
        fields.append("is_function: true")
    if ops := body(schema):
        fields.append("body: &[" + ", ".join(map(text, ops)) + "]")
    return "        Schema { " + ", ".join(fields) + ", ..PLAIN },"


def operators():
    schemas = sorted(defs.get_all_schemas_with_history(), key=lambda s: (s.domain, s.name, s.since_version))
    yield "/// Every operator, sorted by domain and name; its versions from the oldest on."
    yield "pub(super) static OPS: &[Op] = &["
    for (domain, name), versions in itertools.groupby(schemas, key=lambda s: (s.domain, s.name)):
        yield f"    Op {{ domain: {text(domain)}, name: {text(name)}, versions: &["
        yield from map(row, versions)
        yield "    ] },"
    yield "];"


def releases():
    yield "/// Every release of ONNX, from the oldest on."
    yield "pub(super) static RELEASES: &[Release] = &["
    for release, ir, *opsets in helper.VERSION_TABLE:
        main, ml, training = (*opsets, 0, 0)[:3]
        fields = f"main: {main}, ml: {ml}, training: {training}"
        yield f"    Release {{ name: {text(release)}, ir: {ir}, {fields} }},"
    yield "];"


def main():
    assert onnx.__version__ == RELEASE, f"the tables are of onnx {RELEASE}, this is {onnx.__version__}"
    for part in (HEAD, "\n".join(operators()), "", "\n".join(releases())):
        print(part)


if __name__ == "__main__":
    main()
