"""How the second opinion does, where one is configured: HeAR's process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from ...detectors.hear.outcomes import State
from ..supervision.status import DaemonStatus


def embedder_metrics(status: DaemonStatus) -> Iterator[Metric]:
    """None where the open embedder's word is final."""
    hear = status.hear
    if hear is None:
        return
    state = GaugeMetricFamily(
        "coughd_embedder_state", "1 for the state that HeAR's process is in.", labels=("state",)
    )
    for name in get_args(State):
        state.add_metric((name,), float(hear.state == name))
    yield state
    windows = CounterMetricFamily(
        "coughd_embedder_windows",
        "Windows handed to HeAR, by what came of them; more may be waiting or in flight.",
        labels=("outcome",),
    )
    windows.add_metric(("embedded",), hear.embedded)
    windows.add_metric(("failed",), hear.failed)
    windows.add_metric(("gave_way",), hear.gave_way)
    yield windows
    yield GaugeMetricFamily(
        "coughd_embedder_in_flight", "Windows that HeAR computes now.", hear.in_flight
    )
    yield CounterMetricFamily("coughd_embedder_starts", "Starts of HeAR's process.", hear.starts)
    yield CounterMetricFamily(
        "coughd_embedder_faults", "Deaths, hangs, garbage and failed loads.", hear.faults
    )
