from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from coughd.config.errors import InputError
from coughd.detectors.training.clips.pack import (
    VALIDATION_HALVES,
    Span,
    load_samples,
    parse_spans,
    read_clips,
)

HEADER = "path,label,licence,split,group,native_sr,events,coughs\n"


def pack_with(tmp_path: Path, *rows: str) -> Path:
    (tmp_path / "clips.csv").write_text(HEADER + "\n".join(rows), encoding="utf-8")
    return tmp_path


def test_coughs_of_coughs_and_bursts_of_the_rest(tmp_path: Path) -> None:
    pack = pack_with(
        tmp_path,
        "c.flac,cough,CC0,train,g1,8000,0.1-0.9,0.1-0.4;0.5-0.9",
        "d.flac,door,CC BY-NC 3.0,dev,g2,44100,0.2-0.3,",
    )
    cough, door = read_clips(pack)
    assert cough.spans == (Span(0.1, 0.4), Span(0.5, 0.9))
    assert door.spans == (Span(0.2, 0.3),)
    assert (cough.commercial, door.commercial) == (True, False)
    assert (cough.path, cough.native_rate_hz) == (pack / "c.flac", 8_000)


def test_a_group_is_in_one_fold(tmp_path: Path) -> None:
    rows = [f"{i}.flac,cough,CC0,train,person{i % 40},8000,,0.1-0.2" for i in range(120)]
    clips = read_clips(pack_with(tmp_path, *rows, "x.flac,cough,CC0,dev,p,8000,,"))
    folds = {(clip.group, clip.fold) for clip in clips}
    assert len(folds) == len({clip.group for clip in clips})
    assert {"train", "val", "dev"} == {fold for _, fold in folds}
    halves = {(clip.group, clip.half) for clip in clips}
    assert len(halves) == len(folds)
    assert {"train", *VALIDATION_HALVES, "dev"} == {half for _, half in halves}


def test_what_the_scenes_do_not_use_is_trained_on_in_part(tmp_path: Path) -> None:
    rows = [f"{i}.flac,cough,CC0,dev,person{i},8000,,0.1-0.2" for i in range(60)]
    rows.append("again.flac,cough,CC0,dev,person0,8000,,0.1-0.2")
    pack = pack_with(tmp_path, *rows)
    assert {clip.fold for clip in read_clips(pack)} == {"dev"}

    (pack / "scenes").mkdir()
    (pack / "scenes" / "scenes.csv").write_text("source_path\npack/0.flac\n", encoding="utf-8")
    (pack / "scenes" / "scene_info.csv").write_text("bg_file\npack/1.flac\n", encoding="utf-8")
    folds = {clip.path.name: clip.fold for clip in read_clips(pack)}
    assert folds["0.flac"] == folds["1.flac"] == folds["again.flac"] == "dev"
    assert set(folds.values()) == {"train", "val", "dev"}


def test_nothing_is_kept_for_testing_where_nothing_is_to_be_tested(tmp_path: Path) -> None:
    rows = [f"{i}.flac,cough,CC0,dev,person{i},8000,,0.1-0.2" for i in range(60)]
    rows.append("l.flac,laugh,CC0,dev,person3,8000,0.1-0.2,")
    clips = read_clips(pack_with(tmp_path, *rows), hold_out=False)

    assert {clip.fold for clip in clips} == {"train", "val"}
    assert clips[-1].fold == "train"


def test_nothing_marked_is_no_span() -> None:
    assert parse_spans("") == ()


@pytest.mark.parametrize(
    "row", ["x.flac,cough,CC0,train,g,loud,,", "x.flac,cough,CC0,train,g,1,,a-b"]
)
def test_a_wrong_table_is_said(tmp_path: Path, row: str) -> None:
    with pytest.raises(InputError, match=r"clips\.csv cannot be read"):
        read_clips(pack_with(tmp_path, row))


def test_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Check --pack"):
        read_clips(tmp_path)


def test_another_rate_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.flac", np.zeros(100), 8_000)
    with pytest.raises(InputError, match="8000 Hz"):
        load_samples(tmp_path / "x.flac")
