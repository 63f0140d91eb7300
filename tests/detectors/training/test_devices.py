"""A device that torch cannot use is told before anything is made."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="comes with the extra coughd[train]")

from coughd.config.errors import UsageError
from coughd.detectors.training.devices import CPU, check_device


def test_the_processor_can_always_be_used() -> None:
    check_device(CPU)


@pytest.mark.parametrize("name", ["spam", "cuda:99"])
def test_another_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=rf"--device {name} cannot be used .*; leave it out"):
        check_device(name)
