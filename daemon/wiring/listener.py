"""The listening loop without a store or a stream: what calibration and its like need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...config.settings import Settings
from ..clock import SystemClock
from ..judge import WindowJudge
from ..lifecycle import StopRequest
from ..pipeline import Pipeline, Sink
from ..second_opinion import NoSecondOpinion
from .detection import stretch_maker
from .gates import open_gate
from .lines import open_lines


@contextmanager
def build_listener(
    settings: Settings,
    judge: WindowJudge,
    sink: Sink,
    stop: StopRequest,
    each_turn: Callable[[], None],
) -> Iterator[Pipeline]:
    """Put together what only listens to the configured sources; nothing is stored or told.

    Raises CoughdError where a model or a file cannot be had.
    """
    with open_gate(settings, stop.is_set) as opened, open_lines(settings.sources) as lines:
        yield Pipeline(
            lines=lines,
            stretches=stretch_maker(settings, opened.gate, {}),
            judge=judge,
            second_opinion=NoSecondOpinion(),
            sink=sink,
            clock=SystemClock(),
            stop=stop,
            each_turn=each_turn,
        )
