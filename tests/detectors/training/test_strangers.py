"""What is heard of clips that training may not use, and how it is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.runtime import SHIPPED_MODELS
from coughd.detectors.synthesis import synth_cough, synth_sound
from coughd.detectors.training.counting import Claim, Reference
from coughd.detectors.training.strangers import (
    Heard,
    hear_strangers,
    strangers_section,
    table,
)
from coughd.detectors.training.validate import Detector

HEADER = "path,label,licence,group,split,native_sr,events,coughs"
FREE, NOT_FREE = "CC0", "CC BY-NC 3.0"


def test_only_clips_that_training_may_not_use_are_heard(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [HEADER]
    for name, label, licence in (
        ("a", "cough", NOT_FREE),
        ("b", "cough", FREE),
        ("c", "sneeze", NOT_FREE),
        ("d", "speech", NOT_FREE),
    ):
        made = synth_cough(rng) if label == "cough" else synth_sound(label, rng)
        soundfile.write(tmp_path / f"{name}.flac", made, SAMPLE_RATE_HZ)
        span = f"0.0-{made.size / SAMPLE_RATE_HZ:.2f}"
        rows.append(f"{name}.flac,{label},{licence},{name},train,16000,{span},{span}")
    (tmp_path / "clips.csv").write_text("\n".join(rows) + "\n")

    heard = list(hear_strangers(Detector.load(SHIPPED_MODELS), tmp_path))

    assert [one.kind for one in heard] == ["cough", "sneeze"]
    cough, sneeze = heard
    assert [claim.onset_s for claim in cough.claims] == [
        pytest.approx(cough.references[0].onset_s, abs=0.05)
    ]
    assert sneeze.references == ()


def test_the_table_counts_at_two_thresholds() -> None:
    mark = Reference(2.0, 2.3)
    claims = tuple(Claim(onset_s, onset_s + 0.3, p) for onset_s, p in ((2.0, 0.8), (4.0, 0.99)))
    heard = [Heard("cough", 30.0, (mark,), claims), Heard("laugh", 60.0, (), claims[:1])]

    heading, _, *rows = table(heard, 0.68)

    assert "coughs found at 0.68 (at 0.95)" in heading
    assert rows == ["| cough | 1 | 0.5 | 1 (0) of 1 | 1 (1) |", "| laugh | 1 | 1.0 |  | 1 (0) |"]


def test_the_section_has_intervals_over_clips() -> None:
    mark = Reference(2.0, 2.3)
    hit, alarm = Claim(2.0, 2.3, 0.8), Claim(4.0, 4.3, 0.9)
    heard = [Heard("cough", 30.0, (mark,), claims) for claims in ((hit,), ())] * 10
    heard += [Heard("laugh", 60.0, (), (alarm,))] * 2

    sentence = strangers_section(heard, 0.68).replace("\n", " ")

    assert "At 0.68 the sensitivity is 0.500 (0.2" in sentence
    assert "an hour of the clips without coughs has 60 (60-60) false alarms" in sentence
