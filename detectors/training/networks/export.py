"""Writes the trained networks as ONNX files for the light runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...features import BANDS, GROUP_FRAMES, WINDOW_FRAMES
from .embedder_network import EmbedderEnsemble
from .gate_network import GateNetwork

_OPSET = 17


class _Streaming(nn.Module):
    """The gate with only its onset score as output."""

    def __init__(self, network: GateNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, log_mel: Any, state: Any) -> tuple[Any, Any]:  # noqa: ANN401
        logits, renewed = self.network(log_mel, state)
        return torch.sigmoid(logits[:, -1]), renewed


def export_gate(network: GateNetwork, path: Path) -> None:
    """Write a gate whose inputs are one group of frames and a state."""
    example = (torch.zeros(1, GROUP_FRAMES, BANDS), torch.zeros(1, network.state_size))
    _export(_Streaming(network).eval(), example, ["log_mel", "state"], ["onset", "next"], path)


def export_embedder(network: EmbedderEnsemble, path: Path) -> None:
    """Write an embedder whose input is the log-mel of one window."""
    example = (torch.zeros(1, WINDOW_FRAMES, BANDS),)
    _export(network.eval(), example, ["log_mel"], ["embedding"], path)


def _export(
    network: Any,  # noqa: ANN401
    example: tuple[Any, ...],
    inputs: list[str],
    outputs: list[str],
    path: Path,
) -> None:
    torch.onnx.export(
        network,
        example,
        str(path),
        input_names=inputs,
        output_names=outputs,
        opset_version=_OPSET,
        dynamo=False,
    )
