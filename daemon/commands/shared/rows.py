"""Rows of data, to a file or to standard output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.text import Text

from ....storage.reading.export import write_csv, write_jsonl
from ....storage.reading.export_columns import Record
from ....storage.reading.whole_file import whole_file
from .output import data_output

OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="File, private to you; else, or -, standard output.",
    ),
]


def write_rows(
    columns: Sequence[str], records: Iterable[Record], output: str | None, *, as_json: bool
) -> int | None:
    """Write CSV or JSON Lines; how many rows went into a file, None for standard output.

    A file appears whole or not at all. StorageError.
    """

    def write(stream: TextIO) -> int:
        if as_json:
            return write_jsonl(stream, records)
        return write_csv(stream, columns, records)

    # As text: a path does not tell `./-`, a file of that name, from `-`.
    if output is None or output == "-":
        write(data_output())
        return None
    progress = Console(stderr=True).status(Text(f"writing {output}"))
    with progress, whole_file(Path(output)) as stream:
        return write(stream)
