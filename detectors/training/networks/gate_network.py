"""The gate's network, as a torch module.

It is causal and carries its past in one flat state vector, so that training
on whole scenes and streaming in groups of ten frames are the same computation.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from ...features import BANDS
from ...gate import LOOK_AHEAD_OUTPUTS
from ...ports import LABELS

GATE_OUTPUTS = len(LABELS) + 1
"""What sounds (8 labels), and last the onset of a cough."""
_FLOOR_RATE = 0.005
"""The slow floor forgets within 200 frames, two seconds."""
_GROUP = 10
LEVEL_SCALE = 0.7
"""Of the first input, how far each band lies from the mean of the floor."""
RISEN_SCALE = 0.8
"""Of the second, how far each band has risen above its own floor."""

__all__ = ["LEVEL_SCALE", "LOOK_AHEAD_OUTPUTS", "RISEN_SCALE", "GateNetwork"]


class _Past:
    """Walks along a flat state, handing each layer its piece and collecting the new ones."""

    def __init__(self, state: Any) -> None:  # noqa: ANN401 - torch is untyped here
        self._state = state
        self._used = 0
        self.renewed: list[Any] = []

    def extend(self, x: Any, frames: int) -> Any:  # noqa: ANN401
        """Put the layer's last `frames` inputs before `x` [shape=(batch, channels, time, ...)]."""
        batch, channels, _, *rest = x.shape
        size = channels * frames
        for extent in rest:
            size *= extent
        piece = self._state[:, self._used : self._used + size]
        self._used += size
        longer = torch.cat([piece.reshape(batch, channels, frames, *rest), x], dim=2)
        self.renewed.append(longer[:, :, -frames:].reshape(batch, size))
        return longer


class _Spectral(nn.Module):
    """A convolution over time (causal) and bands."""

    def __init__(
        self, inputs: int, outputs: int, time: int, bands: int, steps: tuple[int, int]
    ) -> None:
        super().__init__()
        self.past_frames = time - steps[0]
        padding = (0, bands // 2)
        self.convolution = nn.Conv2d(inputs, outputs, (time, bands), steps, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Any, past: _Past) -> Any:  # noqa: ANN401
        return functional.relu(self.norm(self.convolution(past.extend(x, self.past_frames))))


class _Temporal(nn.Module):
    """A residual, dilated, causal convolution over time."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.past_frames = 2 * dilation
        self.convolution = nn.Conv1d(channels, channels, 3, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(channels)
        self.mix = nn.Conv1d(channels, channels, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Any, past: _Past) -> Any:  # noqa: ANN401
        longer = past.extend(x, self.past_frames)
        return x + self.dropout(self.mix(functional.relu(self.norm(self.convolution(longer)))))


class GateNetwork(nn.Module):
    """Log-mel frames to the chance that a cough began, every 20 ms.

    `forward(log_mel [shape=(batch, frames, 64)], state [shape=(batch, state_size)])` gives
    logits [shape=(batch, 9, frames / 2)] and the next state. Output `k` speaks about the 20 ms
    that lie LOOK_AHEAD_OUTPUTS outputs back. The first 64 numbers of the state are the slow floor
    of each band, to be started with the mean of the first ten frames; the others start at zero.
    """

    def __init__(
        self, widths: tuple[int, int, int, int] = (16, 24, 32, 48), channels: int = 96
    ) -> None:
        super().__init__()
        one, two, three, four = widths
        self.spectral = nn.ModuleList(
            [
                _Spectral(2, one, 5, 5, (2, 2)),
                _Spectral(one, two, 3, 3, (1, 2)),
                _Spectral(two, three, 3, 3, (1, 2)),
                _Spectral(three, four, 3, 3, (1, 2)),
            ]
        )
        self.flat = nn.Conv1d(four * BANDS // 16, channels, 1)
        self.temporal = nn.ModuleList(
            [_Temporal(channels, dilation) for dilation in (1, 2, 4, 8, 16, 8)]
        )
        self.norm = nn.BatchNorm1d(channels)
        self.out = nn.Conv1d(channels, GATE_OUTPUTS, 1)
        nn.init.constant_(self.out.bias, -2.5)
        decay = 1.0 - _FLOOR_RATE
        steps = torch.arange(_GROUP)
        lags = steps[:, None] - steps[None, :]
        weights = torch.where(lags >= 0, _FLOOR_RATE * decay ** lags.clamp(min=0), 0.0)
        self.register_buffer("floor_weights", weights.float())
        self.register_buffer("floor_decay", (decay ** (steps + 1)).float()[:, None])

    @property
    def state_size(self) -> int:
        """Numbers of state per stream."""
        sizes = [BANDS]
        bands = BANDS
        inputs = 2
        for layer in self.spectral:
            sizes.append(inputs * layer.past_frames * bands)
            inputs = layer.convolution.out_channels
            bands = bands // 2
        channels = self.flat.out_channels
        sizes.extend(channels * layer.past_frames for layer in self.temporal)
        return sum(sizes)

    def first_state(self, log_mel: Any) -> Any:  # noqa: ANN401
        """The state in which streams that begin with `log_mel` start."""
        rest = log_mel.new_zeros((log_mel.shape[0], self.state_size - BANDS))
        return torch.cat([log_mel[:, :_GROUP].mean(1), rest], dim=1)

    def forward(self, log_mel: Any, state: Any) -> tuple[Any, Any]:  # noqa: ANN401, D102
        floor, floors = state[:, None, :BANDS], []
        with torch.autocast(log_mel.device.type, enabled=False):  # levels need all their digits
            for group in log_mel.split(_GROUP, dim=1):
                floors.append(self.floor_weights @ group + self.floor_decay * floor)
                floor = floors[-1][:, -1:]
        risen = log_mel - torch.cat(floors, dim=1)
        level = log_mel - torch.cat(floors, dim=1).mean(2, keepdim=True)
        x = torch.stack([level * LEVEL_SCALE, risen * RISEN_SCALE], dim=1)
        past = _Past(state[:, BANDS:])
        for layer in self.spectral:
            x = layer(x, past)
        x = self.flat(x.transpose(2, 3).flatten(1, 2))
        for layer in self.temporal:
            x = layer(x, past)
        logits = self.out(functional.relu(self.norm(x)))
        return logits, torch.cat([floor[:, 0], *past.renewed], dim=1)
