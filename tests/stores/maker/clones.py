"""Clones of a repository whose weights git-lfs keeps, made by git and git-lfs."""

import hashlib
import os
import subprocess

from . import models
from .archive import MOMENT, settle
from .indices import Index, forget_places

SECOND = models.SHARDS.format(2)

SETTINGS = {
    "init.defaultBranch": "main",
    "init.templateDir": "",
    "core.logAllRefUpdates": "false",
    "pack.threads": "1",
    "user.name": "Tiny",
    "user.email": "tiny@example.org",
}


def git(folder, *arguments):
    """Runs git in a folder; returns what it wrote."""
    dates = {f"GIT_{role}_DATE": f"{MOMENT} +0000" for role in ("AUTHOR", "COMMITTER")}
    # `status` would write what it has learned into the index.
    environment = os.environ | dates | {"GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def write(folder, files):
    """Writes files, and the folders that they need."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def origin(folder):
    """A repository of one commit in `folder`; returns its address."""
    for key, value in SETTINGS.items():
        git(folder, "config", "--global", key, value)
    git(folder, "lfs", "install", "--skip-repo")
    bare, work = folder / "origin.git", folder / "work"
    git(folder, "init", "--quiet", "--bare", str(bare))
    git(folder, "init", "--quiet", str(work))
    git(work, "remote", "add", "origin", f"file://{bare}")
    git(work, "lfs", "track", "*.safetensors")
    write(work, models.language_model())
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message=Add the model")
    git(work, "push", "--quiet", "origin", "main")
    return f"file://{bare}"


def clone(made, change, *options):
    """Clones the repository to the folder `tiny`; `change` is what the user does with git then."""
    address = origin(made.parent)
    tiny = made / "tiny"
    git(made, "clone", "--quiet", *options, address, str(tiny))
    git(tiny, "remote", "set-url", "origin", "https://example.org/tiny.git")
    settle(tiny)
    git(tiny, "update-index", "--refresh")
    change(tiny)
    forget_places(tiny / ".git")
    for left in (tiny / ".git/lfs/tmp").iterdir():
        left.unlink()
    settle(tiny / ".git")
    return tiny


def plain(made):
    """As it was cloned."""
    clone(made, lambda tiny: None)


def compressed(made):
    """With an index whose names are told by how they differ from the name before."""
    clone(made, lambda tiny: git(tiny, "update-index", "--index-version=4"))


def sparse(made):
    """Without the folder of the adapter, and with a file to add later: both need more flags."""

    def change(tiny):
        git(tiny, "sparse-checkout", "set", "--no-cone", "/*", "!/adapter/")
        write(tiny, {"notes.md": b"To do.\n"})
        git(tiny, "add", "--intent-to-add", "notes.md")
        settle(tiny)

    clone(made, change)


def split(made):
    """With an index in two files, of which the first tells what has changed since the second."""

    def change(tiny):
        git(tiny, "config", "splitIndex.maxPercentChange", "100")
        git(tiny, "update-index", "--split-index")
        os.utime(tiny / SECOND, (MOMENT - 60, MOMENT - 60))
        git(tiny, "update-index", "--refresh")

    clone(made, change)


def pointer(made):
    """Without the contents of the second shard: the file is still the pointer to them."""
    clone(made, lambda tiny: None, "--config", f"lfs.fetchExclude={SECOND}")


def modified(made):
    """With a second shard that was written an hour later, of the same length."""
    tiny = clone(made, lambda tiny: None)
    write(tiny, {SECOND: models.language_model(seed=100)[SECOND]})
    os.utime(tiny / SECOND, (MOMENT + 3600, MOMENT + 3600))


STORES = {
    "git-lfs": plain,
    "git-lfs-compressed": compressed,
    "git-lfs-sparse": sparse,
    "git-lfs-split": split,
    "git-lfs-pointer": pointer,
    "git-lfs-modified": modified,
}


def describe(root):
    """What git and git-lfs say of a clone, in which they find nothing broken."""
    tiny = root / "tiny"
    git(tiny, "fsck", "--strict")
    git(tiny, "lfs", "fsck", "--objects")
    listed = [line.split(" ", 2) for line in _lines(tiny, "lfs", "ls-files", "--long")]
    digests = {name: digest for digest, _, name in listed}
    changes = {line[3:]: line[:2].strip() for line in _lines(tiny, "status", "--porcelain")}
    names = _lines(tiny, "ls-files")
    return {
        "index_version": Index((tiny / ".git/index").read_bytes()).version,
        "files": [_file(tiny, name, digests.get(name), changes.get(name)) for name in names],
    }


def _lines(folder, *arguments):
    return git(folder, *arguments).splitlines()


def _file(tiny, name, lfs_sha256, status):
    """A file of the index, and what lies there."""
    path = tiny / name
    data = path.read_bytes() if path.exists() else None
    return {
        "path": name,
        "size": None if data is None else len(data),
        "sha256": None if data is None else hashlib.sha256(data).hexdigest(),
        "lfs_sha256": lfs_sha256,
        "status": status,
    }
