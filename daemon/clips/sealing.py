"""Encryption of clips: ChaCha20-Poly1305 of `cryptography`, a fresh nonce for every clip."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from ...config.errors import ConfigError, InputError
from .readers import is_private

CREDENTIAL = "coughd-clips-key"
"""How the service manager's credential is called (systemd: `LoadCredentialEncrypted=`)."""
_KEY_BYTES = 32
_NONCE_BYTES = 12
_LARGEST_FILE_BYTES = 1024


class ClipKey:
    """Seals and opens; its secret is in no text that it gives of itself."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = ChaCha20Poly1305(secret)

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        """Encrypt; opens again only together with the same `bound` bytes, which stay readable."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """Decrypt; InputError where the key is another one, or anything was changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as exc:
            raise InputError(
                "it cannot be decrypted: the key is another one, or the file is damaged"
            ) from exc


def new_key_text() -> str:
    """Make a key, as the line of a key file."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode() + "\n"


def find_key_file(configured: Path | None, environ: Mapping[str, str]) -> Path:
    """Give the file with the key: the configured one, else the service manager's credential.

    Raises ConfigError where neither is named.
    """
    if configured is not None:
        return configured
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder:
        return Path(folder) / CREDENTIAL
    raise ConfigError(
        "clips.keep needs a key: make one with `coughd clips new-key FILE` and name it in "
        f"clips.key_file, or hand it to the service as the credential {CREDENTIAL}"
    )


def read_key(path: Path) -> ClipKey:
    """Read a key file; ConfigError, never with its content."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            is_open_to_others = not is_private(file.fileno())
            text = file.read(_LARGEST_FILE_BYTES)
    except PermissionError as exc:
        raise ConfigError(
            f"may not read the clips' key {path}: chown it to the user that coughd runs as"
        ) from exc
    except OSError as exc:
        raise ConfigError(f"cannot read the clips' key {path}: {exc.strerror}") from exc
    if is_open_to_others:
        raise ConfigError(f"{path}: others may read the clips' key (mode {mode:04o}): chmod 600")
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise ConfigError(f"{path} is not a key of clips: make one with `coughd clips new-key`")
    return ClipKey(secret)
