"""Rules and dashboard: they load as they are, name only metrics that exist, and fire."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import coughd
from full_disk import full_disk
from prometheus_client.parser import text_string_to_metric_families

from coughd.config.errors import StorageError
from coughd.daemon.monitoring.metrics import render
from coughd.daemon.monitoring.writing import (
    DASHBOARD,
    PROMETHEUS,
    RULES,
    monitoring_file,
    write_files,
)
from coughd.daemon.supervision.status import MonitoringStatus

from ..supervision.facts_of_status import HEAR, WELL

RULE_GROUPS = yaml.safe_load(monitoring_file(RULES))["groups"]
BOARD = json.loads(monitoring_file(DASHBOARD))
ALL_RULES = [rule for group in RULE_GROUPS for rule in group["rules"]]
RECORDED = {rule["record"] for rule in ALL_RULES if "record" in rule}
_WORDS = re.compile(r"(?:source:)?[a-z_][a-z0-9_:]*")


def promtool(*arguments: object) -> str:
    """Run it; gives what it said, and fails where it found fault."""
    program = shutil.which("promtool")
    if program is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("needs promtool (prometheus)")
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told() -> Mapping[str, set[str]]:
    """Every name on /metrics of a daemon that has everything, with its labels."""
    names: dict[str, set[str]] = {"up": {"instance", "job"}}
    full = replace(WELL, hear=HEAR, monitoring=MonitoringStatus("127.0.0.1:9797", None, 0, 0))
    for family in text_string_to_metric_families(render(full).decode()):
        for sample in family.samples:
            names.setdefault(sample.name, {"instance", "job"}).update(sample.labels)
    return names


def expressions() -> Iterator[tuple[str, str]]:
    for rule in ALL_RULES:
        yield rule.get("alert", rule.get("record")), rule["expr"]
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in BOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["definition"]


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_metric_named_is_told(where: str, expression: str) -> None:
    known = told()
    unquoted = re.sub(r'"[^"]*"', '""', expression)
    named = {
        word
        for word in _WORDS.findall(unquoted)
        if word.startswith(("coughd", "process", "source:")) or word == "up"
    }
    assert named
    assert named <= known.keys() | RECORDED
    labels = re.findall(r"[{,]\s*([a-z_]+)\s*=~?", unquoted)
    for grouped in re.findall(r"(?:by|on) \(([^)]*)\)", unquoted):
        labels += [label.strip() for label in grouped.split(",")]
    here = {label for name in named for label in known.get(name, {"instance", "source"})}
    assert set(labels) <= here


def test_prometheus_takes_rules_and_configuration(tmp_path: Path) -> None:
    said = coughd("monitoring", tmp_path, "--config", write_config(tmp_path, "127.0.0.1:9555"))
    assert (said.exit_code, said.complaints) == (0, "")
    assert "127.0.0.1:9555" in (tmp_path / PROMETHEUS).read_text()
    assert "SUCCESS" in promtool("check", "rules", tmp_path / RULES)
    assert "SUCCESS" in promtool("check", "config", tmp_path / PROMETHEUS)


def test_who_has_no_metrics_is_told_how_to_have_them(tmp_path: Path) -> None:
    said = coughd("monitoring", tmp_path / "new", "--config", write_config(tmp_path, None))
    assert said.exit_code == 0
    assert "metrics: {listen: 127.0.0.1:9797}" in said.complaints
    assert {path.name for path in (tmp_path / "new").iterdir()} == {PROMETHEUS, RULES, DASHBOARD}


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = coughd("monitoring", tmp_path / "file", "--config", write_config(tmp_path, None))
    assert said.exit_code == 74
    assert len(said.complaints.splitlines()) == 1


def test_what_somebody_edited_is_replaced_only_where_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "prometheus"
    write_files(folder, "127.0.0.1:9555")
    assert write_files(folder, "127.0.0.1:9555") == [
        folder / name for name in (PROMETHEUS, RULES, DASHBOARD)
    ]
    (folder / RULES).write_text("groups: []")
    (folder / DASHBOARD).unlink()
    config = write_config(tmp_path, "127.0.0.1:9555")
    said = coughd("monitoring", folder, "--config", config)
    assert said.exit_code == os.EX_USAGE
    assert f"{RULES}; name another folder" in said.complaints
    assert (folder / RULES).read_text() == "groups: []"
    assert not (folder / DASHBOARD).exists()
    assert coughd("monitoring", folder, "--config", config, "--force").exit_code == 0
    assert (folder / RULES).read_text() == monitoring_file(RULES)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}


def test_a_full_disk_leaves_no_empty_file(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(StorageError, match="has room"):
        write_files(tmp_path, "127.0.0.1:9555")
    assert list(tmp_path.iterdir()) == []


def write_config(folder: Path, listen: str | None) -> Path:
    config = folder / "config.yaml"
    config.write_text(json.dumps({"config_version": 1, "metrics": {"listen": listen}}))
    return config


MIC = 'coughd_source_info{source="bed",kind="microphone"}'
# What makes each alert fire, as series of Prometheus' test language, one sample a minute.
FIRES: Mapping[str, dict[str, str]] = {
    "CoughdDown": {'up{job="coughd"}': "0x60"},
    "CoughdHangs": {"coughd_loop_age_seconds": "0+60x60"},
    "CoughdRestarts": {"coughd_start_time_seconds": "0+100x60"},
    "CoughdFaulty": {"coughd_faults": "2x60"},
    "CoughdClockSet": {"coughd_clock_steps_total": "0+1x60"},
    "CoughdMicrophoneDown": {'coughd_source_state{source="bed",state="down"}': "1x60", MIC: "1x60"},
    "CoughdMicrophoneSilent": {'coughd_source_state{source="bed",state="silent"}': "1x60"},
    "CoughdLittleHeard": {
        'coughd_coverage_seconds_total{source="bed",state="ok"}': "0+20x120",
        MIC: "1x120",
        "coughd_start_time_seconds": "0x120",
    },
    "CoughdLosesSound": {'coughd_source_dropped_samples_total{source="bed"}': "0+160x60"},
    "CoughdClips": {'coughd_coverage_seconds_total{source="bed",state="clipped"}': "0+30x60"},
    "CoughdNoisy": {'coughd_source_noise_floor_dbfs{source="bed"}': "-20x60"},
    "CoughdBehind": {'coughd_source_behind_seconds{source="bed"}': "12x60"},
    "CoughdStoreRefuses": {"coughd_store_refuses": "1x60"},
    "CoughdLittleSpace": {"coughd_store_free_bytes": "100000000x60"},
    "CoughdSpaceRunsOut": {"coughd_store_free_bytes": "9000000000-9000000x600"},
    "CoughdQueueFills": {
        'coughd_queue_waiting{queue="store"}': "9000x60",
        'coughd_queue_capacity{queue="store"}': "10000x60",
    },
    "CoughdEventsLate": {
        'coughd_event_delay_seconds_bucket{le="10.0"}': "0x60",
        'coughd_event_delay_seconds_bucket{le="30.0"}': "0+9x60",
        'coughd_event_delay_seconds_bucket{le="+Inf"}': "0+9x60",
    },
    "CoughdStreamDrops": {'coughd_queue_dropped_total{queue="stream",what="durable"}': "0+1x60"},
    "CoughdReplayTruncated": {'coughd_replay_answers_total{outcome="truncated"}': "0+1x60"},
    "CoughdEmbedderAway": {'coughd_embedder_state{state="ready"}': "0x60"},
}
WELL_SERIES = {
    'up{job="coughd"}': "1x600",
    "coughd_loop_age_seconds": "0.4x600",
    "coughd_stuck_threads": "0x600",
    "coughd_start_time_seconds": "0x600",
    "coughd_faults": "0x600",
    "coughd_clock_steps_total": "1x600",
    'coughd_source_state{source="bed",state="down"}': "0x600",
    'coughd_source_state{source="file",state="down"}': "1x600",
    'coughd_source_state{source="bed",state="silent"}': "0x600",
    MIC: "1x600",
    'coughd_source_info{source="file",kind="file"}': "1x600",
    'coughd_coverage_seconds_total{source="bed",state="ok"}': "0+60x600",
    'coughd_coverage_seconds_total{source="bed",state="clipped"}': "0+1x600",
    'coughd_coughs_total{source="bed"}': "0+0.5x600",
    'coughd_source_dropped_samples_total{source="bed"}': "300x600",
    'coughd_source_noise_floor_dbfs{source="bed"}': "-62x600",
    'coughd_source_behind_seconds{source="bed"}': "0.1x600",
    "coughd_store_refuses": "0x600",
    "coughd_store_commit_age_seconds": "9x600",
    "coughd_store_free_bytes": "50000000000-1000x600",
    'coughd_queue_waiting{queue="store"}': "3x600",
    'coughd_queue_capacity{queue="store"}': "10000x600",
    'coughd_event_delay_seconds_bucket{le="2.0"}': "0+9x600",
    'coughd_event_delay_seconds_bucket{le="+Inf"}': "0+9x600",
    'coughd_queue_dropped_total{queue="stream",what="durable"}': "5x600",
    'coughd_replay_answers_total{outcome="truncated"}': "1x600",
    'coughd_embedder_state{state="ready"}': "1x600",
}


def scripted(series: Mapping[str, str], at: str, expression: str, *samples: Any) -> dict[str, Any]:
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": expression, "eval_time": at, "exp_samples": list(samples)}],
    }


def run_scripted(folder: Path, *tests: dict[str, Any]) -> None:
    (folder / RULES).write_text(monitoring_file(RULES))
    (folder / "tests.yml").write_text(json.dumps({"rule_files": [RULES], "tests": list(tests)}))
    promtool("test", "rules", folder / "tests.yml")


def test_every_alert_fires_on_what_it_is_for(tmp_path: Path) -> None:
    assert set(FIRES) == {rule["alert"] for rule in ALL_RULES if "alert" in rule}
    when = {"CoughdSpaceRunsOut": "9h", "CoughdLittleHeard": "119m"}
    tests = []
    for alert, series in FIRES.items():
        firing = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'
        once = {"labels": "{}", "value": 1}
        tests.append(scripted(series, when.get(alert, "58m"), firing, once))
    run_scripted(tmp_path, *tests)


def test_no_alert_fires_where_all_is_well(tmp_path: Path) -> None:
    run_scripted(tmp_path, scripted(WELL_SERIES, "9h", "count(ALERTS)"))


def test_coughs_are_divided_by_monitored_hours(tmp_path: Path) -> None:
    half = {
        'coughd_coughs_total{source="bed",instance="a"}': "0+1x120",
        'coughd_coverage_seconds_total{source="bed",instance="a",state="ok"}': "0+30x120",
        'coughd_coverage_seconds_total{source="bed",instance="a",state="silent"}': "0+30x120",
    }
    name = "source:coughd_coughs:per_monitored_hour"
    labels = f'{name}{{instance="a", source="bed"}}'
    run_scripted(tmp_path, scripted(half, "119m", name, {"labels": labels, "value": 120}))


def test_every_alert_says_what_and_what_to_do() -> None:
    for rule in ALL_RULES:
        if "alert" in rule:
            assert rule["labels"]["severity"] in {"critical", "warning", "info"}
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"].endswith(".")


def test_the_dashboard_asks_for_nothing_that_it_does_not_bring() -> None:
    assert "__inputs" not in BOARD
    assert BOARD["uid"] == "coughd"
    variables = {variable["name"] for variable in BOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]+)", json.dumps(BOARD["panels"])))
    assert used <= variables
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in BOARD["panels"]:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    taken = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(taken)) == len(taken)
