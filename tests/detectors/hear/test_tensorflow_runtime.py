"""Which device is chosen, told by a fake of TensorFlow; `test_hear_model.py` has the real one."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from coughd.config.errors import ModelError
from coughd.detectors.hear.tensorflow_runtime import _choose_device


class FakeTensorFlow:
    """Sees so many GPUs, and writes down what it is told about them."""

    def __init__(self, gpus: int) -> None:
        self.growing: list[str] = []
        self.hidden = False
        found = [SimpleNamespace(name=f"/physical_device:GPU:{n}") for n in range(gpus)]
        self.config: Any = SimpleNamespace(
            list_physical_devices=lambda kind: found if kind == "GPU" else [],
            set_visible_devices=lambda devices, kind: setattr(self, "hidden", not devices),
            experimental=SimpleNamespace(
                set_memory_growth=lambda gpu, enable: self.growing.append(gpu.name),
                get_device_details=lambda gpu: {"device_name": "H200"},
            ),
        )


def choose(gpus: int, *needed: str, cpu_only: bool = False) -> tuple[FakeTensorFlow, str, str]:
    tf: Any = FakeTensorFlow(gpus)
    place, device = _choose_device(tf, Path("model"), frozenset(needed), cpu_only=cpu_only)
    return tf, place, device


@pytest.mark.parametrize("needed", [(), ("CUDA",), ("CPU", "CUDA")])
def test_a_gpu_is_taken_where_the_model_can_run_on_it(needed: tuple[str, ...]) -> None:
    tf, place, device = choose(2, *needed)
    assert ("/GPU:0", "GPU H200") == (place, device)
    assert ["/physical_device:GPU:0", "/physical_device:GPU:1"] == tf.growing


def test_a_model_for_cpus_is_run_there_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    tf, place, device = choose(1, "CPU")
    assert ("/CPU:0", "CPU", True) == (place, device, tf.hidden)
    assert ["HeAR runs on the CPU: this model was exported without GPU support."] == [
        record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
    ]


@pytest.mark.parametrize("needed", [(), ("CPU",)])
def test_without_a_gpu_the_cpu_is_taken_silently(
    caplog: pytest.LogCaptureFixture, needed: tuple[str, ...]
) -> None:
    assert ("/CPU:0", "CPU") == choose(0, *needed)[1:]
    assert not caplog.records


@pytest.mark.parametrize("gpus", [0, 1])
def test_a_model_for_other_hardware_is_refused(gpus: int) -> None:
    with pytest.raises(ModelError, match="was exported for TPU only"):
        choose(gpus, "TPU")


def test_where_the_gpus_memory_did_not_suffice_it_is_left_alone() -> None:
    tf, place, device = choose(1, cpu_only=True)
    assert ("/CPU:0", "CPU", []) == (place, device, tf.growing)
    with pytest.raises(ModelError, match="was exported for CUDA only"):
        choose(1, "CUDA", cpu_only=True)
