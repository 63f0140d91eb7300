"""What a file is by its first bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from coughd.daemon.privacy.sniffing import form_of


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3", "AIFF", "AU", "RF64", "CAF"])
def test_sound_of_every_common_form(tmp_path: Path, form: str) -> None:
    path = tmp_path / "sound"
    soundfile.write(path, np.sin(np.arange(16_000) / 9), 16_000, format=form)
    assert form_of(path) == "sound"


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", "empty"),
        (b"config_version: 1\n", "text"),
        ("ä".encode() * 3000, "text"),
        (b"x" + "ä".encode() * 3000, "text"),  # the 4096th byte halves a letter
        (b"\xe4rger", "unknown"),
        (bytes(5000), "unknown"),  # silence without a header would be as empty
        (np.arange(-2000, 2000, dtype="<i2").tobytes(), "unknown"),
    ],
)
def test_other_bytes(tmp_path: Path, content: bytes, form: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert form_of(path) == form


def test_a_database_and_its_log(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        forms = [form_of(path), form_of(path.with_name("store-wal"))]
    assert forms == ["sqlite", "sqlite"]


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    assert form_of(tmp_path / "none") == "unreadable"
