"""Where the networks are trained: the processor, or an accelerator that torch knows."""

from __future__ import annotations

from typing import Any

import torch

from ...config.errors import UsageError

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
