"""What a model card says of how its model was made."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.cards import Made, write_cards


def cards_of(folder: Path, made: Made) -> dict[str, str]:
    for name in ("gate.onnx", "embedder.onnx", "probe-open.json"):
        (folder / name).write_bytes(b"weights")
    write_cards(folder, made, lambda stem: f"the scores of {stem}")
    return {card.stem: card.read_text(encoding="utf-8") for card in folder.glob("*.md")}


@pytest.mark.parametrize("full_pack", [True, False])
def test_what_may_not_be_shipped(tmp_path: Path, full_pack: bool) -> None:
    cards = cards_of(tmp_path, Made("the command", {"laugh": 7}, full_pack))

    assert set(cards) == {"gate", "embedder", "probe-open"}
    for stem, text in cards.items():
        assert ("Not to be shipped" in text) is full_pack
        assert "`the command`" in text
        assert f"the scores of {stem}" in text
        assert "throat clears (0), laughs (7) and breaths (0)" in text


@pytest.mark.parametrize("hold_out", [True, False])
def test_what_cannot_be_tested_any_more(tmp_path: Path, hold_out: bool) -> None:
    for text in cards_of(tmp_path, Made("the command", {}, hold_out=hold_out)).values():
        assert ("say nothing\nabout these models" in text) is not hold_out
        assert ("No group is in two" in text) is hold_out
