from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from fakes import LoudGate
from numpy.typing import NDArray

from coughd.config.errors import InputError
from coughd.daemon.offline.clip_table import ClipTable, LabelledClip
from coughd.daemon.offline.clip_windows import ClipWindow, LeftOut, cut_windows, left_out_lines

RATE_HZ = 16_000


def ramp(seconds: float) -> NDArray[np.float32]:
    """Every sample tells where it was."""
    return (np.arange(round(seconds * RATE_HZ)) / 2**17).astype(np.float32)


def write(path: Path, samples: NDArray[np.float32], rate_hz: int = RATE_HZ) -> Path:
    soundfile.write(path, samples, rate_hz, subtype="FLOAT")
    return path


def cut(*clips: LabelledClip) -> list[ClipWindow | LeftOut]:
    table = ClipTable(Path("labels.csv"), clips, {})
    return list(cut_windows(table, LoudGate(), lambda _done: None))


def only(found: list[ClipWindow | LeftOut]) -> NDArray[np.float32]:
    (one,) = found
    assert isinstance(one, ClipWindow)
    return one.samples


@pytest.mark.parametrize(("onset_s", "start_s"), [(2.0, 1.5), (0.1, 0.0), (4.9, 3.0), (3.5, 3.0)])
def test_the_onset_stands_at_half_a_second_where_it_can(
    tmp_path: Path, onset_s: float, start_s: float
) -> None:
    path = write(tmp_path / "a.wav", ramp(5.0))
    samples = only(cut(LabelledClip(2, path, "cough", onset_s, "a")))
    start = round(start_s * RATE_HZ)
    np.testing.assert_array_equal(ramp(5.0)[start : start + 32_000], samples)


def test_without_an_onset_the_gate_finds_it(tmp_path: Path) -> None:
    samples = np.full(6 * RATE_HZ, 0.001, np.float32)
    samples[40_000:41_000] = 0.3
    samples[70_000:71_000] = 0.9
    window = only(cut(LabelledClip(2, write(tmp_path / "a.wav", samples), "cough", None, "a")))
    np.testing.assert_array_equal(samples[61_920 : 61_920 + 32_000], window)


def test_where_no_gate_triggers_it_is_the_loudest_moment(tmp_path: Path) -> None:
    samples = np.full(6 * RATE_HZ, 0.001, np.float32)
    samples[48_000:48_400] = 0.05
    window = only(cut(LabelledClip(2, write(tmp_path / "a.wav", samples), "speech", None, "a")))
    np.testing.assert_array_equal(samples[40_000:72_000], window)


def test_another_rate_and_two_channels_become_ours(tmp_path: Path) -> None:
    stereo = np.stack([ramp(3.0), np.zeros(48_000, np.float32)], axis=1)
    path = write(tmp_path / "a.wav", stereo)
    np.testing.assert_allclose(
        ramp(3.0)[8_000:40_000] / 2, only(cut(LabelledClip(2, path, "cough", 1.0, "a")))
    )
    slow = write(tmp_path / "b.wav", ramp(3.0)[::2], 8_000)
    assert (32_000,) == only(cut(LabelledClip(2, slow, "cough", 1.0, "a"))).shape


def test_what_has_no_two_real_seconds_is_left_out(tmp_path: Path) -> None:
    short = write(tmp_path / "short.wav", ramp(1.9))
    longer = write(tmp_path / "longer.wav", ramp(2.5))
    found = cut(
        LabelledClip(2, short, "cough", None, "a"), LabelledClip(3, longer, "cough", 9.0, "a")
    )
    left = [one for one in found if isinstance(one, LeftOut)]
    lines = left_out_lines(left, ClipTable(Path("labels.csv"), (), {}))
    assert [
        "labels.csv:3: left out: onset_s 9.0 lies after its end",
        "labels.csv:2: left out: it is 1.90 s long, shorter than 2 s",
    ] == lines


def test_an_unreadable_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    with pytest.raises(InputError, match=r"labels\.csv:7: .*is not sound that can be decoded"):
        cut(LabelledClip(7, tmp_path / "a.wav", "cough", None, "a"))
