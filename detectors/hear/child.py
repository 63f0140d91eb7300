"""One run of the embedder process, from start to kill, seen from the daemon."""

from __future__ import annotations

import logging
import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from ...config.errors import ModelError
from .chatter import Chatter
from .protocol import FrameReader, Message, encode

_RECEIVE_BYTES = 1 << 16  # allocated whole for each try, and a batch's answer is 16 kB
_REAP_S = 1.0
_log = logging.getLogger(__name__)


def hear_command(
    model_folder: Path,
    batch_sizes: Sequence[int],
    *,
    model: str = "hear",
    precision: str = "float32",
) -> tuple[str, ...]:
    """Return the command line of the model's process; `Child` adds the rest.

    `model` is what it is pulled by: an encoder, or an event detector.
    """
    # -P: a folder of the working directory named `config` must not shadow anything.
    start = (sys.executable, "-P", "-m", "coughd.detectors.hear.process", "--model", model)
    how = ("--precision", precision, "--batch-sizes", *map(str, batch_sizes))
    return (*start, "--folder", str(model_folder), *how)


class Child:
    """A running embedder process and our end of its socket; never blocks but in `wait`.

    Everything runs on the thread that made it: the process dies with that thread. Raises
    ModelError where the process cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._socket, theirs = socket.socketpair()
        except OSError as exc:
            raise _cannot_start(command, exc) from exc
        self._socket.settimeout(0)
        self._reader = FrameReader()
        self._chatter = Chatter()
        self._unsent = b""
        try:
            with theirs:
                # Its own session: Ctrl-C belongs to the daemon, which then ends the child.
                self._process = subprocess.Popen(  # noqa: S603 (our own command)
                    [*command, "--fd", str(theirs.fileno()), "--parent", str(os.getpid())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    bufsize=0,
                    start_new_session=True,
                )
        except OSError as exc:
            self._socket.close()
            raise _cannot_start(command, exc) from exc
        assert self._process.stderr is not None  # noqa: S101 (asked for above)
        self._errors = self._process.stderr
        os.set_blocking(self._errors.fileno(), False)
        self._errors_ended = False

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the process."""
        self.kill()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def processor_ticks(self) -> int | None:
        """How much processor time it has used, in the kernel's ticks; None once it has ended."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            return None
        # proc(5): utime and stime are the 14th and 15th, and a name may hold blanks.
        fields = stat.rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def wait(self, wake: int, timeout_s: float) -> None:
        """Wait for traffic, for the file descriptor `wake`, or for the time-out."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._unsent else 0))
        if not self._errors_ended:
            poll.register(self._errors, select.POLLIN)
        poll.register(wake, select.POLLIN)
        poll.poll(max(timeout_s, 0.0) * 1000)

    def send(self, message: Message) -> None:
        """Send `message`, the rest of it at later calls of `exchange`."""
        self._unsent += encode(message)
        self._flush()

    def exchange(self) -> list[Message]:
        """Send what can be sent and return what has come.

        Raises ModelError when the process has ended, ProtocolError when it sends garbage.
        """
        messages: list[Message] = []
        self._flush()
        self._listen_to_chatter()
        try:
            while data := self._socket.recv(_RECEIVE_BYTES):
                messages += self._reader.feed(data)
        except BlockingIOError:
            return messages
        except ConnectionError:
            pass
        if messages:
            return messages  # the end shows again at the next call
        raise ModelError(f"The HeAR process ended ({self._how_it_ended()}).")

    def kill(self) -> None:
        """End the process, frozen or not, and close the socket."""
        self._socket.close()
        self._errors.close()
        self._process.kill()
        try:
            self._process.wait(_REAP_S)
        except subprocess.TimeoutExpired:
            _log.error("The HeAR process %d does not die; it hangs in the kernel.", self.pid)

    def _flush(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except ConnectionError:
            self._unsent = b""  # `exchange` tells of the end

    def _how_it_ended(self) -> str:
        try:
            status = self._process.wait(_REAP_S)
        except subprocess.TimeoutExpired:
            return "it closed its socket"
        self._listen_to_chatter()
        last_words = f": {self._chatter.last_line}" if self._chatter.last_line else ""
        return (f"signal {-status}" if status < 0 else f"exit status {status}") + last_words

    def _listen_to_chatter(self) -> None:
        while data := self._errors.read(_RECEIVE_BYTES):
            self._chatter.feed(data)
        self._errors_ended = data == b""  # None: nothing for now


def _cannot_start(command: Sequence[str], exc: OSError) -> ModelError:
    return ModelError(f"{command[0]}: the HeAR process cannot start ({exc}).")
