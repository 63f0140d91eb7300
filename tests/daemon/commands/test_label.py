"""What `coughd label` says of a recording."""

from __future__ import annotations

import pytest

from coughd.daemon.commands.label import summary
from coughd.daemon.offline.annotated_events import Reviewed, Said

COUGH, LAUGH = Said("a", "confirm", None), Said("b", "relabel", "laugh")


@pytest.mark.parametrize(
    ("reviewed", "line"),
    [
        (Reviewed("bed", (COUGH, LAUGH, COUGH), 0, 0), "bed: 2 cough, 1 laugh"),
        (
            Reviewed("bed", (COUGH,), 3, 1),
            "bed: 1 cough; 3 left as they are; 1 annotated cough has no event",
        ),
        (Reviewed("bed", (), 1, 0, 7), "bed: no event; 7 reviewed so before; 1 left as they are"),
        (Reviewed("bed", (), 0, 2), "bed: no event; 2 annotated coughs have no event"),
    ],
)
def test_a_recording_has_a_line(reviewed: Reviewed, line: str) -> None:
    assert line == summary(reviewed)
