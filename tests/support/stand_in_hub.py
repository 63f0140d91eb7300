"""A stand-in for the hub's HTTP interface: the real client talks to it through HF_ENDPOINT."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

TOKEN = "hf_stand_in"
LFS_FROM_BYTES = 1_000
"""Larger files are announced with their sha256 and live behind a redirect."""


@dataclass
class StandInHub:
    """Serves one repository at one revision; a context manager."""

    repository: str
    revision: str
    files: Mapping[str, bytes]
    gated: bool = True
    accepted: bool = True
    """Whether the owner of TOKEN has accepted the terms on the model's page."""
    cut_after: dict[str, int] = field(default_factory=dict)
    """Break off once after so many bytes of a file, and answer 503 from then on."""
    down: bool = False
    ignores_ranges: bool = False
    corrupted: set[str] = field(default_factory=set)
    """Files that are served with another content than announced."""
    ranges: list[tuple[str, str | None]] = field(default_factory=list)
    """Which file was asked for, and from where."""

    def __enter__(self) -> Self:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlsplit(request.path).path)
        if self.down:
            self._send(request, 503, b"")
        elif path == f"/api/models/{self.repository}/revision/{self.revision}":
            self._send(request, 200, json.dumps(self._announced()).encode())
        elif (stored := path.removeprefix("/stored/")) != path:
            self._send_file(request, stored)
        elif (name := path.removeprefix(f"/{self.repository}/resolve/{self.revision}/")) != path:
            self._resolve(request, name)
        else:
            self._send(request, 404, b"", {"X-Error-Code": "RevisionNotFound"})

    def _announced(self) -> dict[str, Any]:
        siblings = []
        for name, content in self.files.items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            sibling: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": blob}
            if len(content) >= LFS_FROM_BYTES:
                sha256 = hashlib.sha256(content).hexdigest()
                sibling["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
            siblings.append(sibling)
        return {"id": self.repository, "sha": self.revision, "siblings": siblings}

    def _resolve(self, request: BaseHTTPRequestHandler, name: str) -> None:
        told = request.headers.get("Authorization")
        if self.gated and told is None:
            self._send(request, 401, b"", {"X-Error-Code": "GatedRepo"})
        elif self.gated and told != f"Bearer {TOKEN}":
            told_so = {"X-Error-Message": "Invalid credentials in Authorization header"}
            self._send(request, 401, b"", told_so)
        elif self.gated and not self.accepted:
            self._send(request, 403, b"", {"X-Error-Code": "GatedRepo"})
        elif len(self.files[name]) >= LFS_FROM_BYTES:
            self._send(request, 302, b"", {"Location": f"/stored/{name}"})
        else:
            self._send_file(request, name)

    def _send_file(self, request: BaseHTTPRequestHandler, name: str) -> None:
        content = self.files[name]
        if name in self.corrupted:
            content = bytes([content[0] ^ 1]) + content[1:]
        wanted = request.headers.get("Range")
        self.ranges.append((name, wanted))
        found = None if self.ignores_ranges else re.fullmatch(r"bytes=(\d+)-", wanted or "")
        start = int(found[1]) if found else 0
        headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        cut = self.cut_after.pop(name, None)
        if cut is None:
            self._send(request, 206 if start else 200, content[start:], headers if start else {})
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        self.down = True
        request.wfile.write(content[:cut])
        request.close_connection = True

    @staticmethod
    def _send(
        request: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
