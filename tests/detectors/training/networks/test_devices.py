"""What a device cannot do is told before anything is made, or not asked of it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="comes with the extra coughd[train]")

import torch

from coughd.config.errors import UsageError
from coughd.detectors.training.networks import devices
from coughd.detectors.training.networks.devices import CPU, check_device, in_short_numbers

pytestmark = pytest.mark.torch


def test_the_processor_can_always_be_used() -> None:
    check_device(CPU)


@pytest.mark.parametrize("name", ["spam", "cuda:99"])
def test_another_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=rf"--device {name} cannot be used .*; leave it out"):
        check_device(name)


@pytest.mark.parametrize("has", [True, False])
def test_a_processor_imitates_no_numbers_that_it_does_not_have(
    monkeypatch: pytest.MonkeyPatch, has: bool
) -> None:
    monkeypatch.setattr(devices, "has_bfloat16", lambda: has)
    with in_short_numbers(torch.device(CPU)):
        product = torch.zeros(2, 2) @ torch.zeros(2, 2)
    assert product.dtype == (torch.bfloat16 if has else torch.float32)
