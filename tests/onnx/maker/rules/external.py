"""Rules for tensors that are in other files."""

from ..build import (
    FLOAT,
    STRING,
    attr,
    entry_list,
    external,
    function,
    node,
    tensor,
)
from .shared import ABOVE, AT, BAD, FILE, GOOD, F, calling, holding, inner, rule


def lying(entries, name="t", ir=14, **more):
    """A model with one external tensor of four floats."""
    return holding(external(name, entries=entries, **more), ir=ir)


@rule("tensor.external-location")
def _():
    yield "a file", GOOD, lying(AT), FILE
    yield "a file, offset and length", GOOD, lying((*AT, ("offset", "0"), ("length", "16"))), FILE
    in_folder = {"files": {"a/b/w.bin": bytes(16)}}
    yield "a file in a folder", GOOD, lying((("location", "a/b/w.bin"),)), in_folder
    yield "with ./", GOOD, lying((("location", "./w.bin"),)), FILE
    yield "no entries", BAD, lying(()), FILE
    yield "only an offset", BAD, lying((("offset", "0"),)), FILE
    yield "empty", BAD, lying((("location", ""),)), FILE
    yield "key in capitals", BAD, lying((("Location", "w.bin"),)), FILE
    keyless = external("t", entries=[("location", "w.bin")])
    keyless.external_data[0].ClearField("value")
    yield "without a value", BAD, holding(keyless), FILE
    yield "no such file", BAD, lying(AT), {}
    yield "absolute", BAD, lying((("location", "/w.bin"),)), FILE
    yield "two slashes", BAD, lying((("location", "//w.bin"),)), FILE
    yield "above", BAD, lying((("location", "../w.bin"),)), ABOVE
    yield "two above", BAD, lying((("location", "../../w.bin"),)), FILE
    yield "above, below, above", BAD, lying((("location", "../a/../w.bin"),)), ABOVE
    yield "above from a folder", BAD, lying((("location", "a/../../w.bin"),)), in_folder
    yield (
        "into a folder and back",
        BAD,
        lying((("location", "a/../w.bin"),)),
        {"files": {"w.bin": bytes(16), "a/x": b""}},
    )
    yield (
        "dots in a name",
        GOOD,
        lying((("location", "a..b.bin"),)),
        {"files": {"a..b.bin": bytes(16)}},
    )
    yield "backslashes above", BAD, lying((("location", "..\\w.bin"),)), ABOVE
    yield "a folder", BAD, lying((("location", "a"),)), {"directories": ["a"]}
    yield "its own folder", BAD, lying((("location", "."),)), FILE
    yield "NUL after the name", BAD, lying((("location", "w.bin\0x"),)), FILE
    yield (
        "name begins with #",
        GOOD,
        lying((("location", "#w.bin"),)),
        {"files": {"#w.bin": bytes(16)}},
    )
    yield "name begins with #, no such file", BAD, lying((("location", "#w.bin"),)), {}
    yield (
        "an address in memory",
        BAD,
        lying((("location", "*/_ORT_MEM_ADDR_/*"), ("offset", "64"))),
        FILE,
    )
    yield (
        "two of them, both good",
        BAD,
        lying((*AT, ("location", "v.bin"))),
        {"files": {"w.bin": bytes(16), "v.bin": bytes(16)}},
    )
    yield "two of them, the second above", BAD, lying((*AT, ("location", "../w.bin"))), ABOVE


@rule("tensor.external-links")
def _():
    yield (
        "link to a file beside it",
        GOOD,
        lying((("location", "l"),)),
        FILE | {"symlinks": {"l": "w.bin"}},
    )
    yield (
        "link out of the folder",
        BAD,
        lying((("location", "l"),)),
        ABOVE | {"symlinks": {"l": "../w.bin"}},
    )
    yield "link to nothing", BAD, lying((("location", "l"),)), {"symlinks": {"l": "none"}}
    yield (
        "folder that is a link, inside",
        GOOD,
        lying((("location", "l/w.bin"),)),
        {
            "files": {"a/w.bin": bytes(16)},
            "symlinks": {"l": "a"},
        },
    )
    yield (
        "folder that is a link, to outside",
        BAD,
        lying((("location", "l/w.bin"),)),
        ABOVE | {"symlinks": {"l": ".."}},
    )
    yield (
        "file with two names",
        GOOD,
        lying((("location", "h"),)),
        FILE | {"hard_links": {"h": "w.bin"}},
    )


@rule("tensor.external-alone")
def _():
    yield "raw beside it", BAD, lying(AT, raw_data=bytes(16)), FILE
    yield "floats beside it", BAD, lying(AT, float_data=[1, 2, 3, 4]), FILE
    yield "empty raw beside it", GOOD, lying(AT, raw_data=b""), FILE
    inside = tensor("t", FLOAT, [4], raw_data=bytes(16), external_data=entry_list(AT))
    yield "entries of a tensor that is not external", GOOD, holding(inside), FILE
    inside = tensor("t", FLOAT, [4], external_data=entry_list(AT))
    yield "entries, but not external and no data", BAD, holding(inside), FILE


@rule("tensor.external-numbers")
def _():
    for name, valid, entries in (
        ("offset past the end", BAD, [("offset", "17")]),
        ("offset leaves too little", BAD, [("offset", "4")]),
        ("negative offset", BAD, [("offset", "-1")]),
        ("negative length", BAD, [("length", "-100")]),
        ("length past the end", BAD, [("length", "17")]),
        ("length too small", BAD, [("length", "12")]),
        ("length zero", BAD, [("offset", "0"), ("length", "0")]),
        ("offset of letters", BAD, [("offset", "abc")]),
        ("length of letters", BAD, [("length", "not_a_number")]),
        ("offset empty", BAD, [("offset", "")]),
        ("offset twice", BAD, [("offset", "0"), ("offset", "0")]),
        ("checksum of another file", BAD, [("checksum", "0" * 40)]),
        ("checksum that is none", BAD, [("checksum", "sha256:abc123")]),
        ("basepath", GOOD, [("basepath", "anywhere")]),
        ("unknown key", GOOD, [("prepacked", "x")]),
        ("unknown keys like a program's", GOOD, [("__class__", "x"), ("__dict__", "y")]),
    ):
        yield name, valid, lying((*AT, *entries)), FILE


@rule("tensor.external-type")
def _():
    yield "STRING", BAD, lying(AT, data_type=STRING), FILE
    yield "UNDEFINED", BAD, lying(AT, data_type=0), FILE
    yield "99", BAD, lying(AT, data_type=99), FILE
    yield "negative dims", BAD, lying(AT, dims=[-4]), FILE
    yield "dims that overflow", BAD, lying(AT, dims=[1 << 62, 1 << 62]), FILE
    for place, made in inner(external(None, entries=(("location", "../w.bin"),))):
        yield f"location above in {place}", BAD, made, ABOVE
    for place, made in inner(external(None, entries=AT)):
        yield f"a file, in {place}", GOOD, made, FILE
    step = node(
        "Constant", "", "c", attr("value", t=external(None, entries=(("location", "../w.bin"),)))
    )
    called = function("F", "a", "b", [step, node("Add", "a c", "b")], imports=F)
    yield "location above in a function", BAD, calling([called]), ABOVE
