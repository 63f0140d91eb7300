"""What waits, what gave way, and what the store and the stream have done."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from ..supervision.status import DaemonStatus


def queue_metrics(status: DaemonStatus) -> Iterator[Metric]:
    """The buffers after the sound, the store and the stream."""
    yield from _queues(status)
    yield from _store(status)
    yield from _stream(status)


def _queues(status: DaemonStatus) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "coughd_queue_waiting",
        "What waits: changes for the store, messages for the stream, windows for the embedder.",
        labels=("queue",),
    )
    capacity = GaugeMetricFamily(
        "coughd_queue_capacity",
        "How many may wait; then the loop blocks (store) or the newest is dropped (stream).",
        labels=("queue",),
    )
    dropped = CounterMetricFamily(
        "coughd_queue_dropped",
        "What gave way in a full queue: durable messages (replay has them), ephemeral ones, "
        "windows for the embedder.",
        labels=("queue", "what"),
    )
    waiting.add_metric(("store",), status.recorder.waiting)
    capacity.add_metric(("store",), status.recorder.capacity)
    waiting.add_metric(("stream",), status.publisher.waiting)
    capacity.add_metric(("stream",), status.publisher.capacity)
    dropped.add_metric(("stream", "durable"), status.publisher.dropped_durable)
    dropped.add_metric(("stream", "ephemeral"), status.publisher.dropped_ephemeral)
    if status.hear is not None:
        waiting.add_metric(("embedder",), status.hear.waiting)
        dropped.add_metric(("embedder", "window"), status.hear.gave_way)
    yield from (waiting, capacity, dropped)


def _store(status: DaemonStatus) -> Iterator[Metric]:
    recorder = status.recorder
    yield CounterMetricFamily("coughd_store_changes", "Changes committed.", recorder.written)
    yield CounterMetricFamily(
        "coughd_store_failures", "Commits that were refused and tried again.", recorder.failures
    )
    yield GaugeMetricFamily(
        "coughd_store_refuses",
        "1 while the store takes nothing.",
        float(recorder.refused is not None),
    )
    yield GaugeMetricFamily(
        "coughd_store_commit_age_seconds",
        "Since the store last took something; a sign of life comes every 10.",
        recorder.commit_age_s,
    )
    if status.store.size_bytes is not None:
        yield GaugeMetricFamily(
            "coughd_store_size_bytes", "The store's file and its log.", status.store.size_bytes
        )
    if status.store.free_bytes is not None:
        yield GaugeMetricFamily(
            "coughd_store_free_bytes", "Free where the store is.", status.store.free_bytes
        )


def _stream(status: DaemonStatus) -> Iterator[Metric]:
    publisher, replay = status.publisher, status.replay
    yield CounterMetricFamily(
        "coughd_stream_messages", "Messages sent, heartbeats not among them.", publisher.sent
    )
    yield CounterMetricFamily("coughd_stream_heartbeats", "Heartbeats sent.", publisher.heartbeats)
    yield GaugeMetricFamily(
        "coughd_stream_last_seq", "`seq` of the last message committed.", publisher.last_seq
    )
    yield GaugeMetricFamily(
        "coughd_stream_oldest_seq",
        "`seq` of the oldest message that can be asked for.",
        publisher.oldest_seq,
    )
    peers = GaugeMetricFamily(
        "coughd_peers", "Programs connected to a socket now.", labels=("socket",)
    )
    away = CounterMetricFamily(
        "coughd_peers_turned_away", "Peers that were too many or cost too much.", labels=("socket",)
    )
    refused = CounterMetricFamily(
        "coughd_peers_refused",
        "Connections over tcp without a key that is on the list.",
        labels=("socket",),
    )
    for socket, counts in (("publish", publisher), ("replay", replay)):
        refused.add_metric((socket,), counts.refused_keys)
        peers.add_metric((socket,), counts.peers)
        away.add_metric((socket,), counts.turned_away)
    yield from (peers, away, refused)
    answers = CounterMetricFamily(
        "coughd_replay_answers",
        "Questions of subscribers, by what came of them.",
        labels=("outcome",),
    )
    answers.add_metric(("ok",), replay.answered - replay.truncated)
    answers.add_metric(("truncated",), replay.truncated)
    answers.add_metric(("refused",), replay.refused)
    answers.add_metric(("too_often",), replay.too_often)
    answers.add_metric(("failed",), replay.failed)
    yield answers
    yield CounterMetricFamily("coughd_replay_messages", "Messages replayed.", replay.messages)
