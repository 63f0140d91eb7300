"""The daemon's hold on one capture process: its pipe, its life, its death."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_PIPE_BYTES = 1 << 20
"""32 s at 16 kHz, 11 s at 48 kHz."""
_READ_BYTES = 1 << 16
"""2 s at 16 kHz: between two reads the daemon gives its signs of life, however much has to be made
up for."""
_FAREWELL_S = 1.0


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """What a capture process is told to do."""

    device: str
    sample_rate_hz: int | None
    """None: the device's own."""
    channel: int | None
    """To be heard alone; None: the mean of all."""
    record_path: Path | None


class CaptureChild:
    """A running capture process. One thread, the one that made it: the process dies with it."""

    def __init__(self, order: CaptureOrder) -> None:
        reading, writing = os.pipe2(os.O_CLOEXEC)
        with contextlib.suppress(PermissionError):  # over the user's share: 64 KiB must do
            fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        os.set_blocking(reading, False)
        try:
            # Its own session: Ctrl-C belongs to the daemon, which then ends the child. One that
            # has only begun would print a traceback, and without its microphone it begins often.
            self._process = subprocess.Popen(  # noqa: S603 - ourselves, without a shell
                _command(order, writing),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(writing,),
                start_new_session=True,
            )
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._reading: int | None = reading

    def fileno(self) -> int | None:
        """The pipe; None once closed."""
        return self._reading

    def read(self) -> bytes | None:
        """Some of what the pipe holds; None where it holds nothing now, b"" at its end."""
        if self._reading is None:
            return b""
        try:
            return os.read(self._reading, _READ_BYTES)
        except BlockingIOError:
            return None

    def is_gone(self) -> bool:
        """Whether the process has ended; buries it."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it where it stands (a frozen device hangs every politer way) without waiting."""
        self._process.kill()
        self._close_pipe()

    def close(self) -> None:
        """Hang up, so that it ends by itself; kill it where it does not within a second."""
        self._close_pipe()
        for _ in range(2):
            try:
                self._process.wait(_FAREWELL_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
            else:
                return

    def _close_pipe(self) -> None:
        if self._reading is not None:
            os.close(self._reading)
            self._reading = None


def _command(order: CaptureOrder, pipe: int) -> list[str]:
    options = {
        "--pipe": pipe,
        "--parent-pid": os.getpid(),
        "--device": order.device,
        "--sample-rate-hz": order.sample_rate_hz,
        "--channel": order.channel,
        "--record": order.record_path,
    }
    given = [f"{option}={value}" for option, value in options.items() if value is not None]
    # -P: whatever lies in the working directory is not our code.
    return [sys.executable, "-P", "-m", "coughd.daemon.sources.capture_process", *given]
