"""Writes the trained networks as ONNX files for the light runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ...features import BANDS, GROUP_FRAMES, WINDOW_FRAMES
from .embedder_network import EmbedderEnsemble
from .gate_network import GateNetwork
from .streaming_gate import StreamingGate

_OPSET = 17


def export_gate(network: GateNetwork, path: Path) -> None:
    """Write a gate whose inputs are one group of frames and a state."""
    example = (torch.zeros(1, GROUP_FRAMES, BANDS), torch.zeros(1, network.state_size))
    _export(StreamingGate(network).eval(), example, ["log_mel", "state"], ["onset", "next"], path)


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
