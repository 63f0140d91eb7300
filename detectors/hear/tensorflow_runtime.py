"""HeAR's SavedModels in TensorFlow; the only file that imports it, and only inside functions.

This file may be imported anywhere, but nothing in it may be called outside the model's process.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ...config.extras import command_to_add
from ..processor import has_bfloat16
from .network import OutOfMemoryError, Precision
from .saved_model import SIGNATURE, SavedModelFacts, read_saved_model

if TYPE_CHECKING:
    from types import ModuleType

_Signature: TypeAlias = Callable[..., dict[str, Any]]
ChooseNames: TypeAlias = Callable[[SavedModelFacts, Path], tuple[str, str]]
"""The names of the input and the output to use; ModelError where the signature is another one."""
_log = logging.getLogger(__name__)

_ADVICE = (
    ("is not supported by this build. Must be <=", "it needs a newer TensorFlow"),
    ("Cannot deserialize computation", "it needs a newer TensorFlow"),
    ("is not among the platforms required", "it was exported for other hardware"),
)
_OUT_OF_MEMORY = (
    "OOM when allocating",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "Dst tensor is not initialized",
)

_LOADER_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What TensorFlow's loader was seen to raise for damaged files, beside its own errors."""


class TensorFlowRuntime:
    """Loads SavedModels; see `network.Runtime`.

    A `small` model stays with one thread of the processor: on a GPU or on several cores it would
    cost more on the way than it saves.
    """

    def __init__(self, choose_names: ChooseNames, *, small: bool = False) -> None:
        self._choose_names = choose_names
        self._small = small

    def load(self, folder: Path, precision: Precision, *, cpu_only: bool) -> TensorFlowNetwork:
        """Read, choose a device, load; see `network.Runtime`."""
        facts = read_saved_model(folder)
        input_name, output_name = self._choose_names(facts, folder)
        tf = _import_tensorflow()
        _check_version(tf, facts, folder)
        if self._small:
            tf.config.set_visible_devices([], "GPU")
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        place, device = _choose_device(
            tf, folder, facts.platforms, cpu_only=cpu_only or self._small
        )
        # float32 means all of its digits, also on GPUs that would round products to fewer.
        tf.config.experimental.enable_tensor_float_32_execution(enabled=False)
        tf.config.optimizer.set_experimental_options(
            {"auto_mixed_precision_onednn_bfloat16": precision == "bfloat16"}
        )
        with tf.device(place):
            signature = _load_signature(tf, folder)
        return TensorFlowNetwork(tf, signature, place, device, input_name, output_name)

    def bfloat16_is_quick(self) -> bool:
        """Whether the processor has it; TensorFlow's switch for it is not for GPUs."""
        gpus = _import_tensorflow().config.list_physical_devices("GPU")
        return not gpus and has_bfloat16()


class TensorFlowNetwork:
    """One signature of a loaded SavedModel; see `network.Network`."""

    def __init__(
        self,
        tf: ModuleType,
        signature: _Signature,
        place: str,
        device: str,
        input_name: str,
        output_name: str,
    ) -> None:
        self._tf = tf
        self._signature = signature
        self._place = place
        self._device = device
        self._input_name = input_name
        self._output_name = output_name

    @property
    def runtime(self) -> str:
        """TensorFlow and its version."""
        return f"tensorflow {self._tf.__version__}"

    @property
    def device(self) -> str:
        """`CPU`, or `GPU` and its name."""
        return self._device

    def run(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `network.Network`."""
        tf = self._tf
        try:
            with tf.device(self._place):
                outputs = self._signature(**{self._input_name: tf.constant(windows)})
                numbers: NDArray[np.float32] = outputs[self._output_name].numpy()
        except (tf.errors.OpError, ValueError, TypeError) as exc:
            if isinstance(exc, tf.errors.ResourceExhaustedError) or _says(exc, _OUT_OF_MEMORY):
                raise OutOfMemoryError(
                    f"A batch of {len(windows)} windows does not fit into the memory of the "
                    f"{self._device}."
                ) from exc
            raise ModelError(_sentence("HeAR failed on a batch", exc)) from exc
        return numbers


def _import_tensorflow() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import tensorflow as tf  # noqa: PLC0415 (see above)
    except ImportError as exc:
        raise ModelError(
            "HeAR needs TensorFlow, which cannot be imported here: "
            f"{command_to_add('coughd[hear]')}"
        ) from exc
    return tf  # type: ignore[no-any-return]


def _check_version(tf: ModuleType, facts: SavedModelFacts, folder: Path) -> None:
    """Precompiled parts have a version; a build of TensorFlow runs those up to its own."""
    from tensorflow.compiler.tf2xla.python import xla  # noqa: PLC0415 (see above)

    supported = xla.call_module_maximum_supported_version()
    if facts.call_version > supported:
        raise ModelError(
            f"{folder}: needs a newer TensorFlow: it has precompiled parts of version "
            f"{facts.call_version}, and TensorFlow {tf.__version__} runs up to {supported}."
        )


def _choose_device(
    tf: ModuleType, folder: Path, needed: frozenset[str], *, cpu_only: bool
) -> tuple[str, str]:
    """Return the place that the model can run on, as TensorFlow calls it and as people do."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and not cpu_only and (not needed or "CUDA" in needed):
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, enable=True)
        details = tf.config.experimental.get_device_details(gpus[0])
        return "/GPU:0", f"GPU {details.get('device_name', gpus[0].name)}"
    if needed and "CPU" not in needed:
        raise ModelError(
            f"{folder}: was exported for {', '.join(sorted(needed))} only, and TensorFlow "
            f"{'sees no GPU' if not gpus else 'may use none of these'} here."
        )
    if gpus and not cpu_only:
        _log.warning("HeAR runs on the CPU: this model was exported without GPU support.")
        tf.config.set_visible_devices([], "GPU")
    return "/CPU:0", "CPU"


def _load_signature(tf: ModuleType, folder: Path) -> _Signature:
    try:
        loaded = tf.saved_model.load(str(folder))
        signature = loaded.signatures[SIGNATURE]
    except (tf.errors.OpError, *_LOADER_FAULTS) as exc:
        if isinstance(exc, tf.errors.ResourceExhaustedError):
            raise OutOfMemoryError(f"{folder}: does not fit into the memory.") from exc
        raise ModelError(_sentence(f"{folder}: cannot be loaded", exc)) from exc
    # The signature does not keep its variables alive.
    signature.coughd_owner = loaded
    return signature  # type: ignore[no-any-return]


def _says(error: Exception, signs: tuple[str, ...]) -> bool:
    return any(sign in str(error) for sign in signs)


def _sentence(what: str, error: Exception) -> str:
    """Return one sentence with the known cause, or else TensorFlow's first line."""
    for sign, advice in _ADVICE:
        if _says(error, (sign,)):
            return f"{what}: {advice}."
    text = str(error).strip()
    first_line = text.splitlines()[0][:200] if text else type(error).__name__
    return f"{what}: {first_line.rstrip('.')}; fetch the model again if it is damaged."
