"""Pieces of a file, wherever they lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from coughd.daemon.offline.excerpts import read_excerpts


def test_pieces_are_the_files_own_samples(tmp_path: Path) -> None:
    ramp = (np.arange(5 * 8_000) / 40_000 - 0.5).astype(np.float32)
    path = tmp_path / "ramp.wav"
    soundfile.write(path, np.stack([ramp, ramp], axis=1), 8_000, subtype="FLOAT")
    pieces, rate_hz = read_excerpts(path, [(0.5, 2.25), (0.0, 0.1), (4.5, 6.0), (9.0, 9.5)])

    assert rate_hz == 8_000
    np.testing.assert_array_equal(pieces[0], ramp[4_000:18_000])
    np.testing.assert_array_equal(pieces[1], ramp[:800])
    np.testing.assert_array_equal(pieces[2], ramp[36_000:])
    np.testing.assert_array_equal(pieces[3], [0.0])
