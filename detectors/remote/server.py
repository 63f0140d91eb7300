"""Which server is asked, and how it is told who asks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ...config.errors import ModelError

_LONGEST_TOKEN = 16_384


@dataclass(frozen=True, slots=True)
class Server:
    """Everything that is needed to ask; printing it shows no secret."""

    url: str
    """`http://` or `https://`, host, port and perhaps a path; neither user nor password."""
    model: str
    version: str | None
    """None: the newest that the server names at the start."""
    timeout_s: float
    """For one try, from the connection to the last byte of the answer."""
    retries: int
    ca_file: Path | None = None
    """Certificates that are believed; None: the usual ones."""
    token: str | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """`host:port/path`, as the client library wants it."""
        parts = urlsplit(self.url)
        port = parts.port or (443 if self.is_tls else 80)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{host}:{port}{parts.path.rstrip('/')}"

    @property
    def is_tls(self) -> bool:
        """Whether what is said is encrypted."""
        return urlsplit(self.url).scheme == "https"

    @property
    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def without_secret(self, text: str) -> str:
        """What may be logged of what the server or a library said."""
        return text.replace(self.token, "***") if self.token else text


def read_token(path: Path) -> str:
    """Read a token, one line; ModelError, which never tells what is in the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            content = file.read(_LONGEST_TOKEN + 1)
    except OSError as exc:
        raise ModelError(
            f"embedder.token_file {path} cannot be read: {exc.strerror}; correct path or rights."
        ) from exc
    if mode & 0o004:
        raise ModelError(f"embedder.token_file {path} is readable by everybody: chmod 600 {path}")
    token = content.strip()
    if not token or len(token) > _LONGEST_TOKEN or not all(33 <= byte <= 126 for byte in token):
        raise ModelError(f"embedder.token_file {path} must hold one token on one line.")
    return token.decode("ascii")
