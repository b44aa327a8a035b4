"""What is in a cache, as huggingface_hub and the packages of the formats see it."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import onnx
import safetensors
from huggingface_hub import HfApi, scan_cache_dir, snapshot_download
from huggingface_hub._local_folder import read_download_metadata
from huggingface_hub._tree_cache import read_tree_cache, tree_cache_folder_for_local_dir
from huggingface_hub.errors import IncompleteSnapshotError
from huggingface_hub.utils._verification import collect_local_files
from huggingface_hub.utils.sha import git_hash
from onnx import TensorProto, numpy_helper


@dataclass
class Download:
    """The files of a commit as they were downloaded, to a cache or to a folder of their own."""

    folder: Path
    kind: str
    repo: str
    commit: str
    refs: list
    tree: dict  # what the commit has, by path
    hashes: dict  # what is there, by path: the names of blobs, or what the notes say
    where: dict  # the arguments with which huggingface_hub finds it


def describe(hub, repos, root):
    """All that was downloaded, after huggingface_hub has found nothing wrong with it."""
    local = (root / "tiny").is_dir()
    downloads = [_to_folder(repos[0], root / "tiny")] if local else _to_cache(repos, root)
    return {"snapshots": [_described(hub, root, download) for download in downloads]}


def _to_cache(repos, root):
    """The snapshots of a cache."""
    scan = scan_cache_dir(root)
    assert not scan.warnings, scan.warnings
    assert {repo.repo_id for repo in scan.repos} == {repo.name for repo in repos}
    found = [(repo, revision) for repo in scan.repos for revision in repo.revisions]
    found.sort(key=lambda pair: (pair[0].repo_type, pair[0].repo_id, pair[1].commit_hash))
    return [
        Download(
            folder=revision.snapshot_path,
            kind=repo.repo_type,
            repo=repo.repo_id,
            commit=revision.commit_hash,
            refs=sorted(revision.refs),
            tree=read_tree_cache(str(repo.repo_path), revision.commit_hash),
            hashes={
                file.file_path.relative_to(revision.snapshot_path).as_posix(): file.blob_path.name
                for file in revision.files
            },
            where={"cache_dir": root},
        )
        for repo, revision in found
    ]


def _to_folder(repo, folder):
    """A folder of files with notes about them."""
    commit = repo.refs["main"]
    notes = {path: read_download_metadata(folder, path) for path in collect_local_files(folder)}
    assert all(note.commit_hash == commit for note in notes.values())
    return Download(
        folder=folder,
        kind=repo.kind,
        repo=repo.name,
        commit=commit,
        refs=[],
        tree=read_tree_cache(tree_cache_folder_for_local_dir(str(folder)), commit),
        hashes={path: note.etag for path, note in notes.items()},
        where={"local_dir": folder},
    )


def _described(hub, root, download):
    """A line of the expectations."""
    local = collect_local_files(download.folder)
    missing = sorted(set(download.tree) - set(local))
    _verify(hub, download, missing)
    entries = [entry for entry in _entries(local) if entry != "." or not missing]
    return {
        "path": download.folder.relative_to(root).as_posix(),
        "kind": download.kind,
        "repo": download.repo,
        "commit": download.commit,
        "refs": download.refs,
        "files": [_file(root, download, path) for path in sorted(local)],
        "missing": missing,
        "models": [_model(download.folder, entry, local) for entry in entries],
    }


def _verify(hub, download, missing):
    """Asks for what `hf cache verify` does, and for the files without a network."""
    asked = {"repo_id": download.repo, "repo_type": download.kind, "revision": download.commit}
    api = HfApi(endpoint=hub.endpoint, token=False)
    verdict = api.verify_repo_checksums(**asked, **download.where)
    assert not verdict.mismatches and not verdict.extra_paths, verdict
    assert verdict.missing_paths == missing and verdict.checked_count > 0, verdict
    is_refused = False
    try:
        snapshot_download(**asked, **download.where, local_files_only=True)
    except IncompleteSnapshotError:
        is_refused = True
    assert is_refused == bool(missing)


def _file(root, download, path):
    """A file, and where its bytes really lie."""
    entry, name = download.tree[path], download.hashes[path]
    data = (download.folder / path).read_bytes()
    sha256, git_sha1 = hashlib.sha256(data).hexdigest(), git_hash(data)
    is_lfs = entry.lfs_sha256 is not None
    assert name == (sha256 if is_lfs else git_sha1) == (entry.lfs_sha256 or entry.blob_id)
    stored = os.path.realpath(download.folder / path)
    return {
        "path": path,
        "size": len(data),
        "sha256": sha256,
        "git_sha1": git_sha1,
        "lfs": is_lfs,
        "xet": entry.xet_hash,
        "blob": name,
        "stored": os.path.relpath(stored, os.path.realpath(root)),
    }


def _entries(local):
    """What a reader can open: the folder, if it has shards, and the files of ONNX."""
    folder = ["."] if any(path.endswith(".safetensors") for path in local) else []
    return folder + sorted(path for path in local if path.endswith(".onnx"))


def _model(folder, entry, local):
    """The tensors of a model, by name."""
    tensors = _safetensors(local) if entry == "." else _onnx(folder / entry)
    return {"path": entry, "tensors": sorted(tensors, key=lambda tensor: tensor["name"])}


def _safetensors(local):
    """The tensors of all shards."""
    shards = [path for name, path in local.items() if name.endswith(".safetensors")]
    tensors = [pair for path in shards for pair in safetensors.deserialize(path.read_bytes())]
    return [_tensor(name, t["dtype"], t["shape"], t["data"]) for name, t in tensors]


def _onnx(path):
    """The initializers of a model. The onnx package refuses links, so it gets a copy."""
    with tempfile.TemporaryDirectory() as flat:
        for file in path.parent.iterdir():
            shutil.copy(file, flat)
        graph = onnx.load(Path(flat) / path.name).graph
    tensors = []
    for tensor in graph.initializer:
        dtype = TensorProto.DataType.Name(tensor.data_type)
        data = numpy_helper.to_array(tensor).tobytes()
        tensors.append(_tensor(tensor.name, dtype, tensor.dims, data))
    return tensors


def _tensor(name, dtype, shape, data):
    """A tensor, in the words of its format."""
    sha256 = hashlib.sha256(data).hexdigest()
    return {
        "name": name,
        "dtype": dtype,
        "shape": list(shape),
        "bytes": len(data),
        "sha256": sha256,
    }
