"""What is written down, where, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from .key import Key


@dataclass(frozen=True, slots=True)
class CoverageSettings:
    """What is written down about the time that was heard."""

    silence_s: Annotated[
        float,
        Key(
            "Seconds of digital silence (one constant value, not a quiet room) after which time "
            "is written as `silent`.",
            minimum=0.1,
            maximum=3600.0,
        ),
    ] = 10.0
    progress_s: Annotated[
        float,
        Key(
            "Seconds after which a lasting interval is written again, so that a crash forgets "
            "no more than that.",
            minimum=0.1,
            maximum=3600.0,
        ),
    ] = 10.0
    minimum_for_rate: Annotated[
        float,
        Key(
            "Share of the time (0..1) that must have been monitored before a cough rate is shown.",
            minimum=0.0,
            maximum=1.0,
        ),
    ] = 0.5


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where events are kept."""

    url: Annotated[
        str | None,
        Key(
            "SQLAlchemy URL of the store: of a file, such as "
            "`sqlite:////srv/coughd/coughd.sqlite3`, or of a PostgreSQL database (needs the extra "
            "`coughd[postgres]`), such as `postgresql+psycopg://coughd@db.example/pi07`.",
            pattern=r"(sqlite|postgresql)(\+[A-Za-z0-9_]+)?://.*",
            refusal="must be a URL of SQLite or PostgreSQL, such as "
            "'sqlite:////srv/coughd/coughd.sqlite3'",
            default_says="an SQLite file in `data_dir`",
            example="sqlite:////srv/coughd/coughd.sqlite3",
            secret=True,
        ),
    ] = None
    data_dir: Annotated[
        Path | None,
        Key(
            "Folder of the store, of its lock and of everything else that must last.",
            default_says="the service's state folder, or a person's XDG data folder",
            example="/srv/coughd",
        ),
    ] = None
    max_waiting_changes: Annotated[
        int,
        Key(
            "Facts (2 kB each at most) that may wait in memory while the store cannot be written; "
            "beyond it listening waits too, and what is not heard meanwhile counts as not "
            "monitored.",
            minimum=100,
            maximum=10_000_000,
        ),
    ] = 10_000
    outbox_keep: Annotated[
        int,
        Key(
            "Messages that are kept for subscribers who were away.",
            minimum=1000,
            maximum=1_000_000_000,
        ),
    ] = 1_000_000


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long things are kept, and what gives way when room runs out.

    Sums per quarter of an hour and the time monitored are kept for ever: counts stay.
    """

    events_days: Annotated[
        float | None,
        Key(
            "Days after which single events are deleted; their counts stay in the history.",
            minimum=1.0,
            maximum=100_000.0,
            default_says="never",
            example="730",
        ),
    ] = None
    embeddings_days: Annotated[
        float | None,
        Key(
            "Days after which the 512 numbers of an event are deleted.",
            minimum=0.0,
            maximum=100_000.0,
            default_says="never",
            example="90",
        ),
    ] = None
    messages_days: Annotated[
        float | None,
        Key(
            "Days after which messages can no longer be asked for again; `store.outbox_keep` "
            "bounds their number.",
            minimum=0.1,
            maximum=100_000.0,
            default_says="as `events_days`",
            example="30",
        ),
    ] = None
    store_mb: Annotated[
        int | None,
        Key(
            "Megabytes that a SQLite store may use; beyond it the oldest embeddings give way, then "
            "the oldest messages, then the oldest events.",
            minimum=2,
            maximum=100_000_000,
            default_says="no bound",
            example="2000",
        ),
    ] = None
    free_space_mb: Annotated[
        int,
        Key(
            "Free megabytes of the disk that are left to events: with less, no embedding is stored "
            "and the oldest ones give way.",
            minimum=0,
            maximum=100_000_000,
        ),
    ] = 100
    ballast_mb: Annotated[
        int,
        Key(
            "Size (MB) of a file that is only there to be given up when the disk is full, since "
            "even deleting needs room. 0: none.",
            minimum=0,
            maximum=100_000,
        ),
    ] = 16

    @property
    def messages_kept_days(self) -> float | None:
        """Days after which messages go; None: never. They say all that their events do."""
        return self.events_days if self.messages_days is None else self.messages_days


@dataclass(frozen=True, slots=True)
class ClipsSettings:
    """Sound kept beside counted coughs, encrypted. By default there is none."""

    keep: Annotated[
        bool,
        Key("Whether two seconds of sound are kept of each counted cough. It needs a key."),
    ] = False
    key_file: Annotated[
        Path | None,
        Key(
            "File (mode 0600) with the key, made by `coughd clips new-key`; better not on the disk "
            "that the clips are on.",
            default_says="the service's credential `coughd-clips-key`",
            example="/etc/coughd/clips.key",
        ),
    ] = None
    before_s: Annotated[
        float,
        Key("Seconds kept before the onset.", minimum=0.0, maximum=0.5),
    ] = 0.5
    after_s: Annotated[
        float,
        Key(
            "Seconds kept after the onset; with all of both, a clip can be embedded again later.",
            minimum=0.1,
            maximum=1.5,
        ),
    ] = 1.5
    speech_veto: Annotated[
        float | None,
        Key(
            "No clip is kept within two seconds of a trigger whose score for speech (0..1) is this "
            "or more, or that no probe could judge. null: no veto.",
            minimum=0.0,
            maximum=1.0,
        ),
    ] = 0.2
    keep_days: Annotated[
        float | None,
        Key(
            "Days after which a clip is deleted; never later than its event. null: no bound.",
            minimum=0.01,
            maximum=100_000.0,
        ),
    ] = 30.0
    max_mb: Annotated[
        int | None,
        Key(
            "Megabytes that all clips may take; beyond it the oldest are deleted. null: no bound.",
            minimum=1,
            maximum=100_000_000,
        ),
    ] = 500
    best_of_day: Annotated[
        int | None,
        Key(
            "So many clips of each source and UTC day are kept, the likeliest coughs.",
            minimum=1,
            maximum=1_000_000,
            default_says="all",
            example="50",
        ),
    ] = None
