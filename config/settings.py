"""Everything an operator may set; in `settings_*` text, default and range of each key.

The values are parsed and checked (`load.py`); code downstream asks no further questions. Where a
default depends on the machine's folders the value is None here and `places.py` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Annotated, Literal

from .key import Key
from .machine import host_name, system_timezone
from .settings_detection import EmbedderSettings, EpochSettings, GateSettings, ProbeSettings
from .settings_models import ModelsSettings
from .settings_outlets import LoggingSettings, MetricsSettings, StreamSettings
from .settings_sources import DEFAULT_SOURCE, SourceSettings
from .settings_storage import ClipsSettings, CoverageSettings, RetentionSettings, StoreSettings

__all__ = [
    "DEFAULT_SOURCE",
    "ClipsSettings",
    "CoverageSettings",
    "EmbedderSettings",
    "EpochSettings",
    "GateSettings",
    "LoggingSettings",
    "MetricsSettings",
    "ModelsSettings",
    "ProbeSettings",
    "RetentionSettings",
    "Settings",
    "SourceSettings",
    "StoreSettings",
    "StreamSettings",
]

_NAME = r"[A-Za-z0-9._-]{1,100}"
_NAME_REFUSAL = "must be 1 to 100 letters (a-z, A-Z), digits, '.', '_' or '-'"


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
    models: ModelsSettings = dataclass_field(default_factory=ModelsSettings)
    gate: GateSettings = dataclass_field(default_factory=GateSettings)
    embedder: EmbedderSettings = dataclass_field(default_factory=EmbedderSettings)
    probe: ProbeSettings = dataclass_field(default_factory=ProbeSettings)
    epoch: EpochSettings = dataclass_field(default_factory=EpochSettings)
    coverage: CoverageSettings = dataclass_field(default_factory=CoverageSettings)
    store: StoreSettings = dataclass_field(default_factory=StoreSettings)
    retention: RetentionSettings = dataclass_field(default_factory=RetentionSettings)
    stream: StreamSettings = dataclass_field(default_factory=StreamSettings)
    metrics: MetricsSettings = dataclass_field(default_factory=MetricsSettings)
    clips: ClipsSettings = dataclass_field(default_factory=ClipsSettings)
    logging: LoggingSettings = dataclass_field(default_factory=LoggingSettings)
