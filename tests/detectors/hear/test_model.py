"""The encoder's own decisions, with a fake for the runtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from protobuf_bytes import ENCODER

from coughd.config.errors import ModelError
from coughd.detectors.hear.files import digest_files
from coughd.detectors.hear.manifest import Manifest, model_folder
from coughd.detectors.hear.model import HearModel
from coughd.detectors.hear.network import Network, OutOfMemoryError, Precision

_MATRIX = (np.random.default_rng(1).standard_normal((32_000, 512)) / 100).astype(np.float32)


@dataclass
class FakeNetwork:
    """A random projection; too small a memory for batches above `room`."""

    runtime: str
    device: str
    room: int
    error: float

    def run(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(windows) > self.room:
            raise OutOfMemoryError(f"{len(windows)} windows do not fit.")
        embeddings = windows @ _MATRIX
        return (embeddings + self.error * np.roll(embeddings, 1, axis=1)).astype(np.float32)


@dataclass
class FakeRuntime:
    """A GPU and a CPU."""

    gpu_room: int = 100
    cpu_room: int = 100
    error: float = 0.001
    """Of bfloat16."""
    quick: bool = True
    loads: list[tuple[str, bool]] = field(default_factory=list)

    def load(self, folder: Path, precision: Precision, *, cpu_only: bool) -> Network:
        self.loads.append((precision, cpu_only))
        error = self.error if precision == "bfloat16" else 0.0
        if self.gpu_room < 0 and not cpu_only:
            raise OutOfMemoryError("The weights do not fit.")
        if cpu_only:
            return FakeNetwork("fake 1", "CPU", self.cpu_room, error)
        return FakeNetwork("fake 1", "GPU H", self.gpu_room, error)

    def bfloat16_is_quick(self) -> bool:
        return self.quick


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "model"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(ENCODER)
    (model / "variables" / "variables.index").write_bytes(b"index")
    return model


Load = Callable[..., HearModel]


def windows(n: int) -> NDArray[np.float32]:
    return np.random.default_rng(n).uniform(-1, 1, (n, 32_000)).astype(np.float32)


def policy(model: HearModel) -> tuple[str, str]:
    return model.identity.device, model.identity.batch_policy


def test_where_memory_is_short_smaller_batches_come_first_and_the_cpu_last(folder: Path) -> None:
    runtime = FakeRuntime()
    model = HearModel.load(folder, (1, 4, 8), runtime)
    assert ("GPU H", "buckets 1,4,8") == policy(model)
    expected = model.embed(windows(8))
    network = model._network
    assert isinstance(network, FakeNetwork)
    network.room = 4
    np.testing.assert_allclose(expected, model.embed(windows(8)), rtol=1e-4, atol=1e-4)
    assert ("GPU H", "buckets 1,4") == policy(model)
    network.room = 0
    np.testing.assert_allclose(expected, model.embed(windows(8)), rtol=1e-4, atol=1e-4)
    assert ("CPU", "buckets 1,4,8") == policy(model)
    assert [("float32", False), ("float32", True)] == runtime.loads


def test_weights_that_do_not_fit_into_the_gpu_are_run_by_the_cpu(folder: Path) -> None:
    model = HearModel.load(folder, (1, 4), FakeRuntime(gpu_room=-1))
    assert ("CPU", "buckets 1,4") == policy(model)


def test_where_not_even_one_window_fits_the_model_is_refused(folder: Path) -> None:
    with pytest.raises(OutOfMemoryError):
        HearModel.load(folder, (1, 4), FakeRuntime(gpu_room=0, cpu_room=0))


def test_auto_takes_bfloat16_where_the_embeddings_agree(folder: Path) -> None:
    assert "bfloat16" == HearModel.load(folder, (1,), FakeRuntime(), "auto").identity.precision


@pytest.mark.parametrize(
    "runtime", [FakeRuntime(error=0.5), FakeRuntime(quick=False), FakeRuntime(error=0.0)]
)
def test_auto_stays_with_float32_otherwise(folder: Path, runtime: FakeRuntime) -> None:
    model = HearModel.load(folder, (1,), runtime, "auto")
    assert "float32" == model.identity.precision
    exact = HearModel.load(folder, (1,), FakeRuntime())
    np.testing.assert_array_equal(exact.embed(windows(2)), model.embed(windows(2)))


def test_bfloat16_that_changes_too_much_is_refused_where_it_is_asked_for(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"set embedder\.precision to float32 or auto"):
        HearModel.load(folder, (1,), FakeRuntime(error=0.5), "bfloat16")


def test_bfloat16_without_effect_is_called_float32(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = HearModel.load(folder, (1,), FakeRuntime(error=0.0), "bfloat16")
    assert "float32" == model.identity.precision
    assert "changes nothing" in caplog.text


@pytest.mark.parametrize("samples", [160, 16_000, 31_999, 32_001, 64_000])
def test_only_two_seconds_are_taken(folder: Path, samples: int) -> None:
    model = HearModel.load(folder, (1,), FakeRuntime())
    with pytest.raises(ModelError, match="HeAR takes windows of 32000"):
        model.embed(np.zeros((1, samples), np.float32))


def pulled(folder: Path) -> Manifest:
    return Manifest(
        "hear", "google/hear", "9b2eb28", "2026-11-21T12:00:00Z", "hub", digest_files(folder)
    )


def test_a_pulled_model_is_checked_at_every_start(folder: Path) -> None:
    pulled(folder).write(folder)
    HearModel.load(folder, (1,), FakeRuntime())
    (folder / "variables" / "variables.index").write_bytes(b"indeX")
    with pytest.raises(ModelError, match=r"variables\.index: is not what was pulled"):
        HearModel.load(folder, (1,), FakeRuntime())


@pytest.mark.parametrize("name", ["variables/variables.index", "variables/more"])
def test_a_file_too_few_or_too_many_is_named(folder: Path, name: str) -> None:
    pulled(folder).write(folder)
    path = folder / name
    if path.exists():
        path.unlink()
    else:
        path.touch()
    with pytest.raises(ModelError, match=name):
        HearModel.load(folder, (1,), FakeRuntime())


def test_a_broken_manifest_is_not_passed_over(folder: Path) -> None:
    (folder / "coughd-model.json").write_text('{"schema": "coughd.model/1"}')
    with pytest.raises(ModelError, match="is no manifest of schema"):
        HearModel.load(folder, (1,), FakeRuntime())


def test_of_the_pulled_models_the_last_is_taken_and_a_half_one_never(
    folder: Path, tmp_path: Path
) -> None:
    revisions = tmp_path / "hear"
    (revisions / ".partial-2222222").mkdir(parents=True)
    (revisions / ".partial-2222222" / "saved_model.pb").write_bytes(ENCODER)
    with pytest.raises(ModelError, match=r"fetched yet: run `coughd model pull hear`\.$"):
        model_folder(revisions, "hear")
    pulled(folder).write(folder)
    folder.rename(revisions / "1111111")
    assert revisions / "1111111" == model_folder(revisions, "hear")
    assert revisions / "1111111" == model_folder(revisions / "1111111", "hear")
