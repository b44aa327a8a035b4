"""The protobuf wire format, written by hand: what no writer makes, and what is too large to store."""

VARINT, FIXED64, BYTES, START_GROUP, END_GROUP, FIXED32 = 0, 1, 2, 3, 4, 5


def varint(number):
    """A number in base 128, low digits first; a negative one as its two's complement in 64 bits."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def tag(field, wire_type):
    """What stands before a value. The field number is not checked."""
    return varint(field << 3 | wire_type)


def number(field, value):
    """A varint field."""
    return tag(field, VARINT) + varint(value)


def block(field, *parts):
    """A length-delimited field: a message, a string or packed numbers, put together from parts."""
    body = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return tag(field, BYTES) + varint(len(body)) + body


def fields(data):
    """The fields of a message: (number, wire type, value, the bytes of the whole field)."""
    at = 0
    while at < len(data):
        start = at
        key, at = read_varint(data, at)
        wire_type = key & 7
        if wire_type == VARINT:
            value, at = read_varint(data, at)
        elif wire_type == BYTES:
            length, at = read_varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            size = {FIXED64: 8, FIXED32: 4}[wire_type]
            value, at = data[at : at + size], at + size
        yield key >> 3, wire_type, value, data[start:at]


def read_varint(data, at):
    """The number at a place, and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


# --- recipes: bytes too many to store ------------------------------------------------------------


def repeat(unit, count):
    """A recipe: bytes, so many times."""
    return {"repeat": unit.hex(), "count": count}


def inside(field, *recipe):
    """A recipe: a length-delimited field around what other pieces make."""
    return {"field": tag(field, BYTES).hex(), "of": list(recipe)}


def nest(field_numbers, count, *recipe):
    """A recipe: other pieces inside so many levels; a level is one field of each number, outermost first."""
    return {
        "nest": [tag(f, BYTES).hex() for f in field_numbers],
        "count": count,
        "of": list(recipe),
    }


def literal(data):
    """A recipe: bytes as they are."""
    return data.hex()


def cook(recipe):
    """The bytes that a list of pieces stands for."""
    return b"".join(_piece(piece) for piece in recipe)


def _piece(piece):
    if isinstance(piece, str):
        return bytes.fromhex(piece)
    if "repeat" in piece:
        return bytes.fromhex(piece["repeat"]) * piece["count"]
    body = cook(piece["of"])
    if "field" in piece:
        return bytes.fromhex(piece["field"]) + varint(len(body)) + body
    # Written back to front: to put 300,000 prefixes before a growing text takes far too long.
    out = bytearray(reversed(body))
    tags = [bytes(reversed(bytes.fromhex(t))) for t in reversed(piece["nest"])]
    for _ in range(piece["count"]):
        for t in tags:
            out += bytes(reversed(varint(len(out)))) + t
    out.reverse()
    return bytes(out)
