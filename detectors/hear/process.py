"""A model's process: loads one of HeAR's models, then answers batches until its socket closes.

Duty: one batch after the other, in order, at low priority. It never opens a file but the model's,
never listens anywhere, and never outlives the daemon.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from ...config.errors import ModelError
from ...config.parent import die_with
from ..ports import Embedder
from .chatter import OUR_PREFIX
from .loading import MODEL_NAMES, load_model
from .model import AskedPrecision
from .protocol import (
    Batch,
    BatchDone,
    BatchFailed,
    FrameReader,
    Hello,
    LoadFailed,
    ProtocolError,
    encode,
)

NICENESS = 10
_RECEIVE_BYTES = 1 << 20
_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the socket `--fd`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="coughd.detectors.hear.process", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="the inherited socket")
    parser.add_argument("--parent", type=int, required=True, help="end when this process does")
    parser.add_argument("--model", choices=MODEL_NAMES, required=True, help="what is loaded")
    parser.add_argument("--folder", type=Path, required=True, help="where it is")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--precision", choices=get_args(AskedPrecision), default="float32")
    options = parser.parse_args(argv)
    logging.basicConfig(format=f"{OUR_PREFIX}%(message)s")
    die_with(options.parent)
    os.nice(NICENESS)
    with socket.socket(fileno=options.fd) as connection:
        try:
            model = load_model(
                options.model, options.folder, options.batch_sizes, options.precision
            )
        except ModelError as exc:
            connection.sendall(encode(LoadFailed(str(exc))))
            return exc.exit_code
        try:
            serve(connection, model)
        except (ProtocolError, ConnectionError) as exc:
            _log.error("%s", exc)
            return os.EX_PROTOCOL
    return os.EX_OK


def serve(connection: socket.socket, embedder: Embedder) -> None:
    """Say hello, then answer every batch until the other side closes `connection`.

    Says hello again, before the answer, where the embedder runs otherwise from now on. Raises
    ProtocolError when the other side does not speak our protocol.
    """
    known = embedder.identity
    connection.sendall(encode(Hello(known)))
    reader = FrameReader()
    while data := connection.recv(_RECEIVE_BYTES):
        for message in reader.feed(data):
            if not isinstance(message, Batch):
                raise ProtocolError(f"The embedder takes batches, not {type(message).__name__}.")
            answer = encode(_answer(embedder, message))
            if embedder.identity != known:
                known = embedder.identity
                connection.sendall(encode(Hello(known)))
            connection.sendall(answer)


def _answer(embedder: Embedder, batch: Batch) -> BatchDone | BatchFailed:
    try:
        return BatchDone(batch.number, embedder.embed(batch.windows))
    except ModelError as exc:
        return BatchFailed(batch.number, str(exc))


if __name__ == "__main__":
    raise SystemExit(main())
