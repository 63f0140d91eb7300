"""The metrics: names and types as Prometheus wants them, values as the status has them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from coughd.daemon.monitoring.metrics import render
from coughd.daemon.supervision.status import DaemonStatus, MonitoringStatus

from ..supervision.facts_of_status import BEDROOM, HEAR, WELL

FULL = replace(WELL, hear=HEAR, monitoring=MonitoringStatus("127.0.0.1:9797", None, 3, 1))
UNITS = ("_seconds", "_bytes", "_dbfs", "_ratio")


def samples(status: DaemonStatus | None) -> Mapping[tuple[str, ...], float]:
    """By name and sorted label values, as a scraper reads them; the process's own left out."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(render(status).decode())
        for sample in family.samples
        if not sample.name.startswith("process_")
    }


def test_the_values_are_those_of_the_status() -> None:
    told = samples(FULL)
    expected = {
        ("coughd_ready",): 1,
        ("coughd_start_time_seconds",): WELL.started_us / 1e6,
        ("coughd_faults",): 0,
        ("coughd_loop_age_seconds",): 0.4,
        ("coughd_clock_steps_total",): 1,
        ("coughd_rescored_total",): 3,
        ("coughd_source_state", "bed", "up"): 1,
        ("coughd_source_state", "bed", "down"): 0,
        ("coughd_coughs_total", "bed"): 41,
        ("coughd_triggers_total", "speech", "below_threshold", "open", "bed"): 7,
        ("coughd_coverage_seconds_total", "bed", "ok"): 7_190.5,
        ("coughd_coverage_seconds_total", "bed", "clipped"): 2.5,
        ("coughd_coverage_seconds_total", "bed", "dropped"): 0,
        ("coughd_source_level_dbfs", "bed"): -48.24,
        ("coughd_source_noise_floor_dbfs", "bed"): -62,
        ("coughd_source_behind_seconds", "bed"): 0.0312,
        ("coughd_source_openings_total", "bed"): 1,
        ("coughd_event_delay_seconds_bucket", "1.6"): 1,
        ("coughd_event_delay_seconds_bucket", "2.0"): 10,
        ("coughd_event_delay_seconds_bucket", "+Inf"): 12,
        ("coughd_event_delay_seconds_sum",): 22.8,
        ("coughd_queue_capacity", "store"): 10_000,
        ("coughd_store_commit_age_seconds",): 4.2,
        ("coughd_store_free_bytes",): 54_000_000_000,
        ("coughd_stream_last_seq",): 10_482,
        ("coughd_peers", "publish"): 2,
        ("coughd_peers_turned_away_total", "publish"): 1,
        ("coughd_peers_refused_total", "publish"): 5,
        ("coughd_replay_answers_total", "too_often"): 0,
        ("coughd_replay_answers_total", "ok"): 1,
        ("coughd_replay_messages_total",): 10,
        ("coughd_embedder_state", "ready"): 1,
        ("coughd_embedder_windows_total", "embedded"): 10,
        ("coughd_http_cut_off_total",): 1,
    }
    assert {key: told.get(key) for key in expected} == expected


def test_what_is_unknown_is_left_out_and_not_told_as_zero() -> None:
    silent = replace(BEDROOM.tally, noise_dbfs=None)
    unheard = replace(BEDROOM, level_dbfs=None, behind_s=None, tally=silent)
    names = {name for name, *_ in samples(replace(WELL, sources=(unheard,)))}
    assert not names & {
        "coughd_source_level_dbfs",
        "coughd_source_noise_floor_dbfs",
        "coughd_source_behind_seconds",
        "coughd_embedder_state",
    }


def test_each_fault_is_named_by_words_of_ours() -> None:
    told = samples(replace(WELL, sources=(replace(BEDROOM, state="down", cause="gone"),)))
    assert told["coughd_faults",] == 1
    assert told["coughd_fault", "source bed", "gone"] == 1


def test_a_starting_daemon_says_so_and_nothing_else() -> None:
    assert samples(None) == {("coughd_ready",): 0.0}


def test_names_say_what_they_are() -> None:
    for family in text_string_to_metric_families(render(FULL).decode()):
        assert family.documentation.endswith("."), family.name
        if family.name.startswith("process_"):
            continue
        assert family.name.startswith("coughd"), family.name
        ends = {sample.name.removeprefix(family.name) for sample in family.samples}
        if family.type == "counter":
            assert ends <= {"_total"}, family.name
        for sample in family.samples:
            number = isinstance(sample.value, float) and not sample.value.is_integer()
            if number and family.type != "histogram":
                assert family.name.endswith(UNITS), f"{family.name} has no unit"


def test_no_label_grows_with_what_is_heard() -> None:
    labels = {
        name
        for family in text_string_to_metric_families(render(FULL).decode())
        for sample in family.samples
        for name in sample.labels
    }
    assert labels == {
        "version", "site", "node", "gate", "embedder", "probe", "name", "kind", "source", "state",
        "label", "reason", "scored_by", "le", "queue", "what", "socket", "outcome",
    }  # fmt: skip


def test_prometheus_finds_no_fault_with_them() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("needs promtool (prometheus)")
    found = subprocess.run(
        [promtool, "check", "metrics"], input=render(FULL), capture_output=True, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
