"""Everything an operator may set: the one place for text, default and range of each key.

The values are parsed and checked (`load.py`); code downstream asks no further questions. Where a
default depends on the machine's folders the value is None here and `places.py` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from .key import Key
from .machine import host_name, system_timezone

_NAME = r"[A-Za-z0-9._-]{1,100}"
_NAME_REFUSAL = "must be 1 to 100 letters, digits, '.', '_' or '-'"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One microphone or file that is listened to."""

    id: Annotated[
        str,
        Key(
            "Stable name of this source in the store, in topics and in exports. "
            "Changing it starts a new source.",
            pattern=r"[A-Za-z0-9:._-]{1,100}",
            refusal="must be 1 to 100 letters, digits, ':', '.', '_' or '-'",
        ),
    ]
    kind: Annotated[Literal["microphone", "file"], Key("What the source is.")]
    name: Annotated[
        str,
        Key(
            "Name for people, such as `Bedroom`.",
            pattern=r"[\s\S]{1,200}",
            refusal="must be 1 to 200 characters",
            default_says="the id",
            example="Bedroom",
        ),
    ] = ""
    device: Annotated[
        str,
        Key(
            "Stable name of the microphone as `coughd devices` prints it, or a part of it that "
            "only one device has.",
            kinds=("microphone",),
            default_says="`default`: the system's default input",
        ),
    ] = "default"
    sample_rate_hz: Annotated[
        int | None,
        Key(
            "Rate (Hz) at which the microphone is opened; for a device of the sound server, "
            "whose own rate cannot be asked.",
            minimum=8_000,
            maximum=192_000,
            kinds=("microphone",),
            default_says="the device's own",
            example="48000",
        ),
    ] = None
    path: Annotated[
        Path | None,
        Key(
            "Sound file (WAV, FLAC, Ogg, MP3) to listen to.",
            kinds=("file",),
            required_for=("file",),
            default_says="none",
            example="recordings/night.flac",
        ),
    ] = None
    pace: Annotated[
        Literal["realtime", "fast"],
        Key(
            "`realtime` plays the file as a microphone would; `fast` as fast as the machine can.",
            kinds=("file",),
        ),
    ] = "realtime"
    loop: Annotated[
        bool,
        Key("Start the file again when it ends; the source then never finishes.", kinds=("file",)),
    ] = False
    channel: Annotated[
        int | Literal["mix"],
        Key(
            "Which channel is heard, counted from 0, or `mix` for the mean of all.",
            minimum=0,
            maximum=255,
        ),
    ] = "mix"
    starts_at: Annotated[
        datetime | None,
        Key(
            "When the file's first sample was recorded, RFC 3339 with offset, such as "
            "`2026-11-20T22:00:00+01:00`.",
            kinds=("file",),
            default_says="the time at which the file is opened",
            example="2026-11-20T22:00:00+01:00",
        ),
    ] = None
    record_path: Annotated[
        Path | None,
        Key(
            "WAV file into which the capture process also writes what it receives. This is audio "
            "at rest, everything the microphone hears; for fault finding only.",
            kinds=("microphone",),
            default_says="nothing is recorded",
            example="bedroom.wav",
        ),
    ] = None

    def __post_init__(self) -> None:
        """A source without a name is called by its id."""
        if not self.name:
            object.__setattr__(self, "name", self.id)


DEFAULT_SOURCE = SourceSettings(id="default", kind="microphone")
"""What is heard where the configuration names no source."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """The cheap always-on detector."""

    kind: Annotated[Literal["coughd"], Key("Which gate listens; `coughd` is shipped.")] = "coughd"
    threshold: Annotated[
        float | None,
        Key(
            "Gate score (0..1) from which a trigger is claimed; lower hears more and costs more.",
            minimum=0.0,
            maximum=1.0,
            default_says="the gate's own",
            example="0.3",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """What turns two seconds of sound into 512 numbers."""

    kind: Annotated[
        Literal["open", "hear"],
        Key(
            "`open`: the compact encoder that is shipped. `hear`: Google's HeAR, whose weights "
            "you must have, in a process of its own (needs the extra `coughd[hear]`)."
        ),
    ] = "open"
    model_path: Annotated[
        Path | None,
        Key(
            "Folder of HeAR's SavedModel; read for kind `hear` only.",
            required_for=("hear",),
            default_says="none",
            example="~/models/hear",
        ),
    ] = None
    max_waiting_windows: Annotated[
        int,
        Key(
            "Windows (128 kB each, in memory) that may wait for HeAR; beyond it the oldest gives "
            "way and its event keeps the open embedder's score.",
            minimum=1,
            maximum=100_000,
        ),
    ] = 256
    batch_sizes: Annotated[
        tuple[int, ...],
        Key(
            "Ascending sizes to which HeAR's batches are filled up, one compiled graph each.",
            minimum=1,
            maximum=1024,
        ),
    ] = (1, 4, 8)
    start_timeout_s: Annotated[
        float,
        Key(
            "Seconds that HeAR may take to load and test itself before it is started again.",
            above=0.0,
            maximum=86_400.0,
        ),
    ] = 300.0
    reply_timeout_s: Annotated[
        float,
        Key(
            "Seconds that HeAR may take over one batch before it is started again.",
            above=0.0,
            maximum=3600.0,
        ),
    ] = 60.0


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """The small calibrated classifier that decides what counts."""

    threshold: Annotated[
        float | None,
        Key(
            "P(cough) (0..1) from which an event counts; triggers below are stored, not counted.",
            minimum=0.0,
            maximum=1.0,
            default_says="the probe's own",
            example="0.8",
        ),
    ] = None
    path: Annotated[
        Path | None,
        Key(
            "File of a probe of the configured embedder, such as one trained on this site.",
            default_says="the shipped one",
            example="cough-at-home.json",
        ),
    ] = None
    keep_embeddings: Annotated[
        bool,
        Key(
            "Store the 512 numbers of each event, so that a later probe can judge it again. "
            "They are not sound, but may tell more about a person than that there was a cough."
        ),
    ] = True


@dataclass(frozen=True, slots=True)
class EpochSettings:
    """How coughs are grouped in the messages that tell an epoch's end."""

    gap_s: Annotated[
        float,
        Key(
            "Seconds without a cough that end an epoch, from one cough's offset to the next "
            "one's onset. The history derives epochs itself and prints its own gap.",
            above=0.0,
            maximum=3600.0,
        ),
    ] = 2.0


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
            "SQLAlchemy URL of the store, such as `sqlite:////srv/coughd/coughd.sqlite3`; other "
            "databases need their driver installed.",
            pattern=r"[A-Za-z][A-Za-z0-9_+]*://.*",
            refusal="must be a database URL such as 'sqlite:////srv/coughd/coughd.sqlite3'",
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
            default_says="never",
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


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Where events are told."""

    publish: Annotated[
        str | None,
        Key(
            "ZeroMQ address on which messages are published: `ipc:///PATH` or "
            "`tcp://127.0.0.1:PORT`, this machine's loopback only.",
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
    heartbeat_s: Annotated[
        float,
        Key("Seconds between two heartbeats.", minimum=0.1, maximum=3600.0),
    ] = 2.0
    replay_limit: Annotated[
        int,
        Key("Most messages in one answer to a replay request.", minimum=1, maximum=100_000),
    ] = 1000
    send_high_water: Annotated[
        int,
        Key(
            "Messages that may wait for one slow subscriber; further ones it must ask for again.",
            minimum=1,
            maximum=10_000_000,
        ),
    ] = 10_000


@dataclass(frozen=True, slots=True)
class ClipsSettings:
    """Sound kept beside the events."""

    keep: Annotated[
        Literal[False],
        Key(
            "Whether sound is kept beside an event.",
            refusal="must be false: keeping clips is not available yet",
        ),
    ] = False


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


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration, parsed and checked."""

    config_version: Annotated[
        Literal[1],
        Key(
            "The form of this file.",
            refusal="must be 1, the only version that this coughd reads",
        ),
    ] = 1
    site: Annotated[
        str,
        Key(
            "Name of the place, part of every message.",
            pattern=_NAME,
            refusal=_NAME_REFUSAL,
        ),
    ] = "home"
    node: Annotated[
        str,
        Key(
            "Name of this machine, part of every message.",
            pattern=_NAME,
            refusal=_NAME_REFUSAL,
            default_says="the host name",
            example="pi-07",
        ),
    ] = dataclass_field(default_factory=host_name)
    timezone: Annotated[
        str,
        Key(
            "IANA time zone of the site, such as `Europe/Zurich`, by which hours and days are "
            "counted.",
            default_says="the system's",
            example="Europe/Zurich",
        ),
    ] = dataclass_field(default_factory=system_timezone)
    sources: Annotated[
        tuple[SourceSettings, ...],
        Key("What is listened to.", default_says="the default microphone, with the id `default`"),
    ] = (DEFAULT_SOURCE,)
    gate: GateSettings = GateSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    probe: ProbeSettings = ProbeSettings()
    epoch: EpochSettings = EpochSettings()
    coverage: CoverageSettings = CoverageSettings()
    store: StoreSettings = StoreSettings()
    retention: RetentionSettings = RetentionSettings()
    stream: StreamSettings = StreamSettings()
    clips: ClipsSettings = ClipsSettings()
    logging: LoggingSettings = LoggingSettings()
