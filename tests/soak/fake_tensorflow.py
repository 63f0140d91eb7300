"""Text of a fake `tensorflow`: the little that loading and running HeAR needs, on numpy alone.

The process that it runs in, its protocol and its supervision are the real ones.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

_PACKAGE = """
import types

import numpy as np

__version__ = "0 (a fake)"
_WEIGHTS = np.random.default_rng(11).standard_normal((160, 512)).astype(np.float32) / 13


class errors:
    class OpError(Exception):
        pass


class config:
    @staticmethod
    def list_physical_devices(kind):
        return []


class _Shape:
    def __init__(self, *sizes):
        self._sizes = list(sizes)

    def as_list(self):
        return self._sizes


class _Signature:
    structured_input_signature = ((), {"x": types.SimpleNamespace(shape=_Shape(None, 32_000))})
    structured_outputs = {"output_0": types.SimpleNamespace(shape=_Shape(None, 512))}

    def __call__(self, x):
        given = np.tanh(np.square(x.reshape(len(x), 200, 160)).mean(axis=1) @ _WEIGHTS)
        return {"output_0": types.SimpleNamespace(numpy=lambda: given)}


class saved_model:
    @staticmethod
    def load(folder):
        return types.SimpleNamespace(signatures={"serving_default": _Signature()})


def constant(value):
    return value
"""

_GRAPH = """
import types


class SavedModel:
    def ParseFromString(self, content):
        library = types.SimpleNamespace(function=[])
        graph = types.SimpleNamespace(library=library)
        self.meta_graphs = [types.SimpleNamespace(graph_def=graph)]
"""

_FILES = MappingProxyType(
    {
        "tensorflow/__init__.py": _PACKAGE,
        "tensorflow/core/__init__.py": "",
        "tensorflow/core/protobuf/__init__.py": "",
        "tensorflow/core/protobuf/saved_model_pb2.py": _GRAPH,
    }
)


def write_tensorflow(folder: Path) -> Path:
    """Put the package into a folder of Python's path; gives the folder of a model for it."""
    model = folder / "model"
    texts = {**_FILES, "model/saved_model.pb": "", "model/variables/variables.index": ""}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return model
