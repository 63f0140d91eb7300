"""What loading a model does beside loading a model: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from constant_onnx import constant_network

from coughd.config.errors import ConfigError, ModelError
from coughd.detectors.features import BANDS, GROUP_FRAMES, WINDOW_FRAMES
from coughd.detectors.gate import CoughdGate
from coughd.detectors.open_embedder import OpenEmbedder
from coughd.detectors.ports import EMBEDDING_SIZE
from coughd.detectors.probe import probe_beside

Shapes = Mapping[str, Sequence[int]]
WINDOW = {"log_mel": (1, WINDOW_FRAMES, BANDS)}
GROUP = (1, GROUP_FRAMES, BANDS)
STATE = (1, 100)

_LOAD = """
from coughd.detectors.gate import CoughdGate
CoughdGate.load().open_stream().feed(__import__("numpy").zeros(32_000, "float32"))
"""


def test_the_runtime_keeps_no_identifier_and_reports_to_nobody(tmp_path: Path) -> None:
    """Its telemetry, where it is on, makes a file below the home folder before it sends."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    environ.pop("ORT_DISABLE_TELEMETRY", None)
    environ["HOME"] = str(tmp_path)
    subprocess.run([sys.executable, "-c", _LOAD], env=environ, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_networks_of_the_right_shapes_are_taken(tmp_path: Path) -> None:
    takes = {"log_mel": GROUP, "state": STATE}
    gives = {"onset": (1, 5), "next": STATE}
    (tmp_path / "gate.onnx").write_bytes(constant_network(takes, gives))
    CoughdGate.load(tmp_path)
    made = constant_network(WINDOW, {"embedding": (1, EMBEDDING_SIZE)})
    (tmp_path / "embedder.onnx").write_bytes(made)
    OpenEmbedder.load(tmp_path)


@pytest.mark.parametrize(
    ("takes", "gives"),
    [
        (WINDOW, {"embedding": (1, 256)}),
        (WINDOW, {"embedding": (1, 1)}),
        (WINDOW, {"embedding": (1, EMBEDDING_SIZE), "more": (1, 1)}),
        ({"log_mel": (1, "frames", BANDS)}, {"embedding": (1, EMBEDDING_SIZE)}),
    ],
)
def test_another_embedder_is_refused_before_it_hears(
    tmp_path: Path, takes: Mapping[str, Sequence[int | str]], gives: Shapes
) -> None:
    (tmp_path / "embedder.onnx").write_bytes(constant_network(takes, gives))
    refused(tmp_path / "embedder.onnx", OpenEmbedder.load)


@pytest.mark.parametrize(
    ("takes", "gives"),
    [
        ({"log_mel": GROUP, "state": STATE}, {"onset": (1, 5)}),
        ({"log_mel": GROUP, "state": STATE}, {"onset": (1, 10), "next": STATE}),
        ({"log_mel": GROUP, "state": (1, 8)}, {"onset": (1, 5), "next": (1, 8)}),
        ({"log_mel": GROUP, "state": ()}, {"onset": (1, 5), "next": ()}),
        ({"log_mel": GROUP, "state": (1, "any")}, {"onset": (1, 5), "next": STATE}),
        ({"log_mel": (1, 3, BANDS), "state": STATE}, {"onset": (1, 5), "next": STATE}),
        ({"log_mel": GROUP}, {"onset": (1, 5)}),
    ],
)
def test_another_gate_is_refused_before_it_hears(
    tmp_path: Path, takes: Mapping[str, Sequence[int | str]], gives: Shapes
) -> None:
    (tmp_path / "gate.onnx").write_bytes(constant_network(takes, gives))
    refused(tmp_path / "gate.onnx", CoughdGate.load)


def refused(path: Path, load: Callable[[Path], object]) -> None:
    with pytest.raises(ModelError, match="is another network") as caught:
        load(path.parent)
    assert str(path) in str(caught.value)
    assert "Restore it" in str(caught.value)


@pytest.mark.parametrize("load", [CoughdGate.load, OpenEmbedder.load, probe_beside])
def test_a_folder_of_models_that_is_none_is_a_mistake_of_the_configuration(
    tmp_path: Path, load: Callable[[Path], object]
) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "gone", tmp_path / "file"):
        with pytest.raises(ConfigError, match=r"correct models\.path"):
            load(path)
