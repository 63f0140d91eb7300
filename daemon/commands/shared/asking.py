"""How a daemon is, by its own word and the store's: for `status` and the support bundle."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from ....config.addresses import from_this_machine
from ....config.errors import CoughdError
from ....config.places import Places
from ....config.settings import Settings
from ....storage.history import History
from ....storage.place import sqlite_path, store_name, store_url
from ...stream.replay_protocol import STATUS_SCHEMA
from ...supervision.status import store_status
from ...supervision.status_client import Asked, ask_status
from .own_key import own_key
from .unanswered import barred_fault, find_services, hangs_fault, off_fault


def ask(settings: Settings, places: Places) -> Asked:
    """Ask the daemon of this configuration, with a key where it wants one; waits a few seconds."""
    return ask_status(from_this_machine(places.replay), key=own_key(settings, places))


def collect(
    settings: Settings, places: Places, asked: Asked, clock: Callable[[], datetime]
) -> dict[str, Any]:
    """The daemon's own document, or one that says why there is none, with the store's knowledge."""
    document: dict[str, Any] = {"schema": STATUS_SCHEMA, "sources": [], "faults": []}
    if asked.document is not None:
        document |= asked.document
    else:
        fault = _why_none(asked, places)
        document |= {"state": fault["code"], "faults": [fault]}
    document.setdefault("store", asdict(store_status(sqlite_path(store_url(places.store)))))
    return document | _known(settings, places, clock)


def _why_none(asked: Asked, places: Places) -> dict[str, str]:
    """The fault of a daemon that gave no document."""
    if asked.barred:
        return barred_fault(places.replay)
    uid = os.getuid()
    fault = hangs_fault if asked.reached else off_fault
    return fault(places, uid, find_services(os.environ, uid))


def _known(settings: Settings, places: Places, clock: Callable[[], datetime]) -> dict[str, Any]:
    """What the store knows; a sentence where it cannot be read."""
    try:
        history = History.open(
            places.store,
            timezone=settings.timezone,
            minimum_coverage=settings.coverage.minimum_for_rate,
        )
        with closing(history), history.at_one_moment() as same:
            name = store_name(store_url(places.store))
            return {
                "store_at": name,
                "store_problem": None,
                "history": _history(same, clock()),
            }
    except CoughdError as error:
        return {"store_at": None, "store_problem": str(error), "history": None}


def _history(history: History, today: datetime) -> dict[str, Any]:
    day = history.summary(today - timedelta(hours=24), today)
    newest = next(history.events(newest_first=True, limit=1), None)
    return {
        "coughs_24h": day.coughs,
        "monitored_s_24h": round(day.monitored_s, 3),
        "coverage_24h": round(day.coverage, 4),
        "last_cough": None
        if newest is None
        else {
            "onset": newest.onset.isoformat(),
            "source": newest.source_id,
            "name": newest.source_name,
            "probability": newest.probability,
        },
        "sources": [
            {"id": source.source_id, "name": source.name, "last_seen": source.last_seen.isoformat()}
            for source in history.sources()
        ],
    }
