"""The embedder's network, as torch modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from ...features import HOP_SAMPLES
from ...ports import EMBEDDING_SIZE, SAMPLE_RATE_HZ
from .views import WHOLE, View

_RANGE = 5.0
"""It hears 50 dB under the loudest band; softer is as good as silent."""
_FRAME_S = HOP_SAMPLES / SAMPLE_RATE_HZ


class _Block(nn.Module):
    """Two 3 x 3 convolutions with a shortcut; `steps` shrinks time and bands."""

    def __init__(self, inputs: int, outputs: int, steps: tuple[int, int]) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, steps, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, steps, bias=False)

    def forward(self, x: Any) -> Any:  # noqa: ANN401
        y = functional.relu(self.first_norm(self.first(x)))
        return functional.relu(self.second_norm(self.second(y)) + self.shortcut(x))


class EmbedderNetwork(nn.Module):
    """Log-mel of one window [shape=(batch, 198, 64)] to `size` numbers of the embedding.

    Levels count only against the window itself, so gain changes nothing. Learnt weights over
    time say where in the view to look.
    """

    def __init__(
        self,
        size: int = EMBEDDING_SIZE,
        view: View = WHOLE,
        widths: tuple[int, int, int, int] = (16, 32, 64, 96),
    ) -> None:
        super().__init__()
        self.size = size
        self.view = view
        one, two, three, four = widths
        steps = view.time_steps
        self.stem = nn.Conv2d(2, one, 5, (steps[0], 2), 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(one)
        self.blocks = nn.Sequential(
            _Block(one, two, (steps[1], 2)),
            _Block(two, three, (steps[2], 2)),
            _Block(three, four, (steps[3], 2)),
        )
        self.flat = nn.Conv1d(four * 4, 128, 1, bias=False)
        self.flat_norm = nn.BatchNorm1d(128)
        self.looks = nn.Parameter(self._first_looks())
        self.embedding = nn.Linear(128 * (len(view.centres_s) + 1), size, bias=False)
        self.embedding_norm = nn.BatchNorm1d(size)

    def _first_looks(self) -> Any:  # noqa: ANN401
        first, after_last = self.view.frames
        times, step_s = after_last - first, _FRAME_S
        for by in self.view.time_steps:
            times, step_s = -(-times // by), step_s * by
        at_s = first * _FRAME_S + torch.arange(times)[None] * step_s
        centres_s = torch.tensor(self.view.centres_s)[:, None]
        spreads_s = torch.tensor(self.view.spreads_s)[:, None]
        return -0.5 * ((at_s - centres_s) / spreads_s).clamp(-4, 4) ** 2

    def forward(self, log_mel: Any) -> Any:  # noqa: ANN401, D102
        loudest = log_mel.amax((1, 2), keepdim=True)
        log_mel = torch.maximum(log_mel, loudest - _RANGE)
        level = log_mel - log_mel.mean((1, 2), keepdim=True)
        risen = log_mel - log_mel.mean(1, keepdim=True)
        x = torch.stack([level * 0.7, risen * 0.8], dim=1)
        x = x[:, :, self.view.frames[0] : self.view.frames[1]]
        x = self.blocks(functional.relu(self.stem_norm(self.stem(x))))
        x = functional.relu(self.flat_norm(self.flat(x.transpose(2, 3).flatten(1, 2))))
        looked = x @ self.looks.softmax(1).T
        seen = torch.cat([looked.flatten(1), x.amax(2)], dim=1)
        return functional.relu(self.embedding_norm(self.embedding(seen)))


class EmbedderEnsemble(nn.Module):
    """Log-mel of one window [shape=(batch, 198, 64)] to its members' numbers, side by side."""

    def __init__(self, members: Sequence[EmbedderNetwork]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, log_mel: Any) -> Any:  # noqa: ANN401, D102
        return torch.cat([member(log_mel) for member in self.members], dim=1)
