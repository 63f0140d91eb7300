"""The command line that all surveys of a detector share: a pack, a folder of models, a table."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from ...config.errors import CoughdError, UsageError
from ..runtime import TWIN_MODELS


def survey_parser(name: str, models: Path = TWIN_MODELS) -> argparse.ArgumentParser:
    """Arguments `--pack` and `--models`; a survey adds its own.

    The twin is asked unless said otherwise: the shipped models have heard what would test them.
    """
    parser = argparse.ArgumentParser(prog=f"python -m coughd.detectors.training.{name}")
    parser.add_argument("--pack", type=Path, required=True, help="folder with clips.csv")
    parser.add_argument("--models", type=Path, default=models, help="folder of its models")
    return parser


def print_survey(
    parser: argparse.ArgumentParser, lines: Callable[[argparse.Namespace], Iterable[str]]
) -> int:
    """Print what a survey finds, progress on standard error; the exit code follows sysexits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    given = parser.parse_args()
    try:
        if not given.models.is_dir():
            raise UsageError(
                f"{given.models} is no folder of models: name one with --models. The twin is in "
                "the repository only; pip does not install it."
            )
        for line in lines(given):
            sys.stdout.write(f"{line}\n")
    except CoughdError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.exit_code
    return 0
