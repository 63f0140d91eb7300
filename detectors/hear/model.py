"""HeAR's SavedModel behind the `Embedder` port; the only file that imports TensorFlow.

TensorFlow is imported inside functions: this file may be imported anywhere, but `HearModel.load`
belongs into the embedder process only.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import EMBEDDING_SIZE, WINDOW_SAMPLES, EmbedderIdentity
from .batching import pad_to_bucket, scale_windows
from .files import check_files, hash_files, revision_of
from .self_test import check_embeddings

if TYPE_CHECKING:
    from types import ModuleType

_Signature: TypeAlias = Callable[..., dict[str, Any]]
_log = logging.getLogger(__name__)

_ADVICE = (
    ("is not supported by this build. Must be <=", "it needs a newer TensorFlow"),
    ("Cannot deserialize computation", "it needs a newer TensorFlow"),
    ("is not among the platforms required", "it was exported for other hardware"),
    ("OOM when allocating", "the memory is too small; use smaller embedder.batch_sizes"),
)

_LOADER_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What TensorFlow's loader was seen to raise for damaged files, beside its own errors."""


class HearModel:
    """A loaded, warmed and self-tested encoder.

    Batches are padded to one of `batch_sizes`, since each new size costs an XLA compilation. One
    thread.
    """

    def __init__(
        self, signature: _Signature, input_name: str, sizes: Sequence[int], who: EmbedderIdentity
    ) -> None:
        self._signature = signature
        self._input_name = input_name
        self._sizes = tuple(sizes)
        self._identity = who

    @classmethod
    def load(cls, folder: Path, batch_sizes: Sequence[int]) -> HearModel:
        """Load the SavedModel in `folder`; takes seconds to minutes.

        Raises ModelError with a sentence for missing, damaged, foreign or misbehaving models.
        """
        check_files(folder)
        tf = _import_tensorflow()
        device = _choose_device(tf, folder, _needed_platforms(folder))
        signature = _load_signature(tf, folder)
        sha256 = hash_files(folder)
        who = EmbedderIdentity(
            name=f"hear@{revision_of(folder, sha256)}",
            kind="hear",
            sha256=sha256,
            runtime=f"tensorflow {tf.__version__}",
            device=device,
            precision="float32",
            batch_policy=f"buckets {','.join(map(str, batch_sizes))}",
        )
        model = cls(signature, _input_name(signature, folder), batch_sizes, who)
        for size in batch_sizes:
            model.embed(np.zeros((size, WINDOW_SAMPLES), np.float32))
        check_embeddings(model.embed, str(folder))
        return model

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the weights and how they are run."""
        return self._identity

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000), range -1..1] to embeddings [shape=(n, 512)].

        Any n; more than the largest batch size are run in several batches. Raises ModelError for
        another window length (the network would answer, wrongly) and for what TensorFlow refuses.
        """
        if windows.ndim != 2 or windows.shape[1] != WINDOW_SAMPLES:
            raise ModelError(f"HeAR takes windows of {WINDOW_SAMPLES}, got {windows.shape}.")
        scaled = scale_windows(windows)
        step = max(self._sizes)
        parts = [self._run(scaled[start : start + step]) for start in range(0, len(scaled), step)]
        return np.concatenate(parts)

    def _run(self, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        import tensorflow as tf  # noqa: PLC0415 (see above)

        padded = pad_to_bucket(scaled, self._sizes)
        try:
            outputs = self._signature(**{self._input_name: tf.constant(padded)})
        except (tf.errors.OpError, ValueError, TypeError) as exc:
            raise ModelError(_sentence("HeAR failed on a batch", exc)) from exc
        (output,) = outputs.values()
        embeddings: NDArray[np.float32] = output.numpy()
        if embeddings.shape != (len(padded), EMBEDDING_SIZE):
            raise ModelError(
                f"The model gives {embeddings.shape} for {len(padded)} windows, HeAR gives "
                f"({len(padded)}, {EMBEDDING_SIZE}): this is another model."
            )
        return embeddings[: len(scaled)]


def _import_tensorflow() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import tensorflow as tf  # noqa: PLC0415 (see above)
    except ImportError as exc:
        raise ModelError(
            "HeAR needs TensorFlow, which cannot be imported here: pip install 'coughd[hear]'."
        ) from exc
    return tf  # type: ignore[no-any-return]


def _needed_platforms(folder: Path) -> frozenset[str]:
    """Return what the graph's precompiled parts run on, such as CPU; empty where it has none.

    Read from the protobuf, since loading or running on another platform fails late and cryptically.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # noqa: PLC0415
    from tensorflow.core.protobuf import saved_model_pb2  # noqa: PLC0415

    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    except (DecodeError, OSError) as exc:
        raise ModelError(
            f"{folder / 'saved_model.pb'}: is truncated or damaged: fetch the model again."
        ) from exc
    if not saved.meta_graphs:
        raise ModelError(f"{folder / 'saved_model.pb'}: is empty: fetch the model again.")
    return frozenset(
        name.decode()
        for function in saved.meta_graphs[0].graph_def.library.function
        for node in function.node_def
        if node.op == "XlaCallModule"
        for name in node.attr["platforms"].list.s
    )


def _choose_device(tf: ModuleType, folder: Path, needed: frozenset[str]) -> str:
    """Make only the device visible that the model can run on, and return its name."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and (not needed or "CUDA" in needed):
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, enable=True)
        details = tf.config.experimental.get_device_details(gpus[0])
        return f"GPU {details.get('device_name', gpus[0].name)}"
    if needed and "CPU" not in needed:
        raise ModelError(
            f"{folder}: was exported for {', '.join(sorted(needed))} only, and TensorFlow "
            f"sees {'no GPU' if not gpus else 'none of these'} here."
        )
    if gpus:
        _log.warning("HeAR runs on the CPU: this model was exported without GPU support.")
        tf.config.set_visible_devices([], "GPU")
    return "CPU"


def _load_signature(tf: ModuleType, folder: Path) -> _Signature:
    try:
        loaded = tf.saved_model.load(str(folder))
    except (tf.errors.OpError, *_LOADER_FAULTS) as exc:
        raise ModelError(_sentence(f"{folder}: cannot be loaded", exc)) from exc
    signatures = dict(loaded.signatures)
    if "serving_default" not in signatures:
        raise ModelError(f"{folder}: has no signature serving_default: this is not HeAR's encoder.")
    signature = signatures["serving_default"]
    # The signature does not keep its variables alive.
    signature.coughd_owner = loaded
    return signature  # type: ignore[no-any-return]


def _input_name(signature: Any, folder: Path) -> str:  # noqa: ANN401 (TensorFlow has no types)
    """Check one input (None, 32000) and one output (None, 512), and return the input's name."""
    _, inputs = signature.structured_input_signature
    outputs = signature.structured_outputs
    shapes_in = {name: spec.shape.as_list() for name, spec in inputs.items()}
    shapes_out = {name: spec.shape.as_list() for name, spec in outputs.items()}
    if list(shapes_in.values()) != [[None, WINDOW_SAMPLES]] or (
        list(shapes_out.values()) != [[None, EMBEDDING_SIZE]]
    ):
        raise ModelError(
            f"{folder}: maps {shapes_in} to {shapes_out}; HeAR's encoder maps one input "
            f"[None, {WINDOW_SAMPLES}] to one output [None, {EMBEDDING_SIZE}]."
        )
    (name,) = map(str, shapes_in)
    return name


def _sentence(what: str, error: Exception) -> str:
    """Return one sentence with the known cause, or else TensorFlow's first line."""
    text = str(error)
    for sign, advice in _ADVICE:
        if sign in text:
            return f"{what}: {advice}."
    first_line = text.strip().splitlines()[0][:200] if text.strip() else type(error).__name__
    return f"{what}: {first_line.rstrip('.')}; fetch the model again if it is damaged."
