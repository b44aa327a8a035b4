"""Image layouts of the OCI, made by oras, skopeo and umoci."""

import json
import subprocess
from contextlib import chdir
from pathlib import Path

from oras.client import OrasClient
from oras.layout import NewLayout, NewLayoutFromRegistry

from . import models
from .archive import settle
from .registry import Registry, digest_of

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
WEIGHTS = "application/vnd.example.weights.v1.safetensors"
TITLE = "org.opencontainers.image.title"
TAG = "org.opencontainers.image.ref.name"


def serve(work):
    """A registry to which oras has pushed two models, which share all but a shard; and a client."""
    registry, client = Registry(), OrasClient(insecure=True)
    for tag, seed in (("v1", 0), ("v2", 100)):
        files = models.language_model(seed)
        names = [name for name in files if name.startswith("model") or name == "config.json"]
        typed = [f"{name}:{WEIGHTS}" if name.endswith(".safetensors") else name for name in names]
        with chdir(work):
            for name in names:
                Path(name).write_bytes(files[name])
            client.push(f"{registry.host}/org/tiny:{tag}", files=typed, quiet=True)
    return registry, client


def keep_index(registry, tag, media_type, tags):
    """Adds an index of manifests or of other indices to the registry."""
    listed = [registry.manifests[tag] for tag in tags]
    descriptors = [
        {"mediaType": media_type, "digest": digest_of(data), "size": len(data)} for data in listed
    ]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors}
    registry.keep(tag, json.dumps(index).encode(), INDEX)


def copied(made):
    """Two models, as skopeo copies them from a registry."""
    registry, _ = serve(made.parent)
    for tag in ("v1", "v2"):
        source = f"docker://{registry.host}/org/tiny:{tag}"
        run("skopeo", "copy", "--quiet", "--src-tls-verify=false", source, f"oci:{made}/tiny:{tag}")
    settle(made)


def nested(made):
    """The same in an index, which another index lists, as oras pulls it."""
    registry, client = serve(made.parent)
    keep_index(registry, "models", MANIFEST, ["v1", "v2"])
    keep_index(registry, "all", INDEX, ["models"])
    NewLayoutFromRegistry(str(made / "tiny"), client, f"{registry.host}/org/tiny:all", tag="all")
    settle(made)


def empty(made):
    """With nothing in it yet, as umoci begins it."""
    run("umoci", "init", "--layout", str(made / "tiny"))
    settle(made)


STORES = {"oci": copied, "oci-nested": nested, "oci-empty": empty}


def run(*command):
    """Runs a program that must succeed."""
    subprocess.run(command, check=True)


def describe(root):
    """The blobs of a layout, in which oras finds nothing broken, and what manifests say of them."""
    layout, blobs, titles = NewLayout(str(root / "tiny")), set(), {}
    index = json.loads((root / "tiny/index.json").read_bytes())
    for tag in [entry["annotations"][TAG] for entry in index["manifests"] or []]:
        blobs |= set(layout.get_ordered_blobs(tag))
    for digest in blobs:
        titles |= _titles(layout.digest_to_blob_path(digest).read_bytes())
    return {
        "blobs": [
            _blob(root / "tiny", layout, digest, titles.get(digest)) for digest in sorted(blobs)
        ]
    }


def _titles(data):
    """The names that a manifest gives to layers, by digest."""
    if not data.startswith(b"{"):
        return {}
    layers = json.loads(data).get("layers", [])
    return {layer["digest"]: layer["annotations"][TITLE] for layer in layers}


def _blob(root, layout, digest, title):
    """A blob, and which file of a model it is."""
    path = layout.digest_to_blob_path(digest)
    data = path.read_bytes()
    assert digest == digest_of(data)
    return {
        "path": path.relative_to(root).as_posix(),
        "size": len(data),
        "sha256": digest.removeprefix("sha256:"),
        "title": title,
    }
