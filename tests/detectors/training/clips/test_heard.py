from __future__ import annotations

from pathlib import Path

import pytest

from coughd.detectors.training.clips.heard import clips_heard, files_heard

ROWS = """\
path,label,licence,split,group,native_sr,events,coughs
a.flac,laugh,CC0,train,a,16000,0.1-0.2,
b.flac,laugh,CC BY-NC 3.0,train,b,16000,0.1-0.2,
c.flac,laugh,CC0,dev,c,16000,0.1-0.2,
d.flac,throat_clear,CC0,dev,d,16000,0.1-0.2,
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "clips.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "d01.flac").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("full_pack", "hold_out", "heard"),
    [
        (False, True, ["a.flac"]),
        (True, True, ["a.flac", "b.flac"]),
        (False, False, ["a.flac", "c.flac", "d.flac"]),
    ],
)
def test_what_may_be_learnt_from(
    pack: Path, full_pack: bool, hold_out: bool, heard: list[str]
) -> None:
    clips = clips_heard(pack, full_pack=full_pack, hold_out=hold_out)
    assert [clip.path.name for clip in clips] == heard


@pytest.mark.parametrize("hold_out", [True, False])
def test_scenes_are_heard_with_their_clips(pack: Path, hold_out: bool) -> None:
    files = files_heard(pack, full_pack=False, hold_out=hold_out)
    assert (pack / "scenes" / "d01.flac" in files) is not hold_out
