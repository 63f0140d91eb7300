"""A real sound server of the test's own: a null sink whose monitor is the microphone."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_TOOLS = ("pulseaudio", "pactl", "paplay")
_START_S = 20.0


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


@dataclass(frozen=True, slots=True)
class PulseServer:
    """A running server; `environ` makes ALSA, PortAudio and pactl use it."""

    environ: Mapping[str, str]
    process: subprocess.Popen[bytes]

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
        subprocess.run(
            ["pactl", "unload-module", "module-null-sink"], env=dict(self.environ), check=True
        )

    def freeze(self) -> None:
        """Let the device hang with everything open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def pulse_server(rate_hz: int) -> Iterator[PulseServer]:
    """A server whose only sink runs at this rate, in mono."""
    with ExitStack() as stack:
        # Not pytest's folder: a socket's path may have 107 bytes.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pulse-")))
        environ = _write_configuration(folder, rate_hz)
        server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "-F", str(folder / "pulse.pa"), "--daemonize=no"),
                *("--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit=yes"),
                *("--realtime=no", "--high-priority=no", "--log-target=stderr"),
            ],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_end, server)
        _wait_until_up(folder / "native", server, environ)
        yield PulseServer(environ, server)


def _write_configuration(folder: Path, rate_hz: int) -> dict[str, str]:
    for name in ("home", "runtime", "pulse"):
        (folder / name).mkdir(mode=0o700)
    # Without norewinds the sink renders two seconds at a time.
    (folder / "pulse.pa").write_text(
        f"load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native\n"
        f"load-module module-null-sink sink_name=room rate={rate_hz} channels=1 norewinds=1\n"
        "set-default-sink room\n"
        "set-default-source room.monitor\n"
    )
    (folder / "asound.conf").write_text(
        'pcm.default { type pulse hint { show on description "pulse" } }\n'
        "ctl.default { type pulse }\n"
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
    deadline_s = time.monotonic() + _START_S
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
        timeout=_START_S,
    )


def _end(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.wait()
