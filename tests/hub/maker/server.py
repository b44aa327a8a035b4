"""A stand-in for the Hugging Face Hub on this machine: the few requests that a download makes."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import hf_xet
from huggingface_hub.utils.sha import git_hash

from .repos import is_lfs, pointer

PREFIXES = {"model": "", "dataset": "datasets/"}


class Hub:
    """Serves repositories. Large files of those that use Xet come from a Xet store in `folder`."""

    def __init__(self, folder):
        self.store = f"local://{folder}/store"
        self.session = hf_xet.XetSession()
        self.repos = {}
        self.large = {}
        self.xet_hashes = {}
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, repo):
        """Serves a repository, in place of the one that had its name."""
        self.repos[repo.kind, repo.name] = repo
        for files in repo.commits.values():
            for path in (path for path in files if is_lfs(files, path)):
                sha256 = hashlib.sha256(files[path]).hexdigest()
                self.large[sha256] = files[path]
                if repo.is_xet:
                    self.xet_hashes[sha256] = self._upload(files[path])

    def _upload(self, data):
        """Puts a file into the Xet store; returns its Xet hash."""
        access = {"endpoint": self.store, "token": "none", "token_expiry_unix_secs": expiry()}
        with self.session.new_upload_commit(**access) as commit:
            upload = commit.start_upload_bytes(data, sha256=hf_xet.COMPUTE_SHA256)
        return upload.result().xet_info.hash

    def describe(self, repo, files, path):
        """A file as listings describe it."""
        data = files[path]
        if not is_lfs(files, path):
            return {"type": "file", "path": path, "size": len(data), "oid": git_hash(data)}
        sha256 = hashlib.sha256(data).hexdigest()
        lfs = {"oid": sha256, "size": len(data), "pointerSize": len(pointer(data))}
        info = {"type": "file", "path": path, "size": len(data), "oid": git_hash(pointer(data))}
        return info | {"lfs": lfs} | ({"xetHash": self.xet_hashes[sha256]} if repo.is_xet else {})


def expiry():
    """When access ends: after all this."""
    return int(time.time()) + 3600


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = unquote(urlsplit(self.path).path).lstrip("/")
        if path.startswith("lfs/"):
            return self.reply(200, {}, self.hub.large[path.removeprefix("lfs/")])
        for (kind, name), repo in self.hub.repos.items():
            for call, prefix in ((self.api, f"api/{kind}s/"), (self.resolve, PREFIXES[kind])):
                if path.startswith(f"{prefix}{name}/"):
                    return call(repo, path.removeprefix(f"{prefix}{name}/"))
        return self.reply(404, {"X-Error-Code": "RepoNotFound"}, b"")

    do_HEAD = do_GET

    def api(self, repo, rest):
        """What `/api` answers: the commit that a name leads to, its files, the way to Xet."""
        call, revision = rest.split("/", 1)
        commit = repo.resolve(revision)
        if commit is None:
            return self.reply(404, {"X-Error-Code": "RevisionNotFound"}, b"")
        if call == "xet-read-token":
            headers = {"X-Xet-Cas-Url": self.hub.store, "X-Xet-Access-Token": "none"}
            return self.reply(200, headers | {"X-Xet-Token-Expiration": expiry()}, b"{}")
        files = repo.commits[commit]
        listing = [self.hub.describe(repo, files, path) for path in sorted(files)]
        answer = {"revision": {"id": repo.name, "sha": commit}, "tree": listing}[call]
        return self.reply(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())

    def resolve(self, repo, rest):
        """A file: its contents if git keeps it, else where they are."""
        _, rest = rest.split("/", 1)
        ref = next(name for name in [*repo.refs, *repo.commits] if rest.startswith(f"{name}/"))
        commit, path = repo.resolve(ref), rest.removeprefix(f"{ref}/")
        headers, files = {"X-Repo-Commit": commit}, repo.commits[commit]
        if path not in files:
            return self.reply(404, headers | {"X-Error-Code": "EntryNotFound"}, b"")
        info = self.hub.describe(repo, files, path)
        if "lfs" not in info:
            return self.reply(200, headers | {"ETag": f'"{info["oid"]}"'}, files[path])
        linked = {"X-Linked-ETag": f'"{info["lfs"]["oid"]}"', "X-Linked-Size": info["size"]}
        # Another host, as on the Hub: the client follows redirections within one before it looks.
        host = f"http://localhost:{self.hub.server.server_port}"
        location = {"Location": f"{host}/lfs/{info['lfs']['oid']}"}
        return self.reply(302, headers | linked | location, b"")

    def reply(self, status, headers, body):
        """Sends an answer; of one to HEAD only the head."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""
