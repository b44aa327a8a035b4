"""Runs onnx.checker over the mutations of `rules`."""

import base64
import hashlib

from . import wire
from .collection import write_lines
from .readers import Case, Reader
from .rules import GROUPS


def write_all(folder):
    """Writes `mutations.jsonl`; returns how many there are, and where validity and verdict differ."""
    checker = Reader("check")
    records, differences = [], []
    for rule, group in GROUPS:
        for name, valid, made, *rest in group():
            record = record_of(f"{rule}: {name}", made, rest[0] if rest else {})
            record |= {"rule": rule, "valid": valid} | verdict(
                checker, made, rest[0] if rest else {}
            )
            records.append(ordered(record))
            if valid != (record["checker"] == "ok"):
                differences.append(f"{record['name']}: {record['checker']}")
    checker.close()
    assert len({record["name"] for record in records}) == len(records)
    write_lines(folder / "mutations.jsonl", records)
    return records, differences


def record_of(name, made, beside):
    """The part of a record that says which files to make."""
    record = {"name": name}
    if isinstance(made, list):
        whole = wire.cook(made)
        record["model_recipe"] = made
        record |= {"model_bytes": len(whole), "model_sha256": hashlib.sha256(whole).hexdigest()}
    else:
        record["model_base64"] = base64.b64encode(bytes_of(made)).decode()
    for key, entries in beside.items():
        if key == "files":
            entries = {name: base64.b64encode(data).decode() for name, data in entries.items()}
        record[key] = entries
    return record


def bytes_of(made):
    """The file: of a message, of a recipe, or as it is."""
    if isinstance(made, list):
        return wire.cook(made)
    return made if isinstance(made, bytes) else made.SerializeToString(deterministic=True)


def verdict(checker, made, beside):
    """What the checker says of the file; its exception, if it is not the usual one."""
    with Case(bytes_of(made), beside) as folder:
        answer = checker.ask(folder)
    found = {"checker": answer.get("message", f"died: {answer.get('died')}")}
    if answer.get("exception", "ValidationError") != "ValidationError":
        found["exception"] = answer["exception"]
    if "printed" in answer:
        found["printed"] = answer["printed"]
    return found


# The keys of a record, in the order in which they are written.
ORDER = ["name", "rule", "valid", "checker", "exception", "printed"]
ORDER += ["files", "directories", "symlinks", "hard_links", "model_base64"]
ORDER += ["model_recipe", "model_bytes", "model_sha256"]


def ordered(record):
    """The record with its keys in order."""
    assert set(record) <= set(ORDER), set(record) - set(ORDER)
    return {key: record[key] for key in ORDER if key in record}
