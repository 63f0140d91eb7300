"""Both ends are killed again and again; the subscriber's log is the store all the same."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from victim import SUPPORT, Victim

BATCHES = 30
KILLS = ("sender", "listener") * 3


def stored(folder: Path, sources: list[str]) -> list[str]:
    with closing(sqlite3.connect(folder / "store.sqlite3")) as connection:
        bodies = [body for (body,) in connection.execute("select body from outbox order by seq")]
    return [body for body in bodies if not sources or json.loads(body)["source"]["id"] in sources]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("keeps", ["own-log", "cursor"])
def test_killed_at_both_ends_the_log_is_the_store(tmp_path: Path, keeps: str, seed: int) -> None:
    chance = random.Random(f"{keeps}-{seed}")
    sources = ["bed"] if seed % 2 else []
    boots = (f"boot-{number}" for number in itertools.count())

    def new_sender() -> Victim:
        return Victim(str(SUPPORT / "stream_sender.py"), str(tmp_path), next(boots), str(seed))

    def new_listener() -> Victim:
        return Victim(str(SUPPORT / "stream_listener.py"), str(tmp_path), keeps, *sources)

    sender, listener = new_sender(), new_listener()
    try:
        for victim in chance.sample(KILLS, len(KILLS)):
            sender.order(BATCHES)
            sender.steps(chance.randint(1, BATCHES))
            listener.steps(chance.randint(1, 15))
            if victim == "sender":
                sender.kill()
                sender = new_sender()
            else:
                listener.kill()
                listener = new_listener()
        sender.order(BATCHES)
        sender.finish()
        expected = stored(tmp_path, sources)
        listener.until(json.loads(expected[-1])["seq"])
    finally:
        sender.kill()
        listener.kill()

    logged = (tmp_path / "log").read_text().splitlines()
    if keeps == "cursor":
        # A body that was killed before it could finish gets its message again, and no other.
        once = [line for line, _ in itertools.groupby(logged)]
        assert len(logged) - len(once) <= KILLS.count("listener")
        logged = once
    assert logged == expected
