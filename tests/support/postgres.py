"""A real PostgreSQL server of the test's own, in a folder of its own, heard on a socket there."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

_TOOLS = ("initdb", "pg_ctl")
_PLACES = "/usr/lib/postgresql"


def skip_unless_available() -> None:
    """Skip the test where this machine has no PostgreSQL; in CI that fails."""
    missing = [tool for tool in _TOOLS if _tool(tool) is None]
    if missing:
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"needs PostgreSQL's {', '.join(missing)} (apt-get install postgresql)")


@dataclass
class PostgresServer:
    """A running server."""

    folder: Path
    _places: int = 0

    def new_place(self) -> str:
        """Make an empty schema, which is quicker than a database; gives its URL."""
        self._places += 1
        name = f"place_{self._places}"
        with psycopg.connect(host=str(self.folder), user=self._user, dbname="postgres") as admin:
            admin.execute(f"CREATE SCHEMA {name}")
        host, option = quote(str(self.folder)), quote(f"-csearch_path={name}")
        return f"postgresql+psycopg://{self._user}@/postgres?host={host}&options={option}"

    @property
    def _user(self) -> str:
        return _server_user() or pwd.getpwuid(os.geteuid()).pw_name

    def restart(self) -> None:
        """Stop at once, every connection with it, and start again."""
        self._control("restart", "-m", "immediate")

    def stop(self) -> None:
        """Be gone."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Be there."""
        # A test's server may lose what a power cut would take; only its own crash is played.
        place = shlex.quote(str(self.folder))
        self._control("start", "-o", f"-k {place} -c listen_addresses='' -c fsync=off")

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """Come back afterwards as it is now, as a copy does that has lagged behind."""
        data, copy = str(self.folder / "data"), str(self.folder / "copy")
        self.stop()
        self._run("cp", "-a", data, copy)
        self.start()
        yield
        self.stop()
        self._run("rm", "-r", data)
        self._run("mv", copy, data)
        self.start()

    def _control(self, action: str, *options: str) -> None:
        data, log = self.folder / "data", self.folder / "log"
        self._run("pg_ctl", "-D", str(data), "-l", str(log), "-w", action, *options)

    def _run(self, tool: str, *arguments: str) -> None:
        _as_server([_tool(tool) or tool, *arguments], self.folder)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server; needs `skip_unless_available`."""
    # Not pytest's folder: a socket's path may have 107 bytes, and the server another user.
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        user = _server_user()
        if user is not None:
            shutil.chown(folder, user)
        initdb = [_tool("initdb") or "initdb", "-D", str(folder / "data"), "-A", "trust"]
        _as_server([*initdb, "-E", "UTF8", "--no-sync"], folder)
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_server(arguments: Sequence[str], folder: Path) -> None:
    subprocess.run(
        list(arguments),
        check=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=_server_user(),
    )


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _tool(name: str) -> str | None:
    found = sorted(Path(_PLACES).glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)
