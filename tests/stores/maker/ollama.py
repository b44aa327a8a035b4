"""A store of Ollama, laid out as its documentation and sources say: Ollama itself takes no part."""

import json

from . import models
from .archive import settle
from .registry import digest_of

MANIFESTS = "manifests/registry.ollama.ai/library/tiny"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.ollama.image."


def store(made):
    """Two tags of a model with the same licence and parameters. Its weights are safetensors."""
    folder, licence, params = made / "models", b"MIT License\n", b'{"stop":["<|end|>"]}'
    for tag, seed in (("latest", 0), ("tuned", 100)):
        weights = models.language_model(seed)[models.SHARDS.format(2)]
        layers = {"model": weights, "license": licence, "params": params}
        config = {
            "model_format": "safetensors",
            "model_family": "tiny",
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [digest_of(data) for data in layers.values()]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": keep(folder, CONFIG, compact(config)),
            "layers": [keep(folder, LAYER + kind, data) for kind, data in layers.items()],
        }
        write(folder / MANIFESTS / tag, compact(manifest))
    settle(folder)


def keep(folder, media_type, data):
    """Keeps a blob; returns its descriptor."""
    digest = digest_of(data)
    write(folder / "blobs" / digest.replace(":", "-"), data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def write(path, data):
    """Writes a file, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def compact(value):
    """JSON as the encoder of Go writes it."""
    return json.dumps(value, separators=(",", ":")).encode()


STORES = {"ollama": store}


def describe(root):
    """The blobs, and the files that tell of them."""
    folder, kinds = root / "models", {}
    manifests = sorted((folder / MANIFESTS).iterdir())
    for manifest in manifests:
        content = json.loads(manifest.read_bytes())
        for descriptor in [content["config"], *content["layers"]]:
            kinds[descriptor["digest"]] = descriptor["mediaType"]
    return {
        "manifests": [manifest.relative_to(folder).as_posix() for manifest in manifests],
        "blobs": [_blob(folder, digest, kinds[digest]) for digest in sorted(kinds)],
    }


def _blob(folder, digest, media_type):
    path = f"blobs/{digest.replace(':', '-')}"
    size = (folder / path).stat().st_size
    return {
        "path": path,
        "size": size,
        "sha256": digest.removeprefix("sha256:"),
        "media_type": media_type,
    }
