from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fake_hear
import numpy as np
import pytest
from numpy.typing import NDArray
from protobuf_bytes import ENCODER

from coughd.config.errors import ModelError
from coughd.config.extras import command_to_add
from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.process import serve
from coughd.detectors.hear.protocol import (
    Batch,
    BatchDone,
    BatchFailed,
    FrameReader,
    Hello,
    LoadFailed,
    Message,
    ProtocolError,
    encode,
)
from coughd.detectors.ports import EmbedderIdentity

LONG_S = 60.0
IDENTITY = EmbedderIdentity("hear@fake", "hear", "00" * 32, "none", "CPU", "float32", "any")


class FakeEmbedder:
    """Answers with the first 512 samples; refuses silence, and takes batches above 4 for large."""

    identity = IDENTITY

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        if not windows.any():
            raise ModelError("The fake does not take silence.")
        if len(windows) > 4:
            self.identity = replace(IDENTITY, batch_policy="smaller")
        return windows[:, :512]


class Served:
    """A thread that runs `serve`, and the other end of its socket."""

    def __init__(self) -> None:
        self.connection, theirs = socket.socketpair()
        self.connection.settimeout(LONG_S)
        self.fault: ProtocolError | None = None
        self._theirs = theirs
        self._reader = FrameReader()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._theirs:
            try:
                serve(self._theirs, FakeEmbedder())
            except ProtocolError as exc:
                self.fault = exc

    def next(self) -> Message:
        while True:
            messages = self._reader.feed(self.connection.recv(1 << 20))
            if messages:
                (message,) = messages
                return message

    def end(self) -> None:
        self.connection.close()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()


@pytest.fixture
def served() -> Iterator[Served]:
    running = Served()
    yield running
    running.end()


def test_it_says_hello_and_answers_in_order(served: Served) -> None:
    assert Hello(IDENTITY) == served.next()
    for number in (7, 8):
        windows = np.full((2, 32_000), number / 10, np.float32)
        served.connection.sendall(encode(Batch(number, windows)))
        done = served.next()
        assert isinstance(done, BatchDone)
        assert number == done.number
        np.testing.assert_array_equal(windows[:, :512], done.embeddings)


def test_a_refused_batch_ends_nothing(served: Served) -> None:
    served.next()
    served.connection.sendall(encode(Batch(1, np.zeros((1, 32_000), np.float32))))
    assert BatchFailed(1, "The fake does not take silence.") == served.next()
    served.connection.sendall(encode(Batch(2, np.ones((1, 32_000), np.float32))))
    assert isinstance(served.next(), BatchDone)


def test_it_ends_when_the_other_side_does(served: Served) -> None:
    served.next()
    served.end()
    assert served.fault is None


@pytest.mark.parametrize("data", [b"not a frame at all", encode(LoadFailed("not for you"))])
def test_whoever_does_not_speak_the_protocol_is_left(served: Served, data: bytes) -> None:
    served.next()
    served.connection.sendall(data)
    assert b"" == served.connection.recv(1)
    served.end()
    assert served.fault is not None


def test_without_tensorflow_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tensorflow.py").write_text("raise ImportError('as if it were not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    model = tmp_path / "model"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(ENCODER)
    (model / "variables" / "variables.index").touch()
    hear = HearProcess(hear_command(model, (1,)))
    assert hear.wait_until(lambda now: now.state == "failed", LONG_S)
    hear.close()
    assert (
        "HeAR needs TensorFlow, which cannot be imported here: "
        f"{command_to_add('coughd[hear]')}" == hear.status.reason
    )


def test_an_embedder_that_goes_on_otherwise_says_so_before_its_answer() -> None:
    served = Served()
    assert Hello(IDENTITY) == served.next()
    served.connection.sendall(encode(Batch(1, np.ones((5, 32_000), np.float32))))
    messages: list[Message] = []
    while len(messages) < 2:
        messages += served._reader.feed(served.connection.recv(1 << 20))
    served.connection.close()
    served._thread.join(LONG_S)
    hello, answer = messages
    assert Hello(replace(IDENTITY, batch_policy="smaller")) == hello
    assert isinstance(answer, BatchDone)


PARENT = """
import sys, threading
from coughd.detectors.hear.client import HearProcess
hear = HearProcess((sys.executable, sys.argv[1], "--how", "never_ready"))
hear.wait_until(lambda now: now.pid is not None, 60.0)
print(hear.status.pid, flush=True)
threading.Event().wait()
"""


def test_a_busy_embedder_does_not_outlive_a_killed_daemon() -> None:
    """`never_ready` does not read its socket, just as a long batch does not."""
    fake = Path(fake_hear.__file__)
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(fake)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.send_signal(signal.SIGKILL)
            assert [child] == select.select([child], [], [], LONG_S)[0]
        finally:
            os.close(child)
