"""The gate as it is shipped: the sums of `GateNetwork`, in the order that costs least.

Each normalisation but the last is part of the convolution before it, and the layers that look along
time only have time first: a product of matrices for each. Shipping `GateNetwork` itself costs more.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from ...features import BANDS, GROUP_FRAMES
from .gate_network import LEVEL_SCALE, RISEN_SCALE, GateNetwork

_STEPS = GROUP_FRAMES // 2


class StreamingGate(nn.Module):
    """Hears one group of frames.

    `forward(log_mel [shape=(1, 10, 64)], state [shape=(1, state_size)])` gives onset scores in 0..1
    [shape=(1, 5)] and the next state. As in `GateNetwork`, the state begins with the slow floor of
    each band, to be started with the mean of the first group, and the rest is started with zeros;
    that rest is in another order.
    """

    def __init__(self, network: GateNetwork) -> None:
        super().__init__()
        floors = torch.cat([network.floor_weights, network.floor_decay], dim=1)
        self.register_buffer("floors", floors)
        self.spectral = nn.ModuleList([_Spectral(layer) for layer in network.spectral])
        # The scales of the two inputs are taken along by the weights that meet them.
        self.spectral[0].weight *= torch.tensor([LEVEL_SCALE, RISEN_SCALE])[None, :, None, None]
        self.flat = _product(network.flat)
        self.temporal = nn.ModuleList([_Temporal(layer) for layer in network.temporal])
        scale, shift = _of_norm(network.norm)
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)
        self.out = _product(network.out, slice(-1, None))
        self.piece_shapes = _piece_shapes(network)
        self.past_rows = [layer.past_rows for layer in self.temporal]
        self.register_buffer("kept_rows", _kept_rows(self.past_rows))

    def forward(self, log_mel: Any, state: Any) -> tuple[Any, Any]:  # noqa: ANN401, D102 - torch is untyped here
        sizes = [shape.numel() for shape in self.piece_shapes]
        pieces = [
            piece.reshape(shape)
            for piece, shape in zip(state.split(sizes, dim=1), self.piece_shapes, strict=True)
        ]
        floor, *pasts, rows = pieces
        frames = log_mel.reshape(GROUP_FRAMES, BANDS)
        floors = self.floors @ torch.cat([frames, floor])
        level = frames - floors.mean(1, keepdim=True)
        x = torch.cat([level, frames - floors]).reshape(1, 2, GROUP_FRAMES, BANDS)
        renewed = [floors[-1:]]
        for layer, past in zip(self.spectral, pasts, strict=True):
            x, kept = layer(x, past)
            renewed.append(kept.reshape(1, -1))
        y = self.flat(x.transpose(1, 2).reshape(_STEPS, -1))
        heard = [rows]
        for layer, past in zip(self.temporal, rows.split(self.past_rows), strict=True):
            heard.append(y)
            y = layer(y, past)
        renewed.append(torch.cat(heard)[self.kept_rows].reshape(1, -1))
        onset = self.out(functional.relu(y * self.scale + self.shift))
        return torch.sigmoid(onset.reshape(1, _STEPS)), torch.cat(renewed, dim=1)


class _Spectral(nn.Module):
    """A convolution over time and bands, with its past before it."""

    def __init__(self, layer: Any) -> None:  # noqa: ANN401
        super().__init__()
        convolution = layer.convolution
        scale, shift = _of_norm(layer.norm)
        self.register_buffer("weight", convolution.weight.detach() * scale[:, None, None, None])
        self.register_buffer("bias", shift)
        self.stride, self.padding = convolution.stride, convolution.padding
        self.past_frames = layer.past_frames

    def forward(self, x: Any, past: Any) -> tuple[Any, Any]:  # noqa: ANN401
        longer = torch.cat([past, x], dim=2)
        y = functional.conv2d(longer, self.weight, self.bias, self.stride, self.padding)
        return functional.relu(y), longer[:, :, -self.past_frames :]


class _Temporal(nn.Module):
    """A residual, dilated convolution over time, on rows [shape=(time, channels)]."""

    def __init__(self, layer: Any) -> None:  # noqa: ANN401
        super().__init__()
        (dilation,), (taps,) = layer.convolution.dilation, layer.convolution.kernel_size
        self.past_rows = layer.past_frames
        scale, shift = _of_norm(layer.norm)
        weight = layer.convolution.weight.detach() * scale[:, None, None]
        self.convolve = _linear(weight.transpose(1, 2).flatten(1), shift)
        self.mix = _product(layer.mix)
        taken = torch.arange(_STEPS)[:, None] + dilation * torch.arange(taps)[None]
        self.register_buffer("taken", taken)

    def forward(self, x: Any, past: Any) -> Any:  # noqa: ANN401
        seen = torch.cat([past, x])[self.taken].reshape(_STEPS, -1)
        return x + self.mix(functional.relu(self.convolve(seen)))


def _of_norm(norm: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """What a normalisation multiplies by and adds afterwards, per channel."""
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    return scale, norm.bias.detach() - norm.running_mean * scale


def _product(convolution: Any, outputs: slice = slice(None)) -> nn.Linear:  # noqa: ANN401
    """A convolution that sees one step, for rows."""
    return _linear(convolution.weight.detach()[outputs, :, 0], convolution.bias.detach()[outputs])


def _linear(weight: Any, bias: Any) -> nn.Linear:  # noqa: ANN401
    product = nn.Linear(weight.shape[1], weight.shape[0])
    product.weight.data, product.bias.data = weight.contiguous(), bias
    return product


def _piece_shapes(network: GateNetwork) -> list[Any]:
    """Of the state, in order: the floor, the past of each spectral layer, the temporal rows."""
    shapes = [torch.Size((1, BANDS))]
    bands = BANDS
    for layer in network.spectral:
        shapes.append(torch.Size((1, layer.convolution.in_channels, layer.past_frames, bands)))
        bands //= 2
    rows = sum(layer.past_frames for layer in network.temporal)
    return [*shapes, torch.Size((rows, network.flat.out_channels))]


def _kept_rows(past_rows: list[int]) -> Any:  # noqa: ANN401
    """Where each layer's next past lies, after the pasts of all come the new rows of all."""
    kept, past_at, new_at = [], 0, sum(past_rows)
    for rows in past_rows:
        longer = [*range(past_at, past_at + rows), *range(new_at, new_at + _STEPS)]
        kept += longer[_STEPS:]
        past_at, new_at = past_at + rows, new_at + _STEPS
    return torch.tensor(kept)
