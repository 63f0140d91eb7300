from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from coughd.config.errors import StorageError
from coughd.daemon.handing_in.receiver import Receiver
from coughd.daemon.handing_in.tray import lay_down, refused, tray_of, wait_until_taken, waiting
from coughd.storage.records import Change, EventReviewed

LONG_S = 30.0
REVIEW = EventReviewed("event-1", "reject", None, "anna", "", 1_800_000_000_000_000)


class FakeDaemon:
    """A recorder that commits when it is told to, and a loop that turns until the test ends."""

    def __init__(self, folder: Path) -> None:
        self.changes: list[Change] = []
        self.written = 0
        self.commits = True
        self.probes_changed = threading.Event()
        self.turned = threading.Condition()
        self._stop = threading.Event()
        self.receiver = Receiver(
            folder,
            folder / "in-force.json",
            keep=self.changes.append,
            kept=lambda: len(self.changes),
            written=lambda: self.written,
            probes_changed=self.probes_changed.set,
            look_every_s=0.01,
        )
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.wait(0.005):
            self.receiver.turn()
            if self.commits:
                self.written = len(self.changes)
            with self.turned:
                self.turned.notify_all()

    def until(self, happens: Callable[[], object]) -> bool:
        with self.turned:
            return self.turned.wait_for(lambda: bool(happens()), LONG_S)

    def __enter__(self) -> Self:
        self.receiver.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.receiver.__exit__(None, None, None)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    with FakeDaemon(tmp_path) as running:
        yield running


def test_what_is_laid_down_is_kept_and_then_taken_away(daemon: FakeDaemon, tmp_path: Path) -> None:
    for path in [lay_down(tmp_path, [REVIEW]) for _ in range(3)]:
        assert wait_until_taken(path, LONG_S)
    assert [REVIEW] * 3 == daemon.changes
    assert [] == waiting(tmp_path)


def test_it_lies_there_until_it_is_committed(daemon: FakeDaemon, tmp_path: Path) -> None:
    daemon.commits = False
    path = lay_down(tmp_path, [REVIEW])
    assert daemon.until(lambda: daemon.changes)
    assert path.exists()
    daemon.commits = True
    assert wait_until_taken(path, LONG_S)
    assert [REVIEW] == daemon.changes


def test_the_next_daemon_takes_what_was_not_committed(tmp_path: Path) -> None:
    with FakeDaemon(tmp_path) as killed:
        killed.commits = False
        path = lay_down(tmp_path, [REVIEW])
        assert killed.until(lambda: killed.changes)
    assert path.exists()
    with FakeDaemon(tmp_path) as following:
        assert wait_until_taken(path, LONG_S)
    assert [REVIEW] == following.changes


def test_garbage_is_set_aside_and_named(
    daemon: FakeDaemon, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = lay_down(tmp_path, [REVIEW])
    assert wait_until_taken(path, LONG_S)
    garbage = tray_of(tmp_path) / "00000-garbage.json"
    garbage.with_suffix(".new").write_text("{")
    garbage.with_suffix(".new").rename(garbage)
    assert wait_until_taken(garbage, LONG_S)
    aside = garbage.with_name("00000-garbage.json.refused")
    assert daemon.until(aside.exists)
    assert "is set aside as 00000-garbage.json.refused" in caplog.text
    assert refused(tmp_path) == [aside]
    assert wait_until_taken(lay_down(tmp_path, [REVIEW]), LONG_S)


def test_what_a_command_was_killed_over_goes_at_the_next_start(tmp_path: Path) -> None:
    """Embeddings and what a person said would stay for ever."""
    tray = tray_of(tmp_path)
    tray.mkdir()
    old, new = tray / ".1-aaaaaaaa.json.new", tray / ".2-aaaaaaaa.json.new"
    for draft in (old, new):
        draft.write_bytes(b"{")
    os.utime(old, (time.time() - 3700, time.time() - 3700))
    with FakeDaemon(tmp_path) as following:
        assert following.until(lambda: not old.exists())
    assert new.exists(), "a command may be writing it now"


def test_no_name_of_a_file_passes_for_a_line_of_the_log(
    daemon: FakeDaemon, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tray_of(tmp_path).mkdir(exist_ok=True)
    odd = tray_of(tmp_path) / "0\nERROR coughd.store: all is lost\x1b[2J.json"
    odd.touch()
    assert wait_until_taken(odd, LONG_S)
    (line,) = [each for each in caplog.messages if "set aside" in each]
    assert line.isprintable()
    assert "0?ERROR coughd.store: all is lost?[2J.json.refused" in line


def test_what_is_no_file_is_set_aside_and_holds_nobody_up(
    daemon: FakeDaemon, tmp_path: Path
) -> None:
    tray = tray_of(tmp_path)
    tray.mkdir(exist_ok=True)
    (tray / "00000-link.json").symlink_to(tmp_path / "elsewhere")
    (tray / "00001-folder.json").mkdir()
    assert wait_until_taken(lay_down(tmp_path, [REVIEW]), LONG_S)
    aside = sorted(path.name for path in tray.iterdir())
    assert ["00000-link.json.refused", "00001-folder.json.refused"] == aside
    assert [REVIEW] == daemon.changes


def test_the_tray_waits_while_the_store_is_behind(daemon: FakeDaemon, tmp_path: Path) -> None:
    daemon.commits = False
    daemon.changes.extend([REVIEW] * 1_001)
    lay_down(tmp_path, [REVIEW])
    looks = itertools.count()
    assert daemon.until(lambda: next(looks) > 20)
    assert 1_001 == len(daemon.changes)
    daemon.commits = True
    assert daemon.until(lambda: len(daemon.changes) == 1_002)


def test_a_change_of_the_probes_in_force_is_told(daemon: FakeDaemon, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.write_text("{}")
    fresh.rename(tmp_path / "in-force.json")
    assert daemon.probes_changed.wait(LONG_S)


def test_a_tray_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    tray_of(tmp_path).write_text("a file in its place")
    with pytest.raises(StorageError, match="cannot be written"):
        lay_down(tmp_path, [REVIEW])


def test_patience_ends(tmp_path: Path) -> None:
    path = lay_down(tmp_path, [REVIEW])
    times = iter([0.0, 1.0, 3.0])
    rests: list[float] = []
    assert not wait_until_taken(path, 2.0, lambda: next(times), rests.append)
    assert [0.05] == rests
