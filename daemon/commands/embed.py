"""`coughd embed`: embeddings for events that were stored without, or by another embedder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Annotated

import typer

from ...config.errors import ConfigError, UsageError
from ...config.places import Places
from ...config.settings import Settings
from ...detectors.ports import EmbedderIdentity, Samples
from ...detectors.probe_versions import ProbeVersions
from ...storage.material import Material
from ...storage.reading.places_reading import EventPlace
from ..clips.sealing import find_key_file, read_key
from ..clips.shelf import ClipShelf
from ..judge import LaterJudge
from ..offline.kept_sound import counts, find_sound
from ..offline.neighbourhood import REACH_US, Neighbourhood
from ..offline.reembedding import judge_stored, reembed
from ..wiring.delivering import deliver
from ..wiring.detection import OpenModels, later_judge
from ..wiring.offline_work import offline_embedder
from .shared.heard_once import source_files
from .shared.options import ConfigOption, configured
from .views.bars import progress_bar

_AT_ONCE = 500
"""Embeddings in memory; so the store may be as large as it likes."""


def embed(
    config: ConfigOption = None,
    *,
    pending: Annotated[
        bool, typer.Option("--pending", help="Events without an embedding of this embedder.")
    ] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="Every event; what is there is made again.")
    ] = False,
    judge: Annotated[
        bool,
        typer.Option(
            "--judge",
            help="Embed nothing: judge the stored embeddings by the probe that is in force.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Embed the sound of stored events again.

    By the configured embedder, where their sound still is: in a configured file that has not
    changed, or in a clip. Events heard by a microphone without clips have none. Where a probe
    judges the embedder's embeddings, the events get its score, published as an update. An
    interrupted run is continued by --pending.
    """
    if (pending, all_, judge).count(True) != 1:
        raise UsageError("choose --pending, --all or --judge")
    settings, places = configured(config)
    if judge:
        _judge_stored(settings, places, as_json=as_json)
        return
    if not settings.probe.keep_embeddings:
        raise UsageError("probe.keep_embeddings is false, so no embedding is kept here")
    with offline_embedder(settings, places) as embedder, Material.open(places.store) as material:
        identity = embedder.identity
        without = identity if pending else None
        events, count = material.places(without=without), material.count_places(without=without)
        with progress_bar("embedding") as progress:
            done = reembed(
                find_sound(events, source_files(settings), _clip_reader(settings, places)),
                embedder,
                _judge(settings, places, identity),
                partial(_neighbours_of, material),
                partial(deliver, settings, places),
                lambda number: progress(number, count),
            )
    if as_json:
        found = {"events": done.events, "embedded": done.embedded, "judged": done.judged}
        document = {"embedder": identity.name, **found, "left_out": dict(done.left_out)}
        typer.echo(json.dumps(document))
        return
    typer.echo(
        f"{done.embedded} of {done.events} events embedded by {identity.name}, "
        f"{done.judged} of them judged anew"
    )
    if done.left_out:
        typer.echo(f"left out: {counts(done.left_out)}")


def _judge_stored(settings: Settings, places: Places, *, as_json: bool) -> None:
    """Events that HeAR has scored keep its word where the open embedder is configured."""
    kind = settings.embedder.kind
    judged = total = 0
    with Material.open(places.store) as material:
        for known in material.embedders(kind):
            judge = _judge_of_stored(settings, ProbeVersions(places.data_dir), known.identity)
            looked_at = 0
            with progress_bar("judging") as progress:
                rows = material.embeddings([known.model_id], reviewed_only=False)
                while some := [*islice(rows, _AT_ONCE)]:
                    before = material.places_before((row.onset_us for row in some), REACH_US)
                    events = {place.event_id: place for place in before}
                    stored = [
                        (events[row.event_id], row.vector)
                        for row in some
                        if row.event_id in events
                        and events[row.event_id].scored_by in {"open", kind}
                    ]
                    total += len(stored)
                    judged += judge_stored(
                        stored,
                        known.identity,
                        judge,
                        Neighbourhood(before),
                        partial(deliver, settings, places),
                        lambda _done: None,
                    )
                    looked_at += len(some)
                    progress(looked_at, max(looked_at, known.embeddings))
    if as_json:
        typer.echo(json.dumps({"embeddings": total, "judged": judged}))
    else:
        typer.echo(f"{judged} of {total} stored embeddings gave their event a new score")


def _judge_of_stored(
    settings: Settings, trained: ProbeVersions, identity: EmbedderIdentity
) -> LaterJudge:
    """By the probe that is in force, which of the open embedder may be the one it came with."""
    chosen = settings.probe.path or trained.in_force(identity.sha256)
    if identity.kind == "open" and chosen is None:
        models = OpenModels(settings.models.path)
        if models.embedder.identity.sha256 == identity.sha256:
            return LaterJudge(
                models.probe(),
                settings.probe.threshold,
                settings.probe.keep_embeddings,
                settings.probe.minimum_level_dbfs,
            )
    return later_judge(settings.probe, trained, identity)


def _neighbours_of(material: Material, events: Iterable[EventPlace]) -> Neighbourhood:
    return Neighbourhood(material.places_before((one.onset_us for one in events), REACH_US))


def _clip_reader(settings: Settings, places: Places) -> Callable[[str], Samples | None]:
    """Read clips where there are any; ConfigError where their key cannot be had."""
    if not any(ClipShelf(places.data_dir).clips()):
        return lambda _event_id: None
    try:
        key = read_key(find_key_file(settings.clips.key_file, os.environ))
    except ConfigError as exc:
        raise ConfigError(f"clips are kept here, and cannot be read: {exc}") from exc
    return ClipShelf(places.data_dir, key).window


def _judge(settings: Settings, places: Places, identity: EmbedderIdentity) -> LaterJudge:
    """The open embedder's events have its score already; others get theirs by this."""
    if identity.kind == "open":
        return LaterJudge(None, None, keep_embeddings=True)
    return later_judge(settings.probe, ProbeVersions(places.data_dir), identity)
