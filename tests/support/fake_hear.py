"""A fake embedder process: speaks the protocol without TensorFlow, and misbehaves on demand.

The embedding of a window is its first 512 samples. `--once FILE` limits the misbehaviour to the
first process that sees FILE missing. A window whose first sample is POISON triggers it.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from coughd.config.parent import die_with
from coughd.detectors.hear.protocol import (
    Batch,
    BatchDone,
    BatchFailed,
    FrameReader,
    Hello,
    LoadFailed,
    encode,
)
from coughd.detectors.ports import EmbedderIdentity

POISON = -0.875
IDENTITY = EmbedderIdentity("hear@fake", "hear", "00" * 32, "none", "CPU", "float32", "any")


def answer(batch: Batch) -> bytes:
    return encode(BatchDone(batch.number, batch.windows[:, :512]))


ELSEWHERE = replace(IDENTITY, batch_policy="other")


def misbehave(how: str, connection: socket.socket, batch: Batch) -> None:
    if how == "go on otherwise":
        connection.sendall(encode(Hello(ELSEWHERE)) + answer(batch))
    elif how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "exit":
        sys.exit("The fake has had enough.")
    elif how == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif how == "rave":
        connection.sendall(b"Traceback (most recent call last):\n")
    elif how == "half":
        connection.sendall(answer(batch)[:100])
        sys.exit(0)
    elif how == "refuse":
        connection.sendall(encode(BatchFailed(batch.number, "The fake refuses this batch.")))
    elif how == "undefined":
        rows = np.full((len(batch.windows), 512), np.nan, np.float32)
        connection.sendall(encode(BatchDone(batch.number, rows)))
    elif how == "miscount":
        rows = np.zeros((len(batch.windows) + 1, 512), np.float32)
        connection.sendall(encode(BatchDone(batch.number, rows)))


def serve(connection: socket.socket, how: str, once: Path | None) -> None:
    reader = FrameReader()
    while data := connection.recv(1 << 20):
        for batch in reader.feed(data):
            assert isinstance(batch, Batch)
            poisoned = bool((batch.windows[:, 0] == POISON).any())
            if poisoned and not (once and once.exists()):
                if once:
                    once.touch()
                misbehave(how, connection, batch)
            else:
                connection.sendall(answer(batch))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--how", default="refuse")
    parser.add_argument("--once", type=Path)
    options = parser.parse_args()
    die_with(options.parent)
    with socket.socket(fileno=options.fd) as connection:
        if options.how == "never_ready":
            signal.pause()
        elif options.how == "dead_on_start":
            sys.exit(4)
        elif options.how == "load_failed":
            connection.sendall(encode(LoadFailed("The fake has no model.")))
        else:
            connection.sendall(encode(Hello(IDENTITY)))
            serve(connection, options.how, options.once)


if __name__ == "__main__":
    main()
