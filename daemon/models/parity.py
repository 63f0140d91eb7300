"""Whether both runtimes give the same embeddings, each in its own process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ...detectors.hear.child import hear_command
from ...detectors.hear.client import HearProcess
from ...detectors.hear.outcomes import Embedded, HearLimits
from ...detectors.hear.precision import lowest_cosine
from ...detectors.hear.self_test import sample_sounds

MIN_PARITY_COSINE = 0.995
"""As for bfloat16: between embeddings of one sound, the mean over the sounds taken off."""
_START_S = 600.0
RUNTIMES = ("hear", "hear-pytorch")


def check_parity(folders: Mapping[str, Path]) -> float:
    """Embed the same sounds with the model of each of `RUNTIMES`; return the lowest cosine.

    Takes a minute or two, and the memory of one model at a time. Raises ModelError where a model
    cannot be run or the embeddings differ.
    """
    one, other = (_embeddings(name, folders[name]) for name in RUNTIMES)
    lowest = lowest_cosine(one, other)
    if lowest < MIN_PARITY_COSINE:
        raise ModelError(
            f"{' and '.join(RUNTIMES)} give different embeddings of the same sounds (cosine "
            f"{lowest:.4f}, at least {MIN_PARITY_COSINE} is wanted): a probe of one must not be "
            "used with the other; report this"
        )
    return lowest


def _embeddings(model: str, folder: Path) -> NDArray[np.float32]:
    sounds = sample_sounds()
    limits = HearLimits(start_timeout_s=_START_S, batch_sizes=(1,))
    command = hear_command(folder, (1,), model=model)
    with closing(HearProcess(command, limits, is_waited_for=True)) as process:
        for number, sound in enumerate(sounds):
            process.submit(str(number), sound)
        while not process.wait_until_idle(0.2):
            status = process.status
            if status.state == "failed":
                raise ModelError(status.reason or f"{model} cannot be loaded")
        outcomes = [each for each in process.outcomes() if isinstance(each, Embedded)]
        if len(outcomes) != len(sounds):
            raise ModelError(process.status.reason or f"{model} gave no embeddings")
    return np.stack([each.embedding for each in outcomes])
