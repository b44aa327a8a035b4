"""Files that readers read in different ways."""

import hashlib

from onnx import TensorProto

from .. import wire
from ..build import (
    BOOL,
    FLOAT,
    INT32,
    INT64,
    STRING,
    attr,
    entry_list,
    node,
    tensor,
)
from .shared import (
    ABOVE,
    ACCEPT,
    DATA,
    FILE,
    REJECT,
    REPORT,
    UNDECIDED,
    giving,
    outside,
    row,
    within,
)


@row("location with NUL")
def _():
    for location in ("w.bin\0x", "w.bin\0", "\0w.bin", "w.bin\0/../x"):
        yield repr(location), REJECT, outside(location=location), FILE


@row("key given twice")
def _():
    there = {"files": ABOVE["files"] | {"v.bin": DATA[::-1]}}
    for name, entries in (
        ("offset 0 and 64", [("offset", "0"), ("offset", "64")]),
        ("offset 64 and 64", [("offset", "64"), ("offset", "64")]),
        ("length 16 and 8", [("length", "8")]),
        ("length 16 and 16", [("length", "16")]),
        ("checksum", [("checksum", "0" * 40), ("checksum", hashlib.sha1(DATA).hexdigest())]),
        ("basepath", [("basepath", "a"), ("basepath", "b")]),
        ("unknown key", [("prepacked", "a"), ("prepacked", "b")]),
        ("location, both there", [("location", "v.bin")]),
        ("location, the same", [("location", "w.bin")]),
        ("location, second above", [("location", "../w.bin")]),
        ("location, second missing", [("location", "none")]),
    ):
        yield name, REJECT, outside(*entries), there
    above = outside(("location", "../w.bin"), ("location", "w.bin"), location=None)
    yield "location, first above", REJECT, above, there


@row("digits")
def _():
    for text in (
        "1_6",
        "４",
        "٤",
        "+4",
        " 4",
        "4 ",
        "4\n",
        "0x10",
        "4.0",
        "1e1",
        "-0",
        "4\0",
        "",
        "IV",
        "²",
    ):
        yield f"offset {text!a}", REJECT, outside(("offset", text)), FILE
    for text in ("1_6", "+16", "１６", " 16", "16\n", "0x10", "16.0", "-16", ""):
        yield f"length {text!a}", REJECT, outside(length=text), FILE
    yield "offset with zeros before", ACCEPT, outside(("offset", "0004")), FILE | within(4)
    yield "length with zeros before", ACCEPT, outside(length="00016"), FILE | within(0)
    without_value = outside(("offset", "4"))
    without_value.graph.initializer[0].external_data[2].ClearField("value")
    yield "offset without a value", REJECT, without_value, FILE


@row("range")
def _():
    for name, offset in (
        ("negative", -4),
        ("past the end", 129),
        ("at the end", 128),
        ("leaves too little", 120),
        ("2^63", 1 << 63),
        ("2^64", 1 << 64),
        ("2^64 + 4", (1 << 64) + 4),
        ("wraps around with the length", (1 << 64) - 8),
        ("wraps around with the length, signed", (1 << 63) - 8),
        ("of 400 digits", "9" * 400),
    ):
        yield f"offset {name}", REJECT, outside(("offset", str(offset))), FILE
        yield (
            f"offset {name}, no length",
            REJECT,
            outside(("offset", str(offset)), length=None),
            FILE,
        )
    for name, length in (
        ("negative", -1),
        ("2^64 + 16", (1 << 64) + 16),
        ("smaller than the shape", 12),
        ("larger than the shape", 20),
        ("zero", 0),
        ("of the whole file", 128),
        ("past the end", 129),
    ):
        yield f"length {name}", REJECT, outside(length=str(length)), FILE
    bare = {"length": None}
    yield "no length, file is longer", ACCEPT, outside(("offset", "8"), **bare), FILE | within(8)
    yield "neither, file is longer", ACCEPT, outside(**bare), FILE | within(0)
    yield (
        "no length, last bytes of the file",
        ACCEPT,
        outside(("offset", "112"), **bare),
        FILE | within(112),
    )
    for name, length in (("", "16"), (", no length", None)):
        yield f"file is empty{name}", REJECT, outside(length=length), {"files": {"w.bin": b""}}
        yield (
            f"file is too short{name}",
            REJECT,
            outside(length=length),
            {"files": {"w.bin": DATA[:15]}},
        )
    none = {"length": "0", "dims": [0]}
    yield "no elements at the end", ACCEPT, outside(("offset", "128"), **none), FILE | {"hex": ""}
    yield "no elements past the end", REJECT, outside(("offset", "129"), **none), FILE
    yield "no elements, length 4", REJECT, outside(length="4", dims=[0]), FILE
    four = {"data_type": TensorProto.INT4, "dims": [5]}
    yield "INT4 of 5 in 3 bytes", ACCEPT, outside(length="3", **four), FILE | within(0, 3)
    yield "INT4 of 5 in 2 bytes", REJECT, outside(length="2", **four), FILE
    yield "INT4 of 5 in 5 bytes", REJECT, outside(length="5", **four), FILE


@row("name with dots")
def _():
    for name in ("a..b.bin", "..w.bin", "w..", "...", ".w"):
        yield name, ACCEPT, outside(location=name), {"files": {name: DATA}} | within(0)
    deep = {"files": {"a..b/w.bin": DATA}}
    yield "a..b/w.bin", ACCEPT, outside(location="a..b/w.bin"), deep | within(0)


@row("component ..")
def _():
    there = {"files": ABOVE["files"] | {"sub/w.bin": DATA, "sub/deep/x": b""}}
    for name in (
        "sub/../w.bin",
        "sub/deep/../w.bin",
        "./sub/../w.bin",
        "../m/w.bin",
        "../w.bin",
        "../../w.bin",
        "sub/../../m/w.bin",
        "none/../w.bin",
        "w.bin/..",
        "..",
        "../",
    ):
        yield name, REJECT, outside(location=name), there
    for name in ("./w.bin", "sub//w.bin", "sub/./w.bin"):
        yield name, ACCEPT, outside(location=name), there | within(0)


@row("unknown data_type")
def _():
    for number in (99, 29, -1, (1 << 31) - 1):
        yield f"{number}, raw", REPORT, giving(tensor("w", number, [4], raw_data=bytes(4))), {}
        yield (
            f"{number}, listed",
            REPORT,
            giving(tensor("w", number, [4], int32_data=[1, 2, 3, 4])),
            {},
        )
    yield "99, external", REPORT, outside(data_type=99), FILE
    yield "0, raw", REPORT, giving(tensor("w", 0, [4], raw_data=bytes(4))), {}
    yield "none, raw", REPORT, giving(tensor("w", None, [4], raw_data=bytes(4))), {}


@row("size is not the shape's")
def _():
    for name, made in (
        ("raw, four bytes more", tensor("w", FLOAT, [2], raw_data=DATA[:12])),
        ("raw, one byte more", tensor("w", FLOAT, [2], raw_data=DATA[:9])),
        ("raw, one byte less", tensor("w", FLOAT, [2], raw_data=DATA[:7])),
        ("raw, scalar of eight bytes", tensor("w", FLOAT, [], raw_data=DATA[:8])),
        ("raw, no elements", tensor("w", FLOAT, [0], raw_data=DATA[:4])),
        ("INT4 of 4, three bytes", tensor("w", TensorProto.INT4, [4], raw_data=DATA[:3])),
        ("INT4 of 4, one byte for each", tensor("w", TensorProto.INT4, [4], raw_data=DATA[:4])),
        ("UINT2 of 3, three bytes", tensor("w", TensorProto.UINT2, [3], raw_data=DATA[:3])),
        ("listed, one more", tensor("w", FLOAT, [2], float_data=[1, 2, 3])),
        ("listed, one less", tensor("w", FLOAT, [2], float_data=[1])),
        ("listed, no elements", tensor("w", FLOAT, [0], float_data=[1])),
        ("strings, one more", tensor("w", STRING, [1], string_data=[b"a", b"b"])),
        ("complex, half", tensor("w", TensorProto.COMPLEX64, [2], float_data=[1, 2])),
        ("no data at all", tensor("w", FLOAT, [2])),
        ("no data at all, scalar", tensor("w", FLOAT, [])),
    ):
        yield name, REJECT, giving(made), {}


@row("dims")
def _():
    for name, dims in (
        ("-4", [-4]),
        ("-1", [-1]),
        ("-1 x -4", [-1, -4]),
        ("0 x -1", [0, -1]),
        ("2^63 - 1", [(1 << 63) - 1]),
        ("2^62 x 4", [1 << 62, 4]),
        ("2^32 x 2^32", [1 << 32, 1 << 32]),
        ("2^32 x 2^32 x 0", [1 << 32, 1 << 32, 0]),
        ("2^62 floats", [1 << 62]),
    ):
        yield name, REJECT, giving(tensor("w", FLOAT, dims, raw_data=DATA[:16])), {}
        yield f"{name}, external", REJECT, outside(dims=dims), FILE
    yield "0 x 2^32 x 2^32", UNDECIDED, giving(tensor("w", FLOAT, [0, 1 << 32, 1 << 32])), {}
    yield "2^62 x 0", REJECT, giving(tensor("w", FLOAT, [1 << 62, 0])), {}


@row("two fields of data")
def _():
    for name, data in (
        ("raw and floats", {"raw_data": DATA[:8], "float_data": [1, 2]}),
        ("raw and floats, the same", {"raw_data": b"\0\0\x80\x3f\0\0\0\x40", "float_data": [1, 2]}),
        ("floats and int32s", {"float_data": [1, 2], "int32_data": [1, 2]}),
        ("raw and strings", {"raw_data": DATA[:8], "string_data": [b"a"]}),
        ("empty raw and floats", {"raw_data": b"", "float_data": [1, 2]}),
    ):
        yield name, REJECT, giving(tensor("w", FLOAT, [2], **data)), {}
    wrong = tensor("w", INT32, [2], float_data=[1, 2])
    yield "floats for INT32", REJECT, giving(wrong), {}
    yield (
        "int32s for UINT32",
        REJECT,
        giving(tensor("w", TensorProto.UINT32, [1], int32_data=[1])),
        {},
    )
    yield "raw for STRING", REJECT, giving(tensor("w", STRING, [1], raw_data=b"abc")), {}
    yield "external for STRING", REJECT, outside(data_type=STRING, dims=[1]), FILE


@row("segment")
def _():
    part = TensorProto.Segment(begin=0, end=2)
    yield "and raw", REJECT, giving(tensor("w", FLOAT, [2], raw_data=DATA[:8], segment=part)), {}
    yield "and floats", REJECT, giving(tensor("w", FLOAT, [2], float_data=[1, 2], segment=part)), {}
    yield "alone", REJECT, giving(tensor("w", FLOAT, [2], segment=part)), {}
    yield "empty", REJECT, giving(tensor("w", FLOAT, [2], raw_data=DATA[:8], segment={})), {}
    yield "and external", REJECT, outside(segment=part), FILE


@row("misaligned offset")
def _():
    for at in (1, 2, 3, 67):
        yield f"{at}", ACCEPT, outside(("offset", str(at))), FILE | within(at)
    wide = {"data_type": INT64, "dims": [2]}
    yield "4 for INT64", ACCEPT, outside(("offset", "4"), **wide), FILE | within(4)


@row("location that looks special")
def _():
    beside = {"files": {"#w.bin": DATA, "w.bin": DATA}}
    yield "# and there", ACCEPT, outside(location="#w.bin"), beside | within(0)
    yield "# and not there", REJECT, outside(location="#v.bin"), FILE
    yield "# and ..", REJECT, outside(location="#/../../w.bin"), ABOVE
    memory = "*/_ORT_MEM_ADDR_/*"
    for at in (0, 4096):
        yield f"address in memory {at}", REJECT, outside(("offset", str(at)), location=memory), FILE
    there = {"files": {"*/_ORT_MEM_ADDR_/*": DATA}}
    yield (
        "address in memory, a file of that name",
        ACCEPT,
        outside(location=memory),
        there | within(0),
    )
    for name in (
        "/w.bin",
        "//w.bin",
        "/proc/self/environ",
        "/dev/zero",
        "file:///w.bin",
        "C:\\w.bin",
        "C:/w.bin",
    ):
        yield name, REJECT, outside(location=name), FILE
    for name in (
        "..\\w.bin",
        "sub\\w.bin",
        "~/w.bin",
        "$HOME/w.bin",
        "%w.bin",
        "w.bin ",
        " w.bin",
        "W.BIN",
    ):
        yield name, REJECT, outside(location=name), ABOVE
    yield "w.bin/", REJECT, outside(location="w.bin/"), FILE
    yield "of 300 characters", REJECT, outside(location="w" * 300), FILE
    yield "of 5,000 characters", REJECT, outside(location="a/" * 2500 + "w"), FILE


@row("no file at the location")
def _():
    yield "none", REJECT, outside(location="v.bin"), FILE
    yield "empty", REJECT, outside(location=""), FILE
    yield "no entry", REJECT, outside(("offset", "0"), location=None), FILE
    yield "a folder", REJECT, outside(location="sub"), FILE | {"directories": ["sub"]}
    yield ".", REJECT, outside(location="."), FILE
    yield "the model itself", UNDECIDED, outside(location="model.onnx"), FILE
    keyless = outside()
    keyless.graph.initializer[0].external_data[0].ClearField("key")
    yield "entry without a key", REJECT, keyless, FILE
    yield "key in capitals", REJECT, outside(("LOCATION", "w.bin"), location=None), FILE
    plain = tensor("w", FLOAT, [4], external_data=entry_list([("location", "w.bin")]))
    yield "not said to be external", REJECT, giving(plain), FILE
    odd = outside()
    text = odd.SerializeToString()
    number = TensorProto.DESCRIPTOR.fields_by_name["data_location"].number
    assert text.count(wire.number(number, 1)) == 1
    other = text.replace(wire.number(number, 1), wire.number(number, 2))
    yield "data_location 2", REJECT, other, FILE


@row("links")
def _():
    def linked(links, location="l"):
        files = ABOVE["files"] | {"sub/w.bin": DATA, "../other/w.bin": DATA}
        return outside(location=location), {"files": files, "symlinks": links}

    def opens(made, beside):
        return made, beside | within(0)

    yield "to a file beside it", ACCEPT, *opens(*linked({"l": "w.bin"}))
    yield (
        "to a file beside it, by way of another",
        ACCEPT,
        *opens(*linked({"l": "k", "k": "w.bin"})),
    )
    yield "folder, inside", ACCEPT, *opens(*linked({"l": "sub"}, "l/w.bin"))
    yield "with .. but inside", ACCEPT, *opens(*linked({"sub/l": "../w.bin"}, "sub/l"))
    yield "folder, to outside and back", UNDECIDED, *linked({"l": ".."}, "l/m/w.bin")
    yield "out of the folder", REJECT, *linked({"l": "../w.bin"})
    yield "to an absolute path", REJECT, *linked({"l": "/etc/hostname"})
    yield "folder, to outside", REJECT, *linked({"l": "../other"}, "l/w.bin")
    yield "in a circle", REJECT, *linked({"l": "l"})
    yield "to nothing", REJECT, *linked({"l": "none"})
    yield "to a device", REJECT, *linked({"l": "/dev/zero"})
    yield "by way of /proc", REJECT, *linked({"l": "/proc/self/exe"})
    hard = {"files": {"w.bin": DATA}, "hard_links": {"h": "w.bin"}}
    yield "hard link", ACCEPT, outside(location="h"), hard | within(0)


@row("other keys")
def _():
    for key in (
        "prepacked",
        "prepacked_shard_0",
        "__class__",
        "__dict__",
        "",
        "Offset",
        "location ",
    ):
        yield repr(key), ACCEPT, outside((key, "4")), FILE | within(0) | {"warns": True}
    yield "basepath", ACCEPT, outside(("basepath", "/etc")), FILE | within(0)
    both = outside(("offset", "4"))
    both.graph.initializer[0].external_data.reverse()
    yield "offset before location", ACCEPT, both, FILE | within(4)


@row("checksum")
def _():
    whole = hashlib.sha1(DATA).hexdigest()
    part = hashlib.sha1(DATA[:16]).hexdigest()
    for name, text, verify in (
        ("of the file", whole, "ok"),
        ("in capitals", whole.upper(), "ok"),
        ("of the tensor alone", part, "mismatch"),
        ("of nothing known", "0" * 40, "mismatch"),
        ("too short", whole[:39], "unreadable"),
        ("not hexadecimal", "g" * 40, "unreadable"),
        ("SHA-256", hashlib.sha256(DATA).hexdigest(), "unreadable"),
        ("with the name of an algorithm", f"sha1:{whole}", "unreadable"),
        ("empty", "", "unreadable"),
    ):
        yield name, ACCEPT, outside(("checksum", text)), FILE | within(0) | {"verify": verify}


@row("external with data inside")
def _():
    yield "raw", REJECT, outside(raw_data=DATA[16:32]), FILE
    yield "raw, the same", REJECT, outside(raw_data=DATA[:16]), FILE
    yield "floats", REJECT, outside(float_data=[1, 2, 3, 4]), FILE
    yield "raw, and no such file", REJECT, outside(location="none", raw_data=DATA[:16]), FILE
    yield "empty raw", UNDECIDED, outside(raw_data=b""), FILE
    ignored = tensor(
        "w", FLOAT, [4], raw_data=DATA[16:32], external_data=entry_list([("location", "w.bin")])
    )
    yield "raw, location is inside, entries left over", UNDECIDED, giving(ignored), FILE


@row("packed in int32_data")
def _():
    four, two = TensorProto.INT4, TensorProto.UINT2
    good = tensor("w", four, [10], int32_data=[0x21, 0x43, 0x65, 0x87, 0xA9])
    yield "INT4 of 10, 2 to an entry", ACCEPT, giving(good), {"hex": "21436587a9"}
    good = tensor("w", four, [3], int32_data=[0x21, 0x03])
    yield "INT4 of 3, 2 to an entry", ACCEPT, giving(good), {"hex": "2103"}
    dense = tensor("w", four, [10], int32_data=[0x87654321, 0xA9][1:] + [0x7654321])
    yield "INT4 of 10, 8 to an entry", REJECT, giving(dense), {}
    loose = tensor("w", four, [10], int32_data=[1, 2, 3, 4, 5, 6, 7, -8, -7, -6])
    yield "INT4 of 10, 1 to an entry", REJECT, giving(loose), {}
    good = tensor("w", two, [9], int32_data=[0xE4, 0x1B, 0x02])
    yield "UINT2 of 9, 4 to an entry", ACCEPT, giving(good), {"hex": "e41b02"}
    yield (
        "UINT2 of 9, 16 to an entry",
        REJECT,
        giving(tensor("w", two, [9], int32_data=[0x21BE4])),
        {},
    )
    loose = tensor("w", two, [9], int32_data=[0, 1, 2, 3, 3, 2, 1, 0, 2])
    yield "UINT2 of 9, 1 to an entry", REJECT, giving(loose), {}
    float4 = tensor("w", TensorProto.FLOAT4E2M1, [16], int32_data=[0x76543210, 0x12345678])
    yield "FLOAT4E2M1 of 16, 8 to an entry", REJECT, giving(float4), {}


@row("entry too large for its type")
def _():
    for name, data_type, entries in (
        ("INT8 of 300", TensorProto.INT8, [300]),
        ("UINT8 of -1", TensorProto.UINT8, [-1]),
        ("BOOL of 2", BOOL, [2]),
        ("FLOAT16 of 65536", TensorProto.FLOAT16, [65536]),
        ("FLOAT8E5M2 of -1", TensorProto.FLOAT8E5M2, [-1]),
        ("INT4 byte of -1", TensorProto.INT4, [-1]),
        ("INT4 byte of 256", TensorProto.INT4, [256]),
    ):
        dims = [2] if data_type == TensorProto.INT4 else [1]
        yield name, UNDECIDED, giving(tensor("w", data_type, dims, int32_data=entries)), {}
    big = tensor("w", TensorProto.UINT32, [1], uint64_data=[1 << 32])
    yield "UINT32 of 2^32", UNDECIDED, giving(big), {}
    yield "BOOL of 2, raw", UNDECIDED, giving(tensor("w", BOOL, [1], raw_data=b"\2")), {}
    dirty = tensor("w", TensorProto.INT4, [3], raw_data=b"\x21\xf3")
    yield "INT4 with its last half byte set, raw", UNDECIDED, giving(dirty), {}


@row("text that is not UTF-8")
def _():
    strings = tensor("w", STRING, [2], string_data=[b"\xff\xfe", b"a"])
    yield "element of a string tensor", ACCEPT, giving(strings), {"strings": ["fffe", "61"]}
    custom = node("C", "w", "y", attr("s", s=b"\xff"), domain="c")
    made = giving(tensor("w", FLOAT, [1], float_data=[1]))
    made.graph.node[0].CopyFrom(custom)
    made.opset_import.add(domain="c", version=1)
    yield "string attribute", ACCEPT, made, {}
