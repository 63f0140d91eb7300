"""The daemon's CURVE keys: its own pair, and the list of those who may connect.

Both are files in DATA_DIR/keys. `coughd keys` writes them, the daemon looks at them whenever
somebody knocks, so a key is good, or no longer good, without a restart.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

import zmq

from ...config.errors import InputError, StorageError, UsageError
from ...config.private_file import make_private_folder, write_private
from .client_key import KEY_SCHEMA, ClientKey, is_key, key_of, read_secret_json

SERVER_SCHEMA = "coughd.server_key/1"
CLIENTS_SCHEMA = "coughd.clients/1"
KEYS_FOLDER = "keys"
SERVER_FILE = "server.json"
CLIENTS_FILE = "clients.json"
THIS_MACHINE = "this machine"
"""How the holder of the server's own pair is called: who may read that may do everything."""
MOST_CLIENTS = 10_000
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class ServerKey:
    """The daemon's pair, as Z85."""

    public_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who may connect."""

    name: str
    public_key: str
    created: str
    """RFC 3339."""

    @property
    def fingerprint(self) -> str:
        """See `fingerprint`."""
        return fingerprint(self.public_key)


def fingerprint(public_key: str) -> str:
    """Give 16 hexadecimal digits by which people compare keys."""
    return sha256(public_key.encode()).hexdigest()[:16]


class KeyRing:
    """The keys of one data directory. Any thread; the files are replaced whole."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.folder = data_dir / KEYS_FOLDER
        self._seen: tuple[int, int, int] | None = None
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._revocations = 0

    def server_key(self) -> ServerKey:
        """Read the daemon's pair; made where there is none.

        Raises InputError for a damaged file or one that others may read, StorageError where it
        cannot be made.
        """
        if not (self.folder / SERVER_FILE).exists():
            with self._alone():
                self._make_server_key()
        return self._read_server_key()

    def _make_server_key(self) -> None:
        path = self.folder / SERVER_FILE
        if not path.exists():
            public_key, secret_key = _new_pair()
            document = {"public_key": public_key, "secret_key": secret_key}
            self._write(path, {"schema": SERVER_SCHEMA, **document})

    def _read_server_key(self) -> ServerKey:
        path = self.folder / SERVER_FILE
        fields = read_secret_json(
            path, SERVER_SCHEMA, "the daemon's key; move it away, and make all keys anew"
        )
        return ServerKey(key_of(fields, "public_key", path), key_of(fields, "secret_key", path))

    def own_client_key(self) -> ClientKey:
        """Give the key with which commands on this machine connect; errors as `server_key`."""
        server = self.server_key()
        return ClientKey(server.public_key, server.secret_key, server.public_key)

    def clients(self) -> list[Client]:
        """Read the list, in the order in which they came; InputError for a damaged one."""
        path = self.folder / CLIENTS_FILE
        try:
            document = json.loads(path.read_bytes())
            listed = [Client(**each) for each in document["clients"]]
        except FileNotFoundError:
            return []
        except OSError as exc:
            raise InputError(f"cannot read {path}: {exc.strerror}; try again as root") from exc
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise InputError(f"{path} is damaged: move it away and make all keys anew") from exc
        if document.get("schema") != CLIENTS_SCHEMA or not all(_is_whole(one) for one in listed):
            raise InputError(f"{path} is damaged: move it away and make all keys anew")
        return listed

    def add(self, name: str, now: str) -> ClientKey:
        """Let a new key in; gives what its holder needs, which is not kept here.

        Raises UsageError for a name that is taken or cannot be one.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r}: a name has 1 to 64 letters, digits, '.', '_' or '-'")
        with self._alone():
            listed = self.clients()
            if any(each.name == name for each in listed):
                raise UsageError(
                    f"there is a key {name} already: revoke it, or choose another name"
                )
            if len(listed) >= MOST_CLIENTS:
                raise UsageError(f"there are {MOST_CLIENTS} keys already: revoke some")
            self._make_server_key()
            server = self._read_server_key()
            public_key, secret_key = _new_pair()
            self._write_clients([*listed, Client(name, public_key, now)])
        return ClientKey(public_key, secret_key, server.public_key)

    def revoke(self, name: str) -> Client:
        """Let a key in no more; UsageError where there is none of that name."""
        self._find(name)  # nothing is made for a name that nobody has
        with self._alone():
            found = self._find(name)
            self._write_clients([each for each in self.clients() if each != found])
        return found

    def _find(self, name: str) -> Client:
        found = next((each for each in self.clients() if each.name == name), None)
        if found is None:
            raise UsageError(f"there is no key {name}: see `coughd keys list`")
        return found

    def name_of(self, public_key: str) -> str | None:
        """Whose key it is, None for a stranger's; InputError where a file cannot be read."""
        with self._lock:
            self._look()
            return self._names.get(public_key)

    @property
    def revocations(self) -> int:
        """Grows whenever somebody is no longer on the list, or the list cannot be read."""
        with self._lock:
            with suppress(InputError, StorageError):
                self._look()
            return self._revocations

    def _look(self) -> None:
        seen = self._stamp()
        if seen == self._seen:
            return
        before, self._names = self._names, {}
        try:
            names = {self._read_server_key().public_key: THIS_MACHINE}
            self._names = names | {each.public_key: each.name for each in self.clients()}
        finally:
            self._seen = seen if self._names else None
            self._revocations += not before.keys() <= self._names.keys()

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = (self.folder / CLIENTS_FILE).stat()
        except FileNotFoundError:
            return (0, 0, 0)
        except OSError as exc:
            raise InputError(f"{self.folder}: {exc.strerror}; nobody is let in") from exc
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _write_clients(self, clients: list[Client]) -> None:
        document = {"schema": CLIENTS_SCHEMA, "clients": [asdict(each) for each in clients]}
        self._write(self.folder / CLIENTS_FILE, document)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else change the keys: who was revoked meanwhile would be let in again.

        The folder is made where there is none; StorageError.
        """
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private_folder(self.folder, owner_of=self._data_dir)
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as exc:
            raise StorageError(f"cannot write into {self.folder}: {exc.strerror}") from exc
        try:
            with suppress(OSError):  # some network file systems lock no folders
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, path: Path, document: Mapping[str, object]) -> None:
        """Only within `_alone`; StorageError."""
        try:
            write_secret(path, document, like=self._data_dir)
        except OSError as exc:
            raise StorageError(f"cannot write {path}: {exc.strerror}") from exc


def client_file(name: str, key: ClientKey) -> dict[str, object]:
    """Give the file that is handed to the holder of a key."""
    return {
        "schema": KEY_SCHEMA,
        "name": name,
        "public_key": key.public_key,
        "secret_key": key.secret_key,
        "server_key": key.server_key,
    }


def write_secret(path: Path, document: Mapping[str, object], like: Path | None = None) -> None:
    """Replace a file by JSON that its owner alone may read; OSError.

    With `like`, root gives the file to the owner of that path.
    """
    write_private(path, json.dumps(document, indent=1).encode(), owner_of=like)


def _is_whole(client: Client) -> bool:
    texts = (client.name, client.public_key, client.created)
    return all(isinstance(each, str) for each in texts) and is_key(client.public_key)


def _new_pair() -> tuple[str, str]:
    public_key, secret_key = zmq.curve_keypair()
    return public_key.decode(), secret_key.decode()
