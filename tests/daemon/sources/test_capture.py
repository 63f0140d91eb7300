"""A real microphone: PortAudio on a sound server of the test's own, with its accidents."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from pulse import PulseServer, pulse_server, skip_unless_available
from serving import listen

from coughd.daemon.sources.microphone import open_microphone
from coughd.daemon.sources.ports import Block, Gap, Item, Lost, Opened

RATE_HZ = 16_000


@contextmanager
def room(rate_hz: int, monkeypatch: pytest.MonkeyPatch, channels: int = 1) -> Iterator[PulseServer]:
    skip_unless_available()
    with pulse_server(rate_hz, channels) as server:
        for name in ("ALSA_CONFIG_PATH", "PULSE_SERVER", "XDG_RUNTIME_DIR", "HOME"):
            monkeypatch.setenv(name, server.environ[name])
        yield server


def blocks(items: list[Item]) -> list[Block]:
    return [item for item in items if isinstance(item, Block)]


def some_sound(items: list[Item]) -> bool:
    return len(blocks(items)) > 5


def losses(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Lost)]


def is_loud(items: list[Item]) -> bool:
    return any(block.samples.any() for block in blocks(items))


def heard(items: list[Item]) -> NDArray[np.float32]:
    return np.concatenate([block.samples for block in blocks(items)])


def children_of(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(child) for child in found.stdout.split()]


def capture_pid(pid: int) -> int:
    """The capture process of this daemon."""
    (found,) = [child for child in children_of(pid) if "capture_process" in command_of(child)]
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_what_is_played_arrives_sample_by_sample(
    rate_hz: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    played = np.random.default_rng(5).integers(-9_000, 9_000, rate_hz * 2, dtype=np.int16)
    soundfile.write(tmp_path / "played.wav", played, rate_hz)
    record_path = tmp_path / "heard.wav"
    with room(rate_hz, monkeypatch) as server:
        source = open_microphone(
            "room", device="default", sample_rate_hz=rate_hz, record_path=record_path
        )
        items = listen(source, some_sound)
        player = server.play(tmp_path / "played.wav")
        items += listen(source, lambda _: player.poll() is not None)
        items += listen(source, lambda items: len(blocks(items)) > 25)
        source.close()
    (opened,) = (item for item in items if isinstance(item, Opened))
    assert (opened.sample_rate_hz, opened.channels) == (rate_hz, 1)
    assert not [item for item in items if isinstance(item, Gap | Lost)]
    sound = heard(items)
    start = int(np.flatnonzero(sound)[0])
    np.testing.assert_array_equal(played / np.float32(32768), sound[start : start + played.size])
    recorded, _ = soundfile.read(record_path, dtype="float32")
    np.testing.assert_array_equal(sound, recorded[: sound.size])
    assert source.counters.heard_samples == sound.size


def test_one_of_two_channels_that_cancel_each_other_is_heard_behind_a_sound_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = np.random.default_rng(6).integers(-9_000, 9_000, RATE_HZ * 20, dtype=np.int16)
    soundfile.write(tmp_path / "played.wav", np.stack([left, -left], axis=1), RATE_HZ)
    with room(RATE_HZ, monkeypatch, channels=2) as server:
        source = open_microphone("room", device="default", sample_rate_hz=RATE_HZ, channel=0)
        items = listen(source, some_sound)
        player = server.play(tmp_path / "played.wav")
        items += listen(source, lambda items: is_loud(items) or player.poll() is not None)
        source.close()
        player.kill()
        player.wait()
    assert is_loud(items)


def test_the_time_of_a_block_is_when_it_was_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    with room(RATE_HZ, monkeypatch):
        source = open_microphone("room", device="default", sample_rate_hz=RATE_HZ)
        items = listen(source, lambda items: len(blocks(items)) > 100)
        source.close()
    # Of many the one that was least late: a busy machine holds some up.
    heard = blocks(items)
    first_s, last_s = (least_late_s(part) for part in (heard[:50], heard[50:]))
    assert last_s == pytest.approx(first_s, abs=0.5)


def least_late_s(heard: list[Block]) -> float:
    return min((block.monotonic_s or 0.0) - block.first_sample / RATE_HZ for block in heard)


def test_a_killed_capture_process_is_lost_then_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with room(RATE_HZ, monkeypatch):
        source = open_microphone("room", device="default", sample_rate_hz=RATE_HZ)
        listen(source, some_sound)
        os.kill(capture_pid(os.getpid()), signal.SIGKILL)
        items = listen(source, lambda items: some_sound(items) and bool(losses(items)))
        items += listen(source, some_sound)
        source.close()
    assert losses(items) == ["microphone 'default': its capture process died"]
    assert [item.first_sample for item in items if isinstance(item, Opened)] == [0]


def test_a_pulled_microphone_is_said_to_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with room(RATE_HZ, monkeypatch) as server:
        source = open_microphone("room", device="default", sample_rate_hz=RATE_HZ)
        listen(source, some_sound)
        server.remove_microphone()
        items = listen(source, lambda items: bool(losses(items)))
        source.close()
    assert losses(items) == ["microphone 'default': the microphone has gone."]


def test_a_frozen_device_is_a_stall_and_heals(monkeypatch: pytest.MonkeyPatch) -> None:
    with room(RATE_HZ, monkeypatch) as server:
        source = open_microphone("room", device="default", sample_rate_hz=RATE_HZ)
        listen(source, some_sound)
        server.freeze()
        items = listen(source, lambda items: bool(losses(items)))
        server.thaw()
        healed = listen(source, some_sound)
        source.close()
    assert losses(items) == ["microphone 'default': no sound came for 1.5 s"]
    assert any(isinstance(item, Opened) for item in healed)


def test_closing_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with room(RATE_HZ, monkeypatch):
        source = open_microphone("room", device="default", sample_rate_hz=RATE_HZ)
        listen(source, some_sound)
        pid = capture_pid(os.getpid())
        source.close()
        assert command_of(pid) == ""


def test_a_capture_process_dies_with_its_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = (
        "import signal\n"
        "from coughd.daemon.sources.capture_child import CaptureChild, CaptureOrder\n"
        "child = CaptureChild(CaptureOrder('default', 16000, 1, None))\n"
        "print('up', flush=True)\n"
        "signal.pause()\n"
    )
    with room(RATE_HZ, monkeypatch):
        process = subprocess.Popen([sys.executable, "-c", daemon], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        capture = capture_pid(process.pid)
        pidfd = os.pidfd_open(capture)
        process.kill()
        process.wait()
        process.stdout.close()
        ended, _, _ = select.select([pidfd], [], [], 20.0)
        os.close(pidfd)
    assert ended


def test_what_a_deaf_daemon_missed_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Eight channels fill pipe and ring in six seconds; a played file measures the time."""
    rate_hz = 48_000
    soundfile.write(tmp_path / "played.wav", np.full(8 * rate_hz, 0.1), rate_hz)
    with room(rate_hz, monkeypatch) as server:
        source = open_microphone("room", device="default", sample_rate_hz=rate_hz, channel=7)
        items = listen(source, some_sound)
        server.play(tmp_path / "played.wav").wait()
        items += listen(source, lambda items: any(isinstance(item, Gap) for item in items))
        items += listen(source, some_sound)
        source.close()
    assert not losses(items)
    # More than one where the machine is busy: the ring fills again before the pipe is emptied.
    gaps = [item for item in items if isinstance(item, Gap)]
    assert source.counters.dropped_samples == sum(gap.lost_samples for gap in gaps) > 0
    heard_before, *_, heard_after = blocks(items)
    next_sample = heard_before.first_sample
    for item in items:
        if isinstance(item, Block | Gap):
            assert item.first_sample == next_sample
            next_sample += item.samples.size if isinstance(item, Block) else item.lost_samples
    assert heard_before.monotonic_s is not None
    assert heard_after.monotonic_s is not None
    passed_s = (heard_after.first_sample - heard_before.first_sample) / rate_hz
    heard_s = heard_after.monotonic_s - heard_before.monotonic_s
    assert heard_s == pytest.approx(passed_s, abs=0.5)
