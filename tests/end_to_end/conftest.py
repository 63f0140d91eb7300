from __future__ import annotations

from collections.abc import Iterator

import pytest
from booted import Booted, boot


@pytest.fixture(scope="module")
def machine() -> Iterator[Booted]:
    """A booted machine with a virtual microphone and `coughd` installed as its service."""
    with boot() as booted:
        booted.start_microphone()
        booted.configure()
        booted.install()
        yield booted
