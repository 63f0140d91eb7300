"""What is told to others: the stream, and the daemon's own log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from .key import Key


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Where events are told."""

    publish: Annotated[
        str | None,
        Key(
            "ZeroMQ address on which messages are published: `ipc:///PATH`, "
            "`tcp://127.0.0.1:PORT`, or with `curve` any other address of this machine.",
            default_says="`ipc://` in the runtime folder",
            example="tcp://127.0.0.1:5570",
        ),
    ] = None
    replay: Annotated[
        str | None,
        Key(
            "ZeroMQ address that answers what a subscriber missed; the same forms.",
            default_says="`ipc://` in the runtime folder",
            example="tcp://127.0.0.1:5571",
        ),
    ] = None
    curve: Annotated[
        bool,
        Key(
            "Whether `tcp://` addresses encrypt, and let in only holders of a key that "
            "`coughd keys new` made. Needed off the loopback.",
        ),
    ] = False
    group: Annotated[
        str | None,
        Key(
            "Group whose members may open the `ipc://` sockets (mode 0660).",
            pattern=r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}",
            refusal="must be the name of a group",
            default_says="the service's own; of a daemon started by hand nobody's (mode 0600)",
            example="audio",
        ),
    ] = None
    heartbeat_s: Annotated[
        float,
        Key("Seconds between two heartbeats.", minimum=0.1, maximum=3600.0),
    ] = 2.0
    replay_limit: Annotated[
        int,
        Key("Most messages in one answer to a replay request.", minimum=1, maximum=100_000),
    ] = 1000
    replay_rate: Annotated[
        int,
        Key(
            "Questions that one subscriber may put to the replay address in a second; twice as "
            "many at once.",
            minimum=1,
            maximum=100_000,
        ),
    ] = 50
    send_high_water: Annotated[
        int,
        Key(
            "Messages that may wait for one slow subscriber; further ones it must ask for again.",
            minimum=1,
            maximum=10_000_000,
        ),
    ] = 10_000


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Health and metrics over HTTP, for Prometheus and its like."""

    listen: Annotated[
        str | None,
        Key(
            "`HOST:PORT` on this machine's loopback, such as `127.0.0.1:9797`, open to every user "
            "of the machine; null: no HTTP.",
            example="127.0.0.1:9797",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class LoggingSettings:
    """What the daemon says about itself."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Key("The least important line that is written."),
    ] = "info"
    format: Annotated[
        Literal["text", "json"],
        Key("`text` for people, `json` (one object a line) for collectors."),
    ] = "text"
