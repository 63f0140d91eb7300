"""`benchmarks/yamnet_claims.py`: where a score by windows becomes single claims."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

_SCRIPT = Path(__file__).parents[1] / "benchmarks" / "yamnet_claims.py"
pytestmark = pytest.mark.skipif(not _SCRIPT.exists(), reason="only in a checkout")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("yamnet_claims", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_peak_is_one_claim_in_the_middle_of_its_window(script: ModuleType) -> None:
    scores = np.zeros(60, np.float32)
    scores[8:13] = 0.3, 0.6, 0.9, 0.6, 0.3
    scores[15] = 0.2  # in the slope of the one before, as near as that
    scores[40] = scores[41] = 0.5

    peaks = list(script.peaks(scores))
    assert [round(at_s, 4) for at_s, _ in peaks] == [10 * 0.05 + 0.4875, 40 * 0.05 + 0.4875]
    assert [round(probability, 3) for _, probability in peaks] == [0.9, 0.5]


def test_where_nothing_is_sure_nothing_is_claimed(script: ModuleType) -> None:
    assert [] == list(script.peaks(np.full(40, 0.0005, np.float32)))
    assert [] == list(script.peaks(np.empty(0, np.float32)))


@pytest.mark.skipif(find_spec("ai_edge_litert") is not None, reason="it is installed here")
def test_without_its_runtime_it_says_what_to_type(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, _SCRIPT, "--model", tmp_path / "yamnet.tflite", tmp_path / "night.flac"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "YAMNet needs its runtime: pip install ai-edge-litert\n"
