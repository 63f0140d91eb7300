"""What annotators write, and what it means."""

from __future__ import annotations

import pytest

from coughd.detectors.evaluation.annotations.labels import known_label


@pytest.mark.parametrize(
    ("written", "label", "sure"),
    [
        ("cough", "cough", True),
        (" Cough ", "cough", True),
        ("cough?", "cough", False),
        ("cough ?", "cough", False),
        ("Throat clear", "throat_clear", True),
        ("throat-clearing", "throat_clear", True),
        ("Laughter", "laugh", True),
        ("couhg", None, True),
        ("", None, True),
    ],
)
def test_labels(written: str, label: str | None, sure: bool) -> None:
    assert known_label(written) == (label, sure)
