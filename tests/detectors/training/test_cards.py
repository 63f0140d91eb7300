"""What a model card says of how its model was made."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.config.errors import InputError
from coughd.detectors.training.cards import Made, check_made_by, write_cards


def cards_of(folder: Path, made: Made) -> dict[str, str]:
    for name in ("gate.onnx", "embedder.onnx", "probe-open.json"):
        (folder / name).write_bytes(b"weights")
    write_cards(folder, made, lambda stem: f"the scores of {stem}")
    return {card.stem: card.read_text(encoding="utf-8") for card in folder.glob("*.md")}


@pytest.mark.parametrize("full_pack", [True, False])
def test_what_may_not_be_shipped(tmp_path: Path, full_pack: bool) -> None:
    cards = cards_of(tmp_path, Made("the command", {"laugh": 7}, 31, full_pack))

    assert set(cards) == {"gate", "embedder", "probe-open"}
    for stem, text in cards.items():
        assert ("Not to be shipped" in text) is full_pack
        assert "`the command`" in text
        assert f"the scores of {stem}" in text
        assert "throat clears (0), laughs (7) and breaths (0)" in text
        assert "coughs of 31 people" in text


@pytest.mark.parametrize("hold_out", [True, False])
def test_what_cannot_be_tested_any_more(tmp_path: Path, hold_out: bool) -> None:
    for text in cards_of(tmp_path, Made("the command", {}, 0, hold_out=hold_out)).values():
        assert ("say nothing\nabout these models" in text) is not hold_out
        assert ("No group is in two" in text) is hold_out


def test_models_are_scored_by_those_who_made_them(tmp_path: Path) -> None:
    probe = tmp_path / "probe-open.json"
    probe.write_text('{"provenance": {"command": "train --every-clip"}}')
    check_made_by(tmp_path, "train --every-clip")
    with pytest.raises(InputError, match="was made by `train --every-clip`"):
        check_made_by(tmp_path, "train")
    for content in ("{}", "[]", "{"):
        probe.write_text(content)
        with pytest.raises(InputError, match="does not say how it was made"):
            check_made_by(tmp_path, "train")
