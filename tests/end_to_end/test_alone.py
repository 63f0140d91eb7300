"""Where nobody speaks or nobody reads: what waits says so, and what runs goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import fake_sounddevice
import pytest
from command_line import command
from one_sound import for_ever, stored, write_config
from ready_daemon import Daemon, daemon, next_cough, stop


def test_a_watch_without_a_daemon_says_that_it_waits(tmp_path: Path) -> None:
    arguments = command("watch", "--config", write_config(tmp_path))
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as watch:
        assert watch.stderr is not None
        notice = watch.stderr.readline()
        watch.send_signal(signal.SIGINT)
        rest = watch.stderr.read()
    address = f"ipc://{tmp_path}/events.sock"
    assert notice == f"coughd: no daemon is heard at {address}; waiting for it\n"
    assert (watch.returncode, rest) == (os.EX_OK, "")


@contextmanager
def showing(lived_in: Path, writing: int) -> Iterator[Daemon]:
    """`run --show` that prints into this descriptor, which is its own from then on."""
    config = write_config(lived_in, sources=[for_ever(lived_in)])
    with Daemon(
        command("run", "--show", "--config", config),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        os.close(writing)
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("lacks", ["a reader", "room"])
def test_what_is_shown_to_nobody_does_not_end_the_daemon(lived_in: Path, lacks: str) -> None:
    if lacks == "room":
        writing = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, writing = os.pipe()
        os.close(reading)
    with showing(lived_in, writing) as running:
        assert running.stderr is not None
        assert any("nothing more is shown" in line for line in running.stderr)
        assert next_cough(lived_in).startswith("cough.event.end.")
        assert stop(running) == (os.EX_OK, [])


def test_who_reads_no_further_does_not_keep_the_daemon_from_its_end(lived_in: Path) -> None:
    reading, writing = os.pipe()
    fill(writing)
    try:
        with showing(lived_in, writing) as running:
            assert next_cough(lived_in).startswith("cough.event.end.")
            exit_code, log = stop(running)
    finally:
        os.close(reading)
    assert exit_code == os.EX_OK
    assert log[-1].endswith("nobody reads on at standard output: the last lines are not shown")


def fill(pipe: int) -> None:
    os.set_blocking(pipe, False)
    with suppress(BlockingIOError):
        while True:
            os.write(pipe, bytes(4096))
    os.set_blocking(pipe, True)


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        (fake_sounddevice.MISSING, "PortAudio is missing, without which no microphone"),
        (fake_sounddevice.NO_MICROPHONE, "no microphone was found; plug one in"),
        (fake_sounddevice.TWO_MICROPHONES, "there is no microphone 'Yeti' now; there are: "),
    ],
    ids=["PortAudio missing", "no microphone", "unknown microphone"],
)
def test_a_daemon_that_cannot_hear_says_why_once_and_tries_again(
    fake: str, says: str, lived_in: Path
) -> None:
    """The fake tells of every attempt through a pipe, so that the test need not wait by a clock."""
    attempts = lived_in / "attempts"
    os.mkfifo(attempts)
    modules = lived_in / "modules"
    modules.mkdir()
    count = f"import os\nwith open({os.fspath(attempts)!r}, 'wb') as pipe: pipe.write(b'.')\n"
    (modules / "sounddevice.py").write_text(count + fake)
    config = write_config(lived_in, sources=[{"id": "bed", "kind": "microphone", "device": "Yeti"}])
    before = stored(lived_in / "data")
    with daemon(lived_in, config, modules) as running:
        for _ in range(3):
            with attempts.open("rb") as pipe:
                pipe.read(1)
        exit_code, log = stop(running)
    assert exit_code == os.EX_OK
    (line,) = (line for line in log if "coughd.sources" in line)
    assert line.startswith("WARNING coughd.sources: source 'bed' is down (unavailable): ")
    assert says in line
    missing = set(before) - set(stored(lived_in / "data"))
    # The source was seen once more, and the number of the last message has grown.
    assert {row.split('"')[1] for row in missing} == {"sources", "sqlite_sequence"}
