"""The key file of a subscriber: who it is, and which daemon it believes."""

from __future__ import annotations

import json
import os
import shlex
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path

import zmq
from zmq.utils import z85

from ...config.errors import InputError

KEY_SCHEMA = "coughd.key/1"
_KEY_CHARACTERS = 40
_LARGEST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A CURVE key pair and the daemon's public key, each as 40 characters of Z85."""

    public_key: str
    secret_key: str = field(repr=False)
    server_key: str

    def put_on(self, socket: zmq.Socket[bytes]) -> None:
        """Encrypt what the socket connects to from now on, and believe this daemon only."""
        socket.setsockopt(zmq.CURVE_PUBLICKEY, self.public_key.encode())
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.secret_key.encode())
        socket.setsockopt(zmq.CURVE_SERVERKEY, self.server_key.encode())


def read_client_key(path: Path) -> ClientKey:
    """Read what `coughd keys new` wrote.

    Raises InputError where it is not such a file, or where others may read it.
    """
    fields = read_secret_json(path, KEY_SCHEMA, "a key file: make one with `coughd keys new NAME`")
    return ClientKey(
        public_key=key_of(fields, "public_key", path),
        secret_key=key_of(fields, "secret_key", path),
        server_key=key_of(fields, "server_key", path),
    )


def read_secret_json(path: Path, schema: str, should_be: str) -> dict[str, object]:
    """Read a JSON object that its owner alone may read; InputError, never with its content."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(_LARGEST_BYTES + 1)
    except OSError as exc:
        raise InputError(f"cannot read the key file {path}: {exc.strerror}") from exc
    if stat.S_IMODE(mode) & 0o077:
        mend = shlex.join(["chmod", "600", str(path)])
        raise InputError(f"{path}: others may read this key; {mend}, or make another one")
    try:
        fields = json.loads(raw) if len(raw) <= _LARGEST_BYTES else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or fields.get("schema") != schema:
        raise InputError(f"{path} is not {should_be}")
    return fields


def key_of(fields: dict[str, object], name: str, path: Path) -> str:
    """Give a member that is a CURVE key; InputError, never with its content."""
    key = fields.get(name)
    if isinstance(key, str) and is_key(key):
        return key
    raise InputError(f"{path}: {name} is damaged; make another key")


def is_key(text: str) -> bool:
    """Whether it is 32 bytes in Z85."""
    if len(text) != _KEY_CHARACTERS or not text.isascii():
        return False
    try:
        return len(z85.decode(text)) == 32
    except (ValueError, KeyError, struct.error):
        return False
