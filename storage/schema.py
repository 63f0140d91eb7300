"""The tables. Times are UTC microseconds, samples native indices; see `records` for the words."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = 2
BUCKET_US = 15 * 60 * 1_000_000
"""Every time zone's hours and days are whole numbers of these."""
UTC_HOUR_US = 4 * BUCKET_US
"""Most zones' are whole numbers of these too, of which a year is read four times as fast."""

metadata = MetaData()

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("source_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("model_id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("runtime", String, nullable=False),
    Column("device", String, nullable=False),
    Column("precision", String, nullable=False),
    Column("batch_policy", String, nullable=False),
    UniqueConstraint("name", "sha256", "runtime", "device", "precision", "batch_policy"),
)

events = Table(
    "events",
    metadata,
    Column("event_row", _BIG_ID, primary_key=True, autoincrement=True),
    Column("event_id", String, nullable=False, unique=True),
    Column("source_id", ForeignKey("sources.source_id"), nullable=False),
    Column("stretch_id", String, nullable=False),
    Column("boot_id", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("label", String, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("reason", String),
    Column("onset_sample", BigInteger, nullable=False),
    Column("offset_sample", BigInteger, nullable=False),
    Column("onset_us", BigInteger, nullable=False),
    Column("offset_us", BigInteger, nullable=False),
    Column("probability", Float),
    Column("scores", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("gate_score", Float, nullable=False),
    Column("scored_by", String, nullable=False),
    Column("window", String, nullable=False),
    Column("level_dbfs", Float, nullable=False),
    Column("snr_db", Float, nullable=False),
    Column("epoch_id", String),
    Column("starts_epoch", Boolean, nullable=False),
    # How many coughs the last `cough.epoch.end` of the epoch begun here told of.
    Column("epoch_told", Integer, nullable=False),
    Column("model_id", ForeignKey("models.model_id")),
    Column("probe", String),
    Column("probe_sha256", String),
    Column("timezone", String, nullable=False),
    Column("config_sha256", String, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Index("events_by_time", "onset_us"),
    Index(
        "events_counted",
        "source_id",
        "onset_us",
        # As SQLAlchemy writes `events.c.counted` in a query: SQLite compares the words.
        sqlite_where=text("counted = 1"),
        postgresql_where=text("counted"),
    ),
    Index("events_by_stretch", "stretch_id", "counted", "offset_us", "onset_us"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("event_id", ForeignKey("events.event_id"), primary_key=True),
    Column("model_id", ForeignKey("models.model_id"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # 512 little-endian float32
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", _BIG_ID, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

coverage = Table(
    "coverage",
    metadata,
    Column("stretch_id", String, primary_key=True),
    Column("start_sample", BigInteger, primary_key=True),
    Column("end_sample", BigInteger, nullable=False),
    Column("source_id", ForeignKey("sources.source_id"), nullable=False),
    Column("state", String, nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("noise_dbfs", Float),
    Index("coverage_by_time", "source_id", "start_us"),
)

anchors = Table(
    "anchors",
    metadata,
    Column("stretch_id", String, primary_key=True),
    Column("sample", BigInteger, primary_key=True),
    Column("source_id", ForeignKey("sources.source_id"), nullable=False),
    Column("boot_id", String, nullable=False),
    Column("sample_rate_hz", Integer, nullable=False),
    Column("monotonic_us", BigInteger, nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("device_rate_hz", Float, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", _BIG_ID, primary_key=True, autoincrement=True),
    Column("event_id", ForeignKey("events.event_id"), nullable=False, index=True),
    Column("verdict", String, nullable=False),
    Column("label", String),
    Column("reviewer", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)


def _sums(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("bucket_us", BigInteger, primary_key=True),
        Column("source_id", ForeignKey("sources.source_id"), primary_key=True),
        Column("coughs", Integer, nullable=False, default=0),
        Column("cough_seconds", Integer, nullable=False, default=0),
        Column("epochs", Integer, nullable=False, default=0),
        Column("rejected", Integer, nullable=False, default=0),
        Column("ok_us", BigInteger, nullable=False, default=0),
        Column("clipped_us", BigInteger, nullable=False, default=0),
        Column("silent_us", BigInteger, nullable=False, default=0),
        Column("dropped_us", BigInteger, nullable=False, default=0),
    )


rollup = _sums("rollup")
rollup_hours = _sums("rollup_hours")
