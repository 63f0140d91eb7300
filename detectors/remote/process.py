"""The remote embedder's process: asks a server for embeddings until its socket closes.

Duty: one batch after the other, in order. It speaks with the one server it was told of, listens
nowhere, keeps nothing, and never outlives the daemon. It is a process of its own because the
client library is one of cooperative threads, which must not meet the daemon's.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ...config.parent import die_with
from ..hear.chatter import OUR_PREFIX
from ..hear.process import serve
from ..hear.protocol import LoadFailed, ProtocolError, encode
from ..ports import EmbedderIdentity
from .model import RemoteModel
from .retrying import NotLetInError, Retrying, UnreachableError
from .server import Server, read_token

_log = logging.getLogger(__name__)


class GoneError(Exception):
    """The server does not serve us: what waits shall wait in the daemon, not fail one by one."""


class _OrGone:
    """The model, which ends the process where its server is away or does not let us in."""

    def __init__(self, model: RemoteModel) -> None:
        self._model = model

    @property
    def identity(self) -> EmbedderIdentity:
        return self._model.identity

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            return self._model.embed(windows)
        except (UnreachableError, NotLetInError) as exc:
            raise GoneError(str(exc)) from exc


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the socket `--fd`; returns the exit status."""
    options = _parser().parse_args(argv)
    logging.basicConfig(format=f"{OUR_PREFIX}%(message)s")
    die_with(options.parent)
    with socket.socket(fileno=options.fd) as connection:
        try:
            server = Server(
                url=options.url,
                model=options.model,
                version=options.model_version,
                timeout_s=options.timeout_s,
                retries=options.retries,
                ca_file=options.ca_file,
                token=None if options.token_file is None else read_token(options.token_file),
            )
            retrying = Retrying(options.retries, time.sleep, random.SystemRandom().random)
            model = RemoteModel.connect(server, retrying, options.batch_sizes)
            serve(connection, _OrGone(model))
        except ModelError as exc:
            connection.sendall(encode(LoadFailed(str(exc))))
            return exc.exit_code
        except GoneError as exc:
            connection.sendall(encode(LoadFailed(str(exc))))
            return os.EX_UNAVAILABLE
        except (ProtocolError, ConnectionError) as exc:
            _log.error("%s", exc)
            return os.EX_PROTOCOL
    return os.EX_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coughd.detectors.remote.process", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="the inherited socket")
    parser.add_argument("--parent", type=int, required=True, help="end when this process does")
    parser.add_argument("--url", required=True, help="of the server")
    parser.add_argument("--model", required=True, help="its name there")
    parser.add_argument("--model-version", help="else the newest")
    # The file and not the token: a command line can be read by everybody.
    parser.add_argument("--token-file", type=Path, help="holds the bearer token")
    parser.add_argument("--ca-file", type=Path, help="certificates that are believed")
    parser.add_argument("--timeout-s", type=float, default=10.0, help="for one try")
    parser.add_argument("--retries", type=int, default=3, help="tries after the first")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[8])
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
