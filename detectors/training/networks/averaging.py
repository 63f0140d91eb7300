"""Weights of torch modules: all of them, and their running average."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def smoothed(network: Any, average: dict[str, Any] | None, rate: float) -> dict[str, Any]:  # noqa: ANN401
    """The running average of a network's weights, one step on."""
    current = network.state_dict()
    if average is None:
        return {name: value.clone() for name, value in current.items()}
    for name, value in current.items():
        if value.is_floating_point():
            average[name].lerp_(value, rate)
        else:
            average[name] = value.clone()
    return average


def parameters(networks: list[Any]) -> Iterator[Any]:
    """All trainable weights of some networks."""
    for network in networks:
        yield from network.parameters()
