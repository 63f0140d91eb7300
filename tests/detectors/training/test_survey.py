"""What every survey says before it asks anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coughd.detectors.training.survey import print_survey, survey_parser


def test_models_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["seeds", "--pack", str(tmp_path)])
    parser = survey_parser("seeds", models=tmp_path / "twin")
    assert os.EX_USAGE == print_survey(parser, lambda given: ["never asked"])
    told = capsys.readouterr()
    assert "" == told.out
    assert f"{tmp_path}/twin is no folder of models: name one with --models" in told.err
