"""What may leave the machine: states and faults, never what was heard."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace

import pytest

from coughd.daemon.logs import JsonLines
from coughd.daemon.supervision.status_document import document
from coughd.daemon.support.cleaning import (
    clean_findings,
    clean_log,
    clean_status,
    without_secrets,
)
from coughd.storage.upkeep.findings import Finding

from ..supervision.facts_of_status import BEDROOM, HEAR, WELL

UUID = "0199f3a0-0000-7000-8000-00000000beef"
HEARD = (
    "coughs", "triggers", "level_dbfs", "noise_dbfs", "last_cough", "ok_s", "clipped_s", "silent_s",
    "heard_samples", "delays", "latency", "rescored", "sent", "messages", "written", "last_seq",
    "submitted", "embedded", "history", "coughs_24h",
)  # fmt: skip


def test_a_status_keeps_states_and_loses_what_was_heard() -> None:
    down = replace(BEDROOM, state="down", cause="gone", detail="it was pulled")
    status = replace(WELL, sources=(down,), hear=HEAR, detector=replace(HEAR, away_s=7.0))
    told = {**document(status), "history": {"coughs_24h": 41}}
    kept = clean_status(told)
    words = json.dumps(kept)
    assert [name for name in HEARD if f'"{name}"' in words] == []
    assert kept["sources"][0]["detail"] == "it was pulled"
    assert kept["faults"][0]["code"] == "gone"
    assert kept["queues"]["store"]["capacity"] == 10_000
    assert kept["hear"]["state"] == "ready"
    assert kept["detector"]["away_s"] == 7.0


def test_a_member_that_nobody_has_judged_is_left_out() -> None:
    assert clean_status({"state": "well", "a_new_member": "a cough at night"}) == {
        "state": "well",
        "sources": [],
        "queues": {},
        "hear": None,
        "detector": None,
    }


def test_findings_lose_counts_and_ids() -> None:
    sums = Finding("sums", "ok", "41 coughs: the sums agree")
    store = Finding("pages", "fault", f"page 7 of {UUID}", "restore a backup")
    assert [one["evidence"] for one in clean_findings([sums, store])] == [
        "# coughs: the sums agree",
        "page 7 of <id>",
    ]


def test_a_log_keeps_lines_about_states_only() -> None:
    kept = [
        "INFO coughd.sources: source 'bed' is up (opened): scene.flac",
        "2026-11-21T12:00:00+0000 coughd[7]: WARNING coughd.stream: publish: too many peers",
        '{"time": "2026-11-21T12:00:00.000+00:00", "level": "error", "logger": "coughd.recorder"}',
    ]
    left_out = [
        "bed 12:45:48.824Z: counted as cough (0.998 >= 0.670)",
        "2026-11-22 02:09:00.123  Bedroom   cough         0.973   -21.4 dBFS",
        f"DEBUG coughd.daemon.hear_opinion: Event {UUID} keeps its open score",
        f'{{"level": "debug", "logger": "coughd.daemon.hear_opinion", "message": "{UUID}"}}',
        "INFO elsewhere: a line of somebody else's",
        f"ValueError: event {UUID}",
    ]
    assert list(clean_log([*left_out, *kept, *left_out])) == kept
    (line,) = clean_log([f"INFO coughd.handing_in: took {UUID}"])
    assert line == "INFO coughd.handing_in: took <id>"


def test_of_a_trace_the_places_and_the_kind_of_error_are_left() -> None:
    trace = [
        "CRITICAL coughd: a defect of coughd; please report this",
        "Traceback (most recent call last):",
        '  File "/opt/coughd/daemon/pipeline.py", line 7, in run',
        "    raise ValueError(f'cough at {onset}')",
        "ValueError: cough at 2026-11-21T03:12:00Z",
    ]
    assert list(clean_log(trace)) == [*trace[:3], "ValueError"]


def test_a_trace_within_an_object_is_cleaned_too() -> None:
    try:
        int("cough at 2026-11-21T03:12:00Z")
    except ValueError:
        record = logging.LogRecord(
            "coughd", logging.ERROR, __file__, 1, "a defect of coughd", (), sys.exc_info()
        )
    line = JsonLines().format(record)
    (kept,) = clean_log([f"2026-11-21T12:00:00+0000 coughd[7]: {line}"])
    before, _, told = kept.partition("{")
    assert before == "2026-11-21T12:00:00+0000 coughd[7]: "
    fields = json.loads("{" + told)
    assert fields["message"] == "a defect of coughd"
    assert fields["error"].splitlines()[0] == "Traceback (most recent call last):"
    assert fields["error"].splitlines()[-1] == "ValueError"
    assert "cough at" not in kept
    assert list(clean_log([line[:-20]])) == []  # the journal cut it: nobody knows what is in it


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("must be a whole number, is 'postgresql://anna:hunter2@db/x'",
         "must be a whole number, is 'postgresql://anna:***@db/x'"),
        ("is 'https://triton/?token=hunter2&x=1', no more",
         "is 'https://triton/?token=***&x=1', no more"),
        ("postgresql://db/x?options=a&sslpassword=hunt@er2",
         "postgresql://db/x?options=a&sslpassword=***"),
        ("postgresql://anna:hunt@er/2@db/x: refused", "postgresql://anna:***@db/x: refused"),
        ("is 'postgresql://anna:hunter2hunter2…'", "is 'postgresql://anna:***…'"),
        ("http://127.0.0.1:9797 and tcp://pi:5570", "http://127.0.0.1:9797 and tcp://pi:5570"),
    ],
)  # fmt: skip
def test_what_was_written_in_the_wrong_place_keeps_its_secret(text: str, kept: str) -> None:
    assert without_secrets(text) == kept
    log = f"ERROR coughd.reload: the configuration stays as it was: {text}"
    assert list(clean_log([log])) == [log.replace(text, kept)]
    (finding,) = clean_findings([Finding("store", "fault", text, "")])
    assert finding["evidence"] == kept
