"""What is listened to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from .key import Key


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One microphone or file that is listened to."""

    id: Annotated[
        str,
        Key(
            "Stable name of this source in the store, in topics and in exports. "
            "Changing it starts a new source.",
            pattern=r"[A-Za-z0-9:._-]{1,100}",
            refusal="must be 1 to 100 letters (a-z, A-Z), digits, ':', '.', '_' or '-'",
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
            "Sound file (WAV, FLAC, Ogg, MP3) to listen to. What was found in it before, under the "
            "same `id`, stays and is not counted again, whatever models find now.",
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
