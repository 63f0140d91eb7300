"""A real sound server of the test's own: a null sink whose monitor is the microphone."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from patience import PATIENCE_S

_TOOLS = ("pulseaudio", "pactl", "paplay")
# Without norewinds the sink renders two seconds at a time.
_ROOM = (
    "load-module module-null-sink sink_name=room rate={rate_hz} channels={channels} norewinds=1\n"
    "set-default-sink room\n"
    "set-default-source room.monitor\n"
)
_FED = (
    "load-module module-pipe-source source_name={name} file={folder}/{name}.feed format=s16le "
    "rate={rate_hz} channels=1\n"
)


def missing_tools() -> list[str]:
    """What this machine lacks for a real microphone."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if ctypes.util.find_library("portaudio") is None:
        missing.append("libportaudio2")
    return missing


def skip_unless_available() -> None:
    """Skip the test where this machine has no PulseAudio or no PortAudio; in CI that fails."""
    missing = missing_tools()
    if missing:
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"a real microphone needs {', '.join(missing)}")


@dataclass(slots=True)
class PulseServer:
    """A running server; `environ` makes ALSA, PortAudio and pactl use it."""

    environ: Mapping[str, str]
    process: subprocess.Popen[bytes]
    folder: Path

    def play(self, path: Path) -> subprocess.Popen[bytes]:
        """Play into the null sink. Two seconds of buffer: less underruns on a busy machine."""
        return subprocess.Popen(
            ["paplay", "--latency-msec=2000", str(path)],
            env=dict(self.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def remove_microphone(self) -> None:
        """Pull the plug."""
        module = (self.folder / "room.pa").read_text().split()[1]
        subprocess.run(["pactl", "unload-module", module], env=dict(self.environ), check=True)

    def bring_microphone_back(self) -> None:
        """Plug it in again."""
        for command in (self.folder / "room.pa").read_text().splitlines():
            arguments = ["pactl", *command.split()]
            subprocess.run(arguments, env=dict(self.environ), check=True, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """Let the server die with everything open."""
        _end(self.process)

    def revive(self) -> None:
        """Start another one in its place."""
        for left_behind in (self.folder / "native", *self.folder.glob("*.feed")):
            left_behind.unlink(missing_ok=True)
        self.process = _start(self.folder, self.environ)

    def freeze(self) -> None:
        """Let the device hang with everything open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def pulse_server(rate_hz: int, channels: int = 1) -> Iterator[PulseServer]:
    """A server whose only sink runs at this rate."""
    with ExitStack() as stack:
        # Not pytest's folder: a socket's path may have 107 bytes.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pulse-")))
        environ = _write_configuration(folder, _ROOM.format(rate_hz=rate_hz, channels=channels))
        server = PulseServer(environ, _start(folder, environ), folder)
        stack.callback(server.kill)
        yield server


@contextmanager
def fed_server(rates_hz: Mapping[str, int]) -> Iterator[PulseServer]:
    """A server whose microphones are what is written into FIFOs: int16, mono, at these rates.

    `NAME.feed` in its folder feeds the microphone NAME; the first one is the default.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pulse-")))
        room = "".join(
            _FED.format(name=name, folder=folder, rate_hz=rate_hz)
            for name, rate_hz in rates_hz.items()
        )
        first = next(iter(rates_hz))
        environ = _write_configuration(folder, f"{room}set-default-source {first}\n", rates_hz)
        server = PulseServer(environ, _start(folder, environ), folder)
        stack.callback(server.kill)
        yield server


def _start(folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(
        [
            *("pulseaudio", "-n", "-F", str(folder / "pulse.pa"), "--daemonize=no"),
            *("--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit=yes"),
            *("--realtime=no", "--high-priority=no", "--log-target=stderr"),
        ],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(folder / "native", server, environ)
    except BaseException:
        _end(server)
        raise
    return server


def _write_configuration(folder: Path, room: str, names: Collection[str] = ()) -> dict[str, str]:
    for name in ("home", "runtime", "pulse"):
        (folder / name).mkdir(mode=0o700)
    (folder / "room.pa").write_text(room)
    (folder / "pulse.pa").write_text(
        f"load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native\n{room}"
    )
    (folder / "asound.conf").write_text(
        'pcm.default { type pulse hint { show on description "pulse" } }\n'
        "ctl.default { type pulse }\n"
        + "".join(
            f'pcm.{name} {{ type pulse device {name} hint {{ show on description "{name}" }} }}\n'
            for name in names
        )
    )
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "PULSE_RUNTIME_PATH": str(folder / "pulse"),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        "PULSE_SERVER": f"unix:{folder}/native",
    }


def _wait_until_up(
    native: Path, server: subprocess.Popen[bytes], environ: Mapping[str, str]
) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not native.exists():
        assert time.monotonic() < deadline_s, "PulseAudio did not start in time"
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"PulseAudio ended with status {server.wait(0.02)}")
    # Answered from its main loop, so after the whole configuration has been read.
    subprocess.run(
        ["pactl", "info"],
        env=dict(environ),
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE_S,
    )


def _end(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.wait()
