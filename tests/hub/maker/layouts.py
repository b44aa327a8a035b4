"""The layouts: what huggingface_hub leaves on the disk when it downloads a repository."""

import multiprocessing
import resource
import signal
import uuid
from types import SimpleNamespace

from huggingface_hub import _local_folder, hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError

from . import repos
from .repos import WEIGHTS, Repo

# The largest file that the killed process may write; its shard is larger.
FILE_LIMIT = 4096


def download(hub, repo, revision="main", **where):
    """Downloads files one after another, so that what is appended to comes out the same."""
    options = {"repo_type": repo.kind, "revision": revision, "endpoint": hub.endpoint}
    return snapshot_download(repo.name, max_workers=1, token=False, **options, **where)


def download_file(name, file, folder, endpoint):
    """Downloads one file to a cache."""
    hf_hub_download(name, file, cache_dir=folder, endpoint=endpoint, token=False)


def serve(hub, repo, files, *refs):
    """Serves a repository with one commit, or one more; returns the repository."""
    repo.commit(files, *(refs or ("main",)))
    hub.serve(repo)
    return repo


def plain(hub, folder):
    """One snapshot of links to blobs, and the mark of a file that the repository does not have."""
    repo = serve(hub, Repo("org/tiny"), repos.language_model())
    download(hub, repo, cache_dir=folder)
    try:
        download_file(repo.name, "adapter_config.json", folder, hub.endpoint)
    except EntryNotFoundError:
        return [repo]
    raise AssertionError("the repository should not have this file")


def shared(hub, folder):
    """The same by Xet: blobs of large files are links, too, to blobs that repositories share."""
    repo = Repo("org/tiny", is_xet=True)
    serve(hub, repo, repos.language_model(lfs=(*WEIGHTS, "tokenizer.json")))
    download(hub, repo, cache_dir=folder)
    return [repo]


def revisions(hub, folder):
    """Two snapshots that differ in a shard and in the export, and three names that lead to them."""
    repo = serve(hub, Repo("org/tiny"), repos.language_model(), "v1.0")
    serve(hub, repo, repos.language_model(seed=100), "main", "refs/pr/1")
    for revision in ("v1.0", "main", "refs/pr/1"):
        download(hub, repo, revision, cache_dir=folder)
    return [repo]


def incomplete(hub, folder):
    """A snapshot without its second shard, of which a killed process left the beginning."""
    repo = serve(hub, Repo("org/tiny"), repos.language_model(rows=500))
    shard = repos.SHARDS.format(2)
    arguments = (repo.name, shard, folder, hub.endpoint)
    process = multiprocessing.get_context("spawn").Process(target=be_killed, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGXFSZ, process.exitcode
    download(hub, repo, cache_dir=folder, ignore_patterns=[shard])
    return [repo]


def be_killed(name, file, folder, endpoint):
    """Downloads a file, until the system ends the process that writes more than it may."""
    uuid.uuid4 = lambda: uuid.UUID(int=0x600DCAFE << 96)  # the name of the file has a part of it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    download_file(name, file, folder, endpoint)


def local_dir(hub, folder):
    """A folder of plain files, with notes about each below `.cache/huggingface`."""
    repo = serve(hub, Repo("org/tiny"), repos.language_model())
    _local_folder.time = SimpleNamespace(time=lambda: 1767225600.25)  # the notes have the time
    (folder / "cache").mkdir()
    download(hub, repo, local_dir=folder / "tiny", cache_dir=folder / "cache")
    return [repo]


def several(hub, folder):
    """Two models with the same first shard, which they share, and a data set."""
    models = [Repo("org/tiny", is_xet=True), Repo("org/tiny-tuned", is_xet=True)]
    all_files = [repos.language_model(), repos.language_model(seed=100), repos.data_set()]
    all_repos = [*models, Repo("org/scales", kind="dataset", is_xet=True)]
    for repo, files in zip(all_repos, all_files):
        serve(hub, repo, files)
        download(hub, repo, cache_dir=folder)
    return all_repos


LAYOUTS = {
    "plain": plain,
    "shared": shared,
    "revisions": revisions,
    "incomplete": incomplete,
    "local-dir": local_dir,
    "several": several,
}
