"""Text of a fake `tensorflow`: the little that loading and running HeAR needs, on numpy alone.

The process that it runs in, its protocol and its supervision are the real ones.
"""

from __future__ import annotations

from pathlib import Path

from protobuf_bytes import ENCODER

_PACKAGE = """
import contextlib
import types

import numpy as np

__version__ = "2.18.0"
_WEIGHTS = np.random.default_rng(11).standard_normal((160, 512)).astype(np.float32) / 13


class errors:
    class OpError(Exception):
        pass

    class ResourceExhaustedError(OpError):
        pass


class config:
    class experimental:
        @staticmethod
        def enable_tensor_float_32_execution(enabled):
            pass

    class optimizer:
        @staticmethod
        def set_experimental_options(options):
            pass

    @staticmethod
    def list_physical_devices(kind):
        return []


class _Signature:
    def __call__(self, x):
        given = np.tanh(np.square(x.reshape(len(x), 200, 160)).mean(axis=1) @ _WEIGHTS)
        return {"output_0": types.SimpleNamespace(numpy=lambda: given)}


class saved_model:
    @staticmethod
    def load(folder):
        return types.SimpleNamespace(signatures={"serving_default": _Signature()})


def constant(value):
    return value


def device(place):
    return contextlib.nullcontext()
"""


_XLA = """
def call_module_maximum_supported_version():
    return 9
"""


def write_tensorflow(folder: Path) -> Path:
    """Put the package into a folder of Python's path; gives the folder of a model for it."""
    model = folder / "model"
    files = {
        "tensorflow/__init__.py": _PACKAGE.encode(),
        "tensorflow/compiler/tf2xla/python/xla.py": _XLA.encode(),
        "model/saved_model.pb": ENCODER,
        "model/variables/variables.index": b"",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return model
