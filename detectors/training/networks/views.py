"""What the networks of the embedder look at."""

from __future__ import annotations

from dataclasses import dataclass

from ...features import WINDOW_FRAMES


@dataclass(frozen=True, slots=True)
class View:
    """What a network looks at: the sound to be judged begins at half a second."""

    frames: tuple[int, int]
    """First frame of the window, and the one after the last."""
    time_steps: tuple[int, int, int, int]
    """By how much each stage shrinks time."""
    centres_s: tuple[float, ...]
    """Where it looks at first, in the window; training moves that."""
    spreads_s: tuple[float, ...]


WHOLE = View(
    (0, WINDOW_FRAMES),
    (2, 2, 1, 2),
    (0.25, 0.5, 0.6, 0.75, 1.0, 1.5),
    (0.2, 0.06, 0.08, 0.12, 0.2, 0.4),
)
CLOSE = View(
    (30, 142),
    (2, 2, 1, 1),
    (0.4, 0.5, 0.55, 0.62, 0.75, 1.0),
    (0.08, 0.03, 0.04, 0.06, 0.1, 0.2),
)
"""The sound itself and little around it, but twice as fine in time."""
