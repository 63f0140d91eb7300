"""A daemon's status as metrics for Prometheus: the numbers of `coughd status --json`, no others.

Names carry their unit; counters begin at the daemon's start and end in `_total`. The labels are
ids of sources, labels of the probe and words from the code, never a time, a text or an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ..supervision.faults import find_faults
from ..supervision.status import DaemonStatus
from ..supervision.tally import DELAY_LIMITS_S
from .embedder_metrics import embedder_metrics
from .queue_metrics import queue_metrics
from .source_metrics import source_metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Collected(Collector):
    """Metrics that are made already, in the form in which the client library takes them."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._metrics


def render(status: DaemonStatus | None) -> bytes:
    """Write the text that Prometheus reads; None while the daemon is starting."""
    process = ProcessCollector(registry=None).collect()
    return generate_latest(_Collected([*metrics_of(status), *process]))


def metrics_of(status: DaemonStatus | None) -> Iterator[Metric]:
    """Every metric of a status."""
    yield GaugeMetricFamily(
        "coughd_ready", "1 once the daemon listens, 0 while it is starting.", float(bool(status))
    )
    if status is None:
        return
    yield from _about_the_daemon(status)
    yield from source_metrics(status.sources)
    yield _delays(status)
    yield from queue_metrics(status)
    yield from embedder_metrics(status)


def _about_the_daemon(status: DaemonStatus) -> Iterator[Metric]:
    origin, models = status.sender.origin, status.models
    yield InfoMetricFamily(
        "coughd",
        "Versions of the program and of the models in force.",
        {
            "version": status.version,
            "site": origin.site,
            "node": origin.node,
            "gate": models.gate,
            "embedder": models.embedder,
            "probe": models.probe,
        },
    )
    yield GaugeMetricFamily(
        "coughd_start_time_seconds",
        "When the daemon started, in seconds since 1970; a change is a restart.",
        status.started_us / 1e6,
    )
    yield GaugeMetricFamily(
        "coughd_probe_threshold_ratio", "P(cough) from which a sound counts.", models.threshold
    )
    faults = find_faults(status)
    yield GaugeMetricFamily(
        "coughd_faults", "How many things are the matter; 0: all is well.", len(faults)
    )
    present = GaugeMetricFamily(
        "coughd_fault",
        "1 for each thing that is the matter now; coughd status says more.",
        labels=("about", "code"),
    )
    for about, code in sorted({(fault.about, fault.code) for fault in faults}):
        present.add_metric((about, code), 1)
    yield present
    yield GaugeMetricFamily(
        "coughd_loop_age_seconds",
        "Since the listening loop last turned; above 10 it hangs.",
        status.pulse.loop_age_s,
    )
    yield GaugeMetricFamily(
        "coughd_stuck_threads", "Threads that stand still.", len(status.pulse.stuck)
    )
    yield CounterMetricFamily(
        "coughd_clock_steps", "How often the wall clock was set.", status.clock_steps
    )
    yield CounterMetricFamily(
        "coughd_rescored", "Events that got another score later.", status.rescored
    )
    if status.monitoring is not None:
        yield CounterMetricFamily(
            "coughd_http_answers", "Requests answered over HTTP.", status.monitoring.answered
        )
        yield CounterMetricFamily(
            "coughd_http_cut_off",
            "HTTP connections that took too long.",
            status.monitoring.cut_off,
        )


def _delays(status: DaemonStatus) -> Metric:
    delays = HistogramMetricFamily(
        "coughd_event_delay_seconds",
        "From the onset of a sound to its event in the store's queue; a window takes 1.5.",
    )
    ends = [*map(str, DELAY_LIMITS_S), "+Inf"]
    counts = accumulate(status.delays.events)
    delays.add_metric([], list(zip(ends, counts, strict=True)), status.delays.sum_s)
    return delays
