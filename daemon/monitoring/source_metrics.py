"""What each source gave: coughs, triggers, time heard, loudness, losses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)

from ..supervision.status import SourceStatus

_STATES = ("starting", "up", "silent", "down")
_ID = ("source",)


def source_metrics(sources: Sequence[SourceStatus]) -> Iterator[Metric]:
    """A sample for each source, by its id."""
    yield from _states(sources)
    yield from _counts(sources)
    yield from _levels(sources)
    yield from _losses(sources)


def _states(sources: Sequence[SourceStatus]) -> Iterator[Metric]:
    info = InfoMetricFamily("coughd_source", "The source's name and kind.", labels=_ID)
    state = GaugeMetricFamily(
        "coughd_source_state",
        "1 for the state that the source is in: starting, up, silent or down.",
        labels=("source", "state"),
    )
    for source in sources:
        info.add_metric((source.source_id,), {"name": source.name, "kind": source.kind})
        for name in _STATES:
            state.add_metric((source.source_id, name), float(source.state == name))
    yield from (info, state)


def _counts(sources: Sequence[SourceStatus]) -> Iterator[Metric]:
    coughs = CounterMetricFamily(
        "coughd_coughs",
        "Coughs counted as they were heard; the history also has later scores and reviews.",
        labels=_ID,
    )
    triggers = CounterMetricFamily(
        "coughd_triggers",
        "Sounds that the gate took for coughs, by what they were judged to be and why they were "
        "not counted (reason, empty where they were).",
        labels=("source", "label", "reason", "scored_by"),
    )
    heard = CounterMetricFamily(
        "coughd_coverage_seconds",
        "Seconds of the source by what was heard of them: ok, clipped, silent or dropped; "
        "monitored is ok and clipped.",
        labels=("source", "state"),
    )
    for source in sources:
        tally = source.tally
        coughs.add_metric((source.source_id,), tally.coughs)
        for kind in tally.triggers:
            labels = (source.source_id, kind.label, kind.reason, kind.scored_by)
            triggers.add_metric(labels, kind.events)
        heard.add_metric((source.source_id, "ok"), tally.ok_s)
        heard.add_metric((source.source_id, "clipped"), tally.clipped_s)
        heard.add_metric((source.source_id, "silent"), tally.silent_s)
        heard.add_metric((source.source_id, "dropped"), tally.dropped_s)
    yield from (coughs, triggers, heard)


def _levels(sources: Sequence[SourceStatus]) -> Iterator[Metric]:
    level = GaugeMetricFamily(
        "coughd_source_level_dbfs", "Level of about the last second.", labels=_ID
    )
    noise = GaugeMetricFamily(
        "coughd_source_noise_floor_dbfs",
        "Level that a tenth of the coverage interval told last does not exceed.",
        labels=_ID,
    )
    behind = GaugeMetricFamily(
        "coughd_source_behind_seconds",
        "How old the sound is that is heard now: what waits in the capture buffers.",
        labels=_ID,
    )
    for source in sources:
        for metric, value in (
            (level, source.level_dbfs),
            (noise, source.tally.noise_dbfs),
            (behind, source.behind_s),
        ):
            if value is not None:
                metric.add_metric((source.source_id,), value)
    yield from (level, noise, behind)


def _losses(sources: Sequence[SourceStatus]) -> Iterator[Metric]:
    dropped = CounterMetricFamily(
        "coughd_source_dropped_samples",
        "Samples lost in the capture buffers or the device, at the native rate.",
        labels=_ID,
    )
    overflows = CounterMetricFamily(
        "coughd_source_overflows", "Losses that the device reported.", labels=_ID
    )
    openings = CounterMetricFamily(
        "coughd_source_openings", "How often the source was opened.", labels=_ID
    )
    outages = CounterMetricFamily(
        "coughd_source_outages", "Deaths, stalls and failed openings.", labels=_ID
    )
    for source in sources:
        counters = source.counters
        dropped.add_metric((source.source_id,), counters.dropped_samples)
        overflows.add_metric((source.source_id,), counters.overflows)
        openings.add_metric((source.source_id,), counters.openings)
        outages.add_metric((source.source_id,), counters.lost)
    yield from (dropped, overflows, openings, outages)
