"""How the listening loop sleeps: until sound is readable or due, or a stop."""

from __future__ import annotations

import select
from collections.abc import Sequence

from .clock import Clock
from .lifecycle import StopRequest
from .sources.ports import Source

LONGEST_WAIT_S = 0.25
"""An answer from HeAR's process is seen within this. A microphone gives sound more often, so that
none wakes the loop in vain."""


def wait_for_sound(sources: Sequence[Source], stop: StopRequest, clock: Clock) -> None:
    """Return once any source can be polled with profit; at most 0.25 s later."""
    dues = [due for source in sources if (due := source.next_due_s()) is not None]
    wait_s = min([LONGEST_WAIT_S, *(due - clock.monotonic_s() for due in dues)])
    if wait_s <= 0:
        return
    poll = select.poll()
    poll.register(stop.fileno(), select.POLLIN)
    for source in sources:
        if (descriptor := source.fileno()) is not None:
            poll.register(descriptor, select.POLLIN)
    poll.poll(wait_s * 1000)
