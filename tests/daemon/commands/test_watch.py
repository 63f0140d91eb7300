from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import coughd

from ..stream.fakes import FakeDaemon

PROGRAM = "import typer; from coughd.daemon.commands.watch import watch; typer.run(watch)"
HEARD_AGAIN = "coughd: the daemon is heard again"


class Watch:
    """`coughd watch` in a process of its own, read line by line."""

    def __init__(self, daemon: FakeDaemon, home: Path, *arguments: str) -> None:
        addresses = ["--publish", daemon.publish_address, "--replay", daemon.replay_address]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *addresses, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        )

    def lines(self, count: int) -> list[str]:
        assert self.process.stdout is not None
        return [line.rstrip("\n") for line in itertools.islice(self.process.stdout, count)]

    def notice(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.readline().rstrip("\n")

    def news(self) -> str:
        """The next notice of anything but that the daemon is quiet, as it is on a busy machine."""
        return next(filter(is_news, iter(self.notice, "")), "")


def is_news(notice: str) -> bool:
    return not notice.startswith("coughd: no daemon is heard at ") and notice != HEARD_AGAIN


@contextmanager
def watching(daemon: FakeDaemon, home: Path, *arguments: str) -> Iterator[Watch]:
    watch = Watch(daemon, home, *arguments)
    try:
        yield watch
    finally:
        watch.process.kill()
        watch.process.communicate()


@pytest.fixture
def daemon(tmp_path: Path) -> FakeDaemon:
    return FakeDaemon(tmp_path)


def test_a_daemon_that_is_away_is_told_and_waited_for(daemon: FakeDaemon, tmp_path: Path) -> None:
    with watching(daemon, tmp_path, "--since", "0") as watch:
        assert watch.notice() == (
            f"coughd: no daemon is heard at {daemon.publish_address}; waiting for it"
        )
        daemon.commit(label="cough")
        with daemon.running():
            assert watch.notice() == HEARD_AGAIN
            (line,) = watch.lines(1)
            assert "cough" in line


def test_json_is_what_is_sent(daemon: FakeDaemon, tmp_path: Path) -> None:
    for source in ("a", "b", "a"):
        daemon.commit(source=source)
    with (
        daemon.running(),
        watching(daemon, tmp_path, "--since", "0", "--json", "--source", "a") as watch,
    ):
        assert [json.loads(line)["seq"] for line in watch.lines(2)] == [1, 3]


def test_cancels_come_with_all_only(daemon: FakeDaemon, tmp_path: Path) -> None:
    for phase in ("cancel", "end", "cancel", "end"):
        daemon.commit(phase=phase)
    with daemon.running():
        with watching(daemon, tmp_path, "--since", "0", "--json") as watch:
            assert [json.loads(line)["seq"] for line in watch.lines(2)] == [2, 4]
        with watching(daemon, tmp_path, "--since", "0", "--json", "--all") as watch:
            assert [json.loads(line)["seq"] for line in watch.lines(4)] == [1, 2, 3, 4]


def test_what_is_no_longer_kept_is_told(daemon: FakeDaemon, tmp_path: Path) -> None:
    for _ in range(9):
        daemon.commit()
    daemon.outbox.prune_below(7)
    with daemon.running(), watching(daemon, tmp_path, "--since", "2") as watch:
        assert watch.news() == (
            "coughd: messages 3 to 6 are no longer kept for replay; "
            "`coughd history` still knows the coughs"
        )
        assert len(watch.lines(3)) == 3


def test_a_cursor_goes_on(daemon: FakeDaemon, tmp_path: Path) -> None:
    for _ in range(4):
        daemon.commit()
    arguments = ("--json", "--since", "0", "--cursor", str(tmp_path / "cursor"))
    with daemon.running():
        with watching(daemon, tmp_path, *arguments) as watch:
            watch.lines(4)
            daemon.commit()  # nobody tells it: only the next watch asks
            watch.process.send_signal(signal.SIGINT)
            watch.process.wait(120)
        seq = json.loads((tmp_path / "cursor").read_text())["seq"]
        with watching(daemon, tmp_path, *arguments) as watch:
            assert json.loads(watch.lines(1)[0])["seq"] == seq + 1


def test_ctrl_c_is_the_usual_end(daemon: FakeDaemon, tmp_path: Path) -> None:
    daemon.commit()
    with daemon.running(), watching(daemon, tmp_path, "--since", "0") as watch:
        watch.lines(1)
        watch.process.send_signal(signal.SIGINT)
        _, errors = watch.process.communicate(timeout=120)
        assert watch.process.returncode == 0
        assert [*filter(is_news, errors.splitlines())] == []


def test_a_number_that_no_message_has_is_refused(daemon: FakeDaemon, tmp_path: Path) -> None:
    with watching(daemon, tmp_path, "--since", f"{2**63}") as watch:
        _, errors = watch.process.communicate(timeout=120)
        assert watch.process.returncode == 2
        assert "Invalid value for '--since'" in errors


@pytest.mark.parametrize("option", ["--publish", "--replay"])
@pytest.mark.parametrize("address", ["pi.lan:5570", "tcp://pi.lan", "http://pi.lan:5570"])
def test_what_is_no_address_is_said_with_one_that_is(option: str, address: str) -> None:
    said = coughd("watch", option, address)
    assert (said.exit_code, "tcp://HOST:PORT" in said.complaints) == (os.EX_USAGE, True)
