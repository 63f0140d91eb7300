"""What the folder of each kind of model must hold, told from its files alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ...config.errors import ModelError
from ..ports import EMBEDDING_SIZE, WINDOW_SAMPLES
from .files import check_files
from .saved_model import SavedModelFacts, Shape, read_saved_model

DETECTOR_LABELS = (
    "cough",
    "snore",
    "baby_cough",
    "breathe",
    "sneeze",
    "throat_clear",
    "laugh",
    "speech",
)
"""In the order of the event detectors' eight outputs."""
SCORES = "scores"
"""How one style of the event detectors names its output; the other names it after its network."""


def check_kind(model: str, folder: Path) -> None:
    """See whether `folder` holds the model of this name in `coughd model`; ModelError."""
    if model == "hear":
        check_files(folder)
        check_encoder(read_saved_model(folder), folder)
    elif model == "hear-pytorch":
        check_torch(folder)
    else:
        check_files(folder)
        check_detector(read_saved_model(folder), folder)


def check_encoder(facts: SavedModelFacts, folder: Path) -> tuple[str, str]:
    """Return the names of the encoder's input and output; ModelError where it is none."""
    if list(facts.inputs.values()) != [(None, WINDOW_SAMPLES)] or (
        list(facts.outputs.values()) != [(None, EMBEDDING_SIZE)]
    ):
        raise ModelError(
            f"{folder}: maps {_said(facts.inputs.values())} to {_said(facts.outputs.values())}; "
            f"HeAR's encoder maps one input [any, {WINDOW_SAMPLES}] to one output "
            f"[any, {EMBEDDING_SIZE}]."
        )
    return next(iter(facts.inputs)), next(iter(facts.outputs))


def check_detector(facts: SavedModelFacts, folder: Path) -> tuple[str, str]:
    """Return the names of the detector's input and output; ModelError where it is none.

    Both styles are taken: one window at a time with one output of any name, and any number of
    windows with an output `scores` among others.
    """
    inputs = dict(facts.inputs)
    output = SCORES if SCORES in facts.outputs else next(iter(facts.outputs), "")
    fits_in = len(inputs) == 1 and set(inputs.values()) <= {
        (None, WINDOW_SAMPLES),
        (1, WINDOW_SAMPLES),
    }
    labels = len(DETECTOR_LABELS)
    fits_out = facts.outputs.get(output) in {(None, labels), (1, labels)}
    if not fits_in or not fits_out or (output != SCORES and len(facts.outputs) != 1):
        raise ModelError(
            f"{folder}: maps {_said(inputs.values())} to {_said(facts.outputs.values())}; HeAR's "
            f"event detector maps one input [1 or any, {WINDOW_SAMPLES}] to scores of {labels} "
            "labels."
        )
    return next(iter(inputs)), output


def check_torch(folder: Path) -> None:
    """See whether `folder` holds HeAR's vision transformer for PyTorch; ModelError."""
    for name in ("config.json", "model.safetensors"):
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: has no {name}, so it is not HeAR's model for PyTorch.")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ModelError(f"{folder / 'config.json'}: is damaged ({exc}): pull it again.") from exc
    match config:
        case {"model_type": "vit", "num_channels": 1, "patch_size": 16}:
            pass
        case _:
            raise ModelError(f"{folder / 'config.json'}: does not describe HeAR's network.")
    size = config.get("pooler_output_size")
    if size != EMBEDDING_SIZE or config.get("image_size") not in ([192, 128], (192, 128)):
        raise ModelError(
            f"{folder / 'config.json'}: describes a network from {config.get('image_size')} to "
            f"{size} numbers; HeAR's goes from [192, 128] to {EMBEDDING_SIZE}."
        )


def _said(shapes: Iterable[Shape | None]) -> str:
    return " and ".join(map(_shape, shapes)) or "nothing"


def _shape(shape: Shape | None) -> str:
    if shape is None:
        return "an unknown shape"
    return f"[{', '.join('any' if size is None else str(size) for size in shape)}]"
