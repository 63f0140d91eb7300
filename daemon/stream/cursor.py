"""Where a subscriber stands, kept in a file so that a restart goes on there."""

from __future__ import annotations

import json
from pathlib import Path

from ...config.errors import InputError, StorageError
from ...config.private_file import write_private
from .items import Position
from .replay_protocol import END_OF_TIME_SEQ, ReplayProtocolError, parse_json_object

CURSOR_SCHEMA = "coughd.cursor/1"


class CursorFile:
    """One position on disk, replaced whole: a crash leaves the former one or the new one.

    One subscriber to a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Position | None:
        """Return the kept position, None where there is no file yet.

        Raises InputError for a file that is not a cursor, StorageError where it cannot be read.
        """
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise StorageError(f"cannot read the cursor {self._path}: {exc.strerror}") from exc
        try:
            fields = parse_json_object(raw)
        except ReplayProtocolError as exc:
            raise self._not_a_cursor() from exc
        store_id, seq = fields.get("store_id"), fields.get("seq")
        if (
            fields.get("schema") != CURSOR_SCHEMA
            or not isinstance(store_id, str)
            or type(seq) is not int
            or not 0 <= seq <= END_OF_TIME_SEQ
        ):
            raise self._not_a_cursor()
        return Position(store_id=store_id, seq=seq)

    def write(self, position: Position) -> None:
        """Keep the position; on disk when this returns. Raises StorageError."""
        fields = {"schema": CURSOR_SCHEMA, "store_id": position.store_id, "seq": position.seq}
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._path, json.dumps(fields).encode())
        except OSError as exc:
            raise StorageError(
                f"cannot write the cursor {self._path}: {exc.strerror}; "
                "free space or choose another file"
            ) from exc

    def _not_a_cursor(self) -> InputError:
        return InputError(
            f"{self._path} is not a cursor of coughd: name another file, or remove it to begin anew"
        )
