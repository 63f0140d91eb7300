"""A fake inference server that answers as badly as it is told to; for what a real one never does.

`FakeServer` runs in threads of this process, on a free port of the loopback.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import numpy as np

METADATA: dict[str, Any] = {
    "name": "hear",
    "versions": ["1", "10", "2"],
    "platform": "fake_plan",
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 32000]}],
    "outputs": [{"name": "output_0", "datatype": "FP32", "shape": [-1, 512]}],
}


class FakeServer:
    """Answers with `embed(windows)`, unless `answer` is set: (status, headers, body)."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.metadata = dict(METADATA)
        self.answer: Callable[[np.ndarray[Any, Any]], tuple[int, dict[str, str], bytes]] | None = (
            None
        )
        self.hangs = threading.Event()
        self.awaken = threading.Event()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.failures_left = 0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake.asked.append((self.path, dict(self.headers)))
                named = self.path.startswith("/v2/models/")
                about = fake.metadata if named else {"name": "fake", "version": "1.2"}
                self._send(200, {}, json.dumps(about).encode())

            def do_POST(self) -> None:
                fake.asked.append((self.path, dict(self.headers)))
                content = self.rfile.read(int(self.headers["Content-Length"]))
                head = int(self.headers["Inference-Header-Content-Length"])
                shape = json.loads(content[:head])["inputs"][0]["shape"]
                windows = np.frombuffer(content[head:], "<f4").reshape(shape)
                if fake.hangs.is_set():
                    fake.awaken.wait(30.0)
                if fake.failures_left:
                    fake.failures_left -= 1
                    self._send(503, {}, b'{"error": "busy"}')
                else:
                    self._send(*(fake.answer or binary)(windows))

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.scheme = "http"
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.awaken.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def embed(windows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Each window scaled by itself; its embedding is 512 sums."""
    low = windows.min(axis=1, keepdims=True)
    scaled = (windows - low) / (windows.max(axis=1, keepdims=True) - low + 1e-8)
    return np.add.reduceat(scaled, np.arange(512) * 62, axis=1).astype(np.float32)


def binary(windows: np.ndarray[Any, Any]) -> tuple[int, dict[str, str], bytes]:
    return tensor(embed(windows))


def tensor(array: np.ndarray[Any, Any], **changes: Any) -> tuple[int, dict[str, str], bytes]:
    """A well-formed binary answer, but for the changes to its description."""
    content = array.tobytes()
    output = {
        "name": "output_0",
        "datatype": "FP32",
        "shape": list(array.shape),
        "parameters": {"binary_data_size": len(content)},
        **changes,
    }
    head = json.dumps({"model_name": "hear", "outputs": [output]}).encode()
    return 200, {"Inference-Header-Content-Length": str(len(head))}, head + content


def text(body: object, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()
