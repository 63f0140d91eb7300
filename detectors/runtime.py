"""The only place that knows onnxruntime: one model file, run on one thread."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..config.errors import ConfigError, ModelError

SHIPPED_MODELS = Path(__file__).parent / "models"
MODEL_FILES = ("gate.onnx", "embedder.onnx", "probe-open.json")
"""What belongs together in a folder of models."""
TWIN_MODELS = Path(__file__).parent / "training" / "twin"
"""Made like the shipped ones without the clips that test; in the repository, not in the package."""

Shape: TypeAlias = tuple[int | str | None, ...]
"""As the file says it: where a length is left open, its name or None."""


def sha256_of(content: bytes) -> str:
    """Hex digest that names weights and probes."""
    return hashlib.sha256(content).hexdigest()


def models_folder(configured: Path | None) -> Path:
    """Where gate, open embedder and probe lie; ConfigError where `models.path` is no folder."""
    if configured is None:
        return SHIPPED_MODELS
    if not configured.is_dir():
        raise ConfigError(f"{configured} is no folder, or cannot be seen: correct models.path")
    return configured


def remedy_for(path: Path) -> str:
    """What to do about a model file that cannot be used."""
    if path.parent == SHIPPED_MODELS:
        return "Reinstall coughd."
    return "Restore it, or correct the configuration."


def read_model_file(path: Path) -> bytes:
    """Bytes of a model or probe file; ModelError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ModelError(f"{path} cannot be read: {exc.strerror}. {remedy_for(path)}") from exc


class OnnxModel:
    """One network on one CPU thread, always with inputs of the same shapes.

    Safe to share between threads; the caller holds any state.
    """

    def __init__(self, path: Path) -> None:
        content = read_model_file(path)
        self.sha256 = sha256_of(content)
        self._path = path
        self._session = _open_session(path, content)
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._shapes = {given.name: tuple(given.shape) for given in self._session.get_inputs()}
        self._gives = [tuple(given.shape) for given in self._session.get_outputs()]

    @property
    def runtime(self) -> str:
        """Name and version of the runtime."""
        return f"onnxruntime {_load().__version__}"

    @property
    def shapes(self) -> dict[str, Shape]:
        """Input name -> shape."""
        return dict(self._shapes)

    def expect(self, takes: Mapping[str, Shape], gives: Sequence[Shape]) -> None:
        """See that inputs (by name) and outputs (in order) have these shapes; ModelError."""
        if self._shapes != dict(takes) or self._gives != list(gives):
            raise ModelError(
                f"{self._path} is another network: it makes {self._gives} of {self._shapes}, "
                f"wanted {list(gives)} of {dict(takes)}. {remedy_for(self._path)}"
            )

    def run(self, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Outputs in the model's order; ModelError when the runtime refuses."""
        try:
            outputs: list[NDArray[np.float32]] = self._session.run(self._outputs, inputs)
        except _runtime_errors() as exc:
            raise ModelError(
                f"{self._path} cannot be run: {exc}. {remedy_for(self._path)}"
            ) from exc
        return outputs


def _runtime_errors() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # noqa: PLC0415

    named = (state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf)
    return (*named, state.NoSuchFile, state.NotImplemented, state.RuntimeException, ValueError)


def _load() -> Any:  # noqa: ANN401 - onnxruntime is untyped
    # Before it is loaded: it would tell Microsoft over HTTPS that and where it runs, under an
    # identifier that it keeps in the home folder.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime  # noqa: PLC0415 - 50 MB that `coughd --help` must not load
    except ImportError as exc:
        raise ModelError(f"onnxruntime cannot be loaded: {exc}. Install it with pip.") from exc
    return onnxruntime


def _open_session(path: Path, content: bytes) -> Any:  # noqa: ANN401 - onnxruntime is untyped
    onnxruntime = _load()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            content, sess_options=options, providers=["CPUExecutionProvider"]
        )
    except _runtime_errors() as exc:
        raise ModelError(
            f"{path} is not a model that this onnxruntime can run: {exc}. {remedy_for(path)}"
        ) from exc
