"""HeAR's architecture with the same random weights in both runtimes; skipped without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import vision_lookalike

from coughd.config.errors import ModelError
from coughd.daemon.models.parity import check_parity
from coughd.detectors.hear.torch_runtime import mel_matrix, smoothing_matrix

MISSING = [name for name in ("tensorflow", "torch", "transformers") if find_spec(name) is None]
needs_both = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")


def test_four_of_the_mel_filters_are_empty_as_in_the_published_front_end() -> None:
    weights = mel_matrix()
    assert (201, 128) == weights.shape
    assert [0, 3, 6, 13] == np.flatnonzero(weights.sum(axis=0) == 0).tolist()
    assert not weights[0].any()


def test_smoothing_begins_with_the_first_frame_and_forgets_exponentially() -> None:
    rng = np.random.default_rng(2)
    frames = rng.uniform(0, 1, (200, 3))
    expected = [frames[0]]
    for frame in frames[1:]:
        expected.append(0.04 * frame + 0.96 * expected[-1])
    np.testing.assert_allclose(expected, smoothing_matrix(200) @ frames, rtol=1e-5)


def write(*arguments: object) -> None:
    script = [sys.executable, vision_lookalike.__file__, *map(str, arguments)]
    subprocess.run(script, check=True, capture_output=True)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("vision")
    found = {"hear": folder / "hear", "hear-pytorch": folder / "torch"}
    write("small", "--tensorflow", found["hear"], "--torch", found["hear-pytorch"])
    return found


@needs_both
@pytest.mark.hear
@pytest.mark.torch
def test_both_runtimes_give_the_same_embeddings(folders: dict[str, Path]) -> None:
    assert check_parity(folders) > 0.9999


@needs_both
@pytest.mark.hear
@pytest.mark.torch
def test_a_port_that_is_not_true_is_found_out(folders: dict[str, Path], tmp_path: Path) -> None:
    write("small", "--torch", tmp_path / "untrue", "--noise", "0.3")
    with pytest.raises(ModelError, match="give different embeddings of the same sounds"):
        check_parity({**folders, "hear-pytorch": tmp_path / "untrue"})


LOAD = """
import json, sys
from pathlib import Path
from coughd.config.errors import ModelError
from coughd.detectors.hear.loading import load_model
said = []
for folder, precision in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        model = load_model("hear-pytorch", Path(folder), (1, 4), precision)
        said.append([model.identity.runtime, model.identity.precision])
    except ModelError as exc:
        said.append(str(exc))
print(json.dumps(said))
"""


def load(arguments: Sequence[object]) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *map(str, arguments)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said: list[object] = json.loads(done.stdout)
    return said


@needs_both
@pytest.mark.hear
@pytest.mark.torch
def test_torch_runs_what_is_whole_and_refuses_the_rest(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    for name in ("truncated", "narrow"):
        shutil.copytree(folders["hear-pytorch"], tmp_path / name)
    weights = tmp_path / "truncated" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    config = tmp_path / "narrow" / "config.json"
    config.write_text(config.read_text().replace("512", "256"))
    good = folders["hear-pytorch"]
    whole, rounded, truncated, narrow = load(
        [good, "float32", good, "bfloat16",
         tmp_path / "truncated", "float32", tmp_path / "narrow", "float32"]
    )  # fmt: skip
    assert isinstance(whole, list)
    assert whole[0].startswith("torch 2.")
    assert "float32" == whole[1]
    assert isinstance(rounded, list)
    assert "bfloat16" == rounded[1]
    assert "cannot be loaded" in str(truncated)
    assert "describes a network from [192, 128] to 256 numbers" in str(narrow)
