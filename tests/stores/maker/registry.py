"""A stand-in for a container registry on this machine: the requests of a push and a pull."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Registry:
    """Keeps blobs by digest, and manifests by digest and by tag."""

    def __init__(self):
        self.blobs = {}
        self.manifests = {}
        self.media_types = {}
        handler = type("Handler", (_Handler,), {"registry": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keep(self, reference, data, media_type):
        """Keeps a manifest or an index under a tag, or its digest; returns its digest."""
        digest = digest_of(data)
        for name in (reference, digest):
            self.manifests[name] = data
            self.media_types[name] = media_type
        return digest


def digest_of(data):
    """How registries call contents."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/v2/":
            return self.reply(200, {}, b"{}")
        kind, reference = re.fullmatch(r"/v2/.+/(blobs|manifests)/([^/]+)", path).groups()
        kept = getattr(self.registry, kind).get(reference)
        if kept is None:
            return self.reply(404, {}, b"")
        media_type = self.registry.media_types.get(reference, "application/octet-stream")
        headers = {"Content-Type": media_type, "Docker-Content-Digest": digest_of(kept)}
        return self.reply(200, headers, kept)

    do_HEAD = do_GET

    def do_POST(self):
        """The begin of an upload."""
        self.reply(202, {"Location": urlsplit(self.path).path + "upload"}, b"")

    def do_PUT(self):
        """A blob, or a manifest."""
        url, data = urlsplit(self.path), self.rfile.read(int(self.headers["Content-Length"]))
        digest = parse_qs(url.query).get("digest", [digest_of(data)])[0]
        assert digest == digest_of(data)
        if "/manifests/" in url.path:
            self.registry.keep(url.path.rsplit("/", 1)[1], data, self.headers["Content-Type"])
        else:
            self.registry.blobs[digest] = data
        self.reply(201, {"Docker-Content-Digest": digest, "Location": url.path}, b"")

    def reply(self, status, headers, body):
        """Sends an answer; of one to HEAD only the head."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""
