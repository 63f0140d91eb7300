"""From the name of a model in `coughd model` to the loaded model; for its own process only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from ..ports import Embedder
from .detector_model import DetectorModel
from .files import check_files
from .kinds import check_detector, check_encoder, check_torch
from .manifest import model_folder
from .model import AskedPrecision, HearModel
from .tensorflow_runtime import TensorFlowRuntime
from .torch_runtime import TorchRuntime

ModelName: TypeAlias = Literal["hear", "hear-pytorch", "hear-detector-small", "hear-detector-large"]
MODEL_NAMES: tuple[ModelName, ...] = get_args(ModelName)


def load_model(
    name: ModelName, folder: Path, batch_sizes: Sequence[int], precision: AskedPrecision
) -> Embedder:
    """Load the model that is in `folder`, or was pulled last into one in it.

    Raises ModelError with a sentence for what is missing, damaged, foreign or misbehaves.
    """
    folder = model_folder(folder, name)
    if name == "hear-pytorch":
        check_torch(folder)
        return HearModel.load(folder, batch_sizes, TorchRuntime(), precision)
    check_files(folder)
    if name == "hear":
        return HearModel.load(folder, batch_sizes, TensorFlowRuntime(check_encoder), precision)
    return DetectorModel.load(name, folder, TensorFlowRuntime(check_detector, small=True))
