"""Where the networks are trained: the processor, or an accelerator that torch knows."""

from __future__ import annotations

from typing import Any

import torch

from ....config.errors import UsageError
from ...processor import has_bfloat16

CPU = "cpu"


def check_device(name: str) -> None:
    """Raise UsageError where torch cannot compute on this device."""
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as exc:
        reason = str(exc).splitlines()[0]
        raise UsageError(
            f"--device {name} cannot be used by torch here ({reason}); leave it out to train on "
            "the processor."
        ) from exc


def device_of(network: Any) -> Any:  # noqa: ANN401
    """The torch device that a network's weights lie on."""
    return next(network.parameters()).device


def in_short_numbers(device: Any) -> Any:  # noqa: ANN401
    """Compute in bfloat16 within this context, where that is faster than float32.

    A processor without instructions for it would imitate it, which takes longer.
    """
    capable = device.type != CPU or has_bfloat16()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=capable)
