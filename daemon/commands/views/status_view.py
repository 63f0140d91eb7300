"""A status for people: one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from ....config.as_text import in_one_line
from .history_words import length_text, percent
from .status_faults import fault_lines

_Json: TypeAlias = Mapping[str, Any]
_STYLES = {"up": "green", "silent": "yellow", "down": "red"}


def print_status(document: _Json, console: Console, today: datetime) -> None:
    """Print the whole of `coughd.status/1` and of what the store knows."""
    console.print(_headline(document), style="bold", soft_wrap=True)
    if document["sources"]:
        console.print(_sources(document["sources"], today))
    for name, text in _facts(document, today):
        line = Text(f"{name:<9}", style="dim")
        console.print(line.append(in_one_line(text), style="default"), soft_wrap=True)
    for line in fault_lines(document["faults"]):
        console.print(line, soft_wrap=True)


def _headline(document: _Json) -> Text:
    state = document["state"]
    if state == "off":
        return Text("coughd does not run")
    if state == "hangs":
        return Text("coughd runs but does not answer")
    if state == "unknown":
        return Text("coughd cannot be asked")
    if state == "starting":
        return Text("coughd is starting")
    faults = len(document["faults"])
    well = "all is well" if not faults else f"{faults} fault{'s' if faults > 1 else ''}"
    return Text(
        in_one_line(
            f"coughd {document['version']} on {document['node']} ({document['site']}), "
            f"pid {document['pid']}, up {length_text(document['uptime_s'])}: {well}"
        )
    )


def _sources(sources: list[_Json], today: datetime) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("source", "state", "dBFS", "since", "last cough", "heard", "lost"):
        side: JustifyMethod = "right" if heading in ("dBFS", "lost") else "left"
        table.add_column(heading, justify=side, overflow="fold")
    for source in sources:
        level = source["level_dbfs"]
        cause = source["cause"]
        named = cause in (None, "opened", "well")
        state = source["state"] if named else f"{source['state']} ({cause})"
        heard_s = _heard_s(source)
        table.add_row(
            Text(in_one_line(source["name"])),
            Text(state, style=_STYLES.get(source["state"], "") if named else "yellow"),
            "-" if level is None else f"{level:.1f}",
            _ago(source["since"], today),
            _ago(source["last_cough"], today),
            length_text(heard_s) if heard_s else "-",
            f"{source['dropped_samples']}",
        )
    return table


def _heard_s(source: _Json) -> float:
    """How long it has been heard; the rate of one that is away is not known."""
    if source["sample_rate_hz"]:
        return float(source["heard_samples"] / source["sample_rate_hz"])
    return float(sum(source[part] for part in ("ok_s", "clipped_s", "silent_s")))


def _facts(document: _Json, today: datetime) -> Iterator[tuple[str, str]]:
    yield from _known(document, today)
    if "queues" not in document:
        return
    latency = document["latency"]
    if latency is not None:
        yield (
            "latency",
            (
                f"{latency['typical_s']:.1f} s from onset to store, at most "
                f"{latency['longest_s']:.1f} s, over the last {latency['events']} events"
            ),
        )
    store, stream, replay = (document["queues"][name] for name in ("store", "stream", "replay"))
    dropped = stream["dropped_durable"] + stream["dropped_ephemeral"]
    yield (
        "queues",
        (
            f"store {store['waiting']} waiting, {store['failures']} refusals; "
            f"stream {stream['waiting']} waiting, {dropped} dropped; "
            f"replay {replay['messages']} messages, {replay['truncated']} truncated"
        ),
    )
    models = document["models"]
    yield (
        "models",
        (
            f"{models['gate']}, {models['embedder']}, probe {models['probe']} from "
            f"{models['threshold']:.2f}"
        ),
    )
    for what, process, done in (
        ("HeAR", document["hear"], "embedded"),
        ("HeAR's gate", document["detector"], "heard"),
    ):
        if process is not None:
            name = process["identity"]["name"] if process["identity"] else "no model yet"
            judged = _judged_by(models["hear"]) if what == "HeAR" else ""
            yield (
                what,
                (
                    f"{process['state']}, {name}{judged}; {process['embedded']} {done}, "
                    f"{process['waiting']} waiting, {process['gave_way']} gave way, "
                    f"{process['failed']} failed"
                ),
            )


def _judged_by(probe: _Json | None) -> str:
    if probe is None:
        return ""
    return ", judged by no probe" if probe["name"] is None else f", probe {probe['name']}"


def _known(document: _Json, today: datetime) -> Iterator[tuple[str, str]]:
    if document["store_problem"] is not None:
        yield "store", document["store_problem"]
        return
    store = document.get("store") or {}
    room = [
        f"{_size_text(store[key])}{said}"
        for key, said in (("size_bytes", ""), ("free_bytes", " free"))
        if store.get(key) is not None
    ]
    yield "store", ", ".join([document["store_at"], *room])
    history = document["history"]
    coughs = history["coughs_24h"]
    yield (
        "24 hours",
        (
            f"{coughs} cough{'' if coughs == 1 else 's'}; monitored "
            f"{length_text(history['monitored_s_24h'])} ({percent(history['coverage_24h'])})"
        ),
    )
    cough = history["last_cough"]
    if cough is not None:
        yield "last", f"cough {_ago(cough['onset'], today)} in {cough['name']}"


def _size_text(size_bytes: int) -> str:
    megabytes = size_bytes / 1_000_000
    return f"{megabytes:.1f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def _ago(moment: str | None, today: datetime) -> str:
    if moment is None:
        return "-"
    passed_s = (today - datetime.fromisoformat(moment)).total_seconds()
    return f"{length_text(max(0.0, passed_s))} ago"
