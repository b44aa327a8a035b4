"""Files that readers disagree about, and files that are made to do harm, with what each reader says.

The tensor that a case is about has the name "w"; the model hands it out as "y" where ONNX Runtime can.
"""

from ..collection import write_lines
from ..mutations import bytes_of, record_of
from ..readers import Case, Reader
from . import large, readers_disagree, wires
from .shared import GROUPS

__all__ = ["large", "readers_disagree", "wires", "write_all"]

ORDER = ["name", "row", "policy", "hex", "strings", "warns", "verify"]
ORDER += ["checker", "checker_here", "to_array", "onnxruntime"]
ORDER += ["files", "directories", "symlinks", "hard_links", "model_base64"]
ORDER += ["model_recipe", "model_bytes", "model_sha256"]


def write_all(folder):
    """Writes `hostile.jsonl`; returns the records."""
    readers = {kind: Reader(kind) for kind in ("check", "check_here", "to_array", "onnxruntime")}
    records = []
    for group_name, group in GROUPS:
        for name, policy, made, beside in group():
            files = {
                k: v for k, v in beside.items() if k not in ("hex", "strings", "warns", "verify")
            }
            record = record_of(f"{group_name}: {name}", made, files)
            record |= {k: v for k, v in beside.items() if k not in files}
            record |= {"row": group_name, "policy": policy} | ask(readers, made, files)
            assert set(record) <= set(ORDER), set(record) - set(ORDER)
            records.append({key: record[key] for key in ORDER if key in record})
    for reader in readers.values():
        reader.close()
    assert len({record["name"] for record in records}) == len(records)
    write_lines(folder / "hostile.jsonl", records)
    return records


def ask(readers, made, files):
    """What each reader says."""
    with Case(bytes_of(made), files) as folder:
        answers = {kind: reader.ask(folder) for kind, reader in readers.items()}
    for answer in answers.values():
        answer.pop("printed", None)
    found = {}
    for kind in ("check", "check_here"):
        answer = answers[kind]
        found[kind.replace("check", "checker")] = answer.get(
            "message", f"died: {answer.get('died')}"
        )
    if same(found["checker_here"], found["checker"]):
        del found["checker_here"]
    return found | {kind: answers[kind] for kind in ("to_array", "onnxruntime")}


def same(one, other):
    """Whether two verdicts agree, whatever the words."""
    return (one == "ok") == (other == "ok")
