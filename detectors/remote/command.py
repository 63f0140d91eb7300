"""How the remote embedder's process is started, and how long it may take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .retrying import longest_call_s

_SLACK_S = 10.0


def remote_command(
    *,
    url: str,
    model: str,
    model_version: str | None,
    token_file: Path | None,
    ca_file: Path | None,
    timeout_s: float,
    retries: int,
    batch_sizes: Sequence[int],
) -> tuple[str, ...]:
    """Return the command line of the process; `Child` adds the rest. It holds no secret."""
    # -P: a folder of the working directory named `config` must not shadow anything.
    command = [sys.executable, "-P", "-m", "coughd.detectors.remote.process"]
    command += ["--url", url, "--model", model]
    command += ["--timeout-s", str(timeout_s), "--retries", str(retries)]
    for option, value in (
        ("--model-version", model_version),
        ("--token-file", token_file),
        ("--ca-file", ca_file),
    ):
        if value is not None:
            command += [option, str(value)]
    return (*command, "--batch-sizes", *map(str, batch_sizes))


def longest_silence_s(timeout_s: float, retries: int) -> float:
    """How long the process may wait for its server without a word and without working."""
    return longest_call_s(timeout_s, retries) + _SLACK_S
