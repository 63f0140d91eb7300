"""Where this configuration keeps and tells events: the settings, else the default places."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .addresses import refuse_address
from .errors import ConfigError
from .paths import Paths
from .settings import Settings

STORE_FILE = "coughd.sqlite3"
PUBLISH_SOCKET = "events.sock"
REPLAY_SOCKET = "replay.sock"


@dataclass(frozen=True, slots=True)
class Places:
    """No question is left open here: everything is absolute and present."""

    data_dir: Path
    store: Path | str
    """The SQLite file, or a SQLAlchemy URL where one is configured."""
    publish: str
    """ZeroMQ address of the PUB socket."""
    replay: str
    """ZeroMQ address of the ROUTER socket."""
    cache_dir: Path
    group_may_listen: bool = False
    """Whether the sockets' group may open them."""


def find_places(settings: Settings, paths: Paths) -> Places:
    """Fill what the settings leave open.

    Raises ConfigError where a default socket's path is longer than the kernel takes.
    """
    data_dir = settings.store.data_dir or paths.data_dir
    return Places(
        data_dir=data_dir,
        store=settings.store.url or data_dir / STORE_FILE,
        publish=settings.stream.publish or _ipc(paths.runtime_dir / PUBLISH_SOCKET, "publish"),
        replay=settings.stream.replay or _ipc(paths.runtime_dir / REPLAY_SOCKET, "replay"),
        cache_dir=paths.cache_dir,
        group_may_listen=paths.is_service or settings.stream.group is not None,
    )


def _ipc(path: Path, key: str) -> str:
    address = f"ipc://{path}"
    refusal = refuse_address(address)
    if refusal:
        raise ConfigError(f"{address}: {refusal} with stream.{key} in the configuration")
    return address
