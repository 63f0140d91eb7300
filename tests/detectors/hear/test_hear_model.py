"""HeAR's process with real TensorFlow and look-alikes of its SavedModel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from lookalikes import fingerprint

from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded, HearLimits, HearStatus

pytestmark = pytest.mark.hear
LONG_S = 90.0
SIZES = (1, 4, 8)


def status_after_start(folder: Path, sizes: tuple[int, ...] = SIZES) -> HearStatus:
    hear = HearProcess(hear_command(folder, sizes), HearLimits(batch_sizes=sizes))
    with hear._changed:
        hear._changed.wait_for(lambda: hear.status.state in ("ready", "failed"), LONG_S)
    status = hear.status
    hear.close()
    return status


def test_each_source_gets_the_fingerprint_of_its_own_samples(lookalikes: Path) -> None:
    """Four sources of unlike loudness, interleaved, so that every batch is mixed."""
    windows = {
        f"{source}/{number}": (
            np.random.default_rng([source, number]).standard_normal(32_000) * 0.1**source
        ).astype(np.float32)
        for number in range(20)
        for source in range(4)
    }
    hear = HearProcess(hear_command(lookalikes / "echo", SIZES))
    for name, samples in windows.items():
        hear.submit(name, samples)
    assert hear.wait_until_idle(LONG_S), hear.status
    outcomes = hear.outcomes()
    hear.close()
    assert list(windows) == [outcome.request_id for outcome in outcomes]
    for outcome in outcomes:
        assert isinstance(outcome, Embedded)
        expected = fingerprint(windows[outcome.request_id])
        np.testing.assert_allclose(outcome.embedding, expected, atol=1e-4)


def test_the_identity_says_how_the_embedding_was_made(lookalikes: Path) -> None:
    status = status_after_start(lookalikes / "random")
    assert status.identity is not None
    assert f"hear@{status.identity.sha256[:7]}" == status.identity.name
    assert status.identity.runtime.startswith("tensorflow 2.")
    assert ("hear", "float32", "buckets 1,4,8") == (
        status.identity.kind,
        status.identity.precision,
        status.identity.batch_policy,
    )


def test_scaling_over_the_batch_does_not_matter(lookalikes: Path) -> None:
    assert "ready" == status_after_start(lookalikes / "batch_coupled").state


def test_other_coupling_of_a_batch_is_refused_unless_windows_go_alone(lookalikes: Path) -> None:
    status = status_after_start(lookalikes / "batch_normed")
    assert "set embedder.batch_sizes to [1]" in str(status.reason)
    assert "ready" == status_after_start(lookalikes / "batch_normed", (1,)).state


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("constant", "the same embedding for unlike sounds"),
        ("undefined", "infinite or undefined"),
        ("restless", "two embeddings for the same sound"),
        ("narrow", "HeAR's encoder maps one input"),
        ("short", "HeAR's encoder maps one input"),
        ("unsigned", "no signature serving_default"),
        ("cuda_only", "was exported for CUDA only, and TensorFlow sees no GPU here"),
        ("absent", "no such folder"),
    ],
)
def test_a_foreign_model_is_refused_with_its_sentence(
    lookalikes: Path, monkeypatch: pytest.MonkeyPatch, kind: str, sentence: str
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    status = status_after_start(lookalikes / kind)
    assert "failed" == status.state
    assert sentence in str(status.reason)
    assert str(lookalikes / kind) in str(status.reason)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def replace_by_text(path: Path) -> None:
    path.write_text("version https://git-lfs.github.com/spec/v1\n")


@pytest.mark.parametrize(
    ("file", "damage", "sentence"),
    [
        ("saved_model.pb", truncate, "truncated or damaged"),
        ("saved_model.pb", replace_by_text, "truncated or damaged"),
        ("saved_model.pb", empty, "is empty"),
        ("saved_model.pb", Path.unlink, "has no saved_model.pb"),
        ("variables/variables.index", Path.unlink, "has no variables/variables.index"),
        ("variables/variables.index", truncate, "cannot be loaded"),
        ("variables/variables.data-00000-of-00001", truncate, "cannot be loaded"),
        ("variables/variables.data-00000-of-00001", flip, "cannot be loaded"),
        ("variables/variables.data-00000-of-00001", Path.unlink, "cannot be loaded"),
    ],
)
def test_a_damaged_model_is_refused_with_its_sentence(
    lookalikes: Path, tmp_path: Path, file: str, damage: Callable[[Path], None], sentence: str
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(lookalikes / "random", folder)
    damage(folder / file)
    status = status_after_start(folder)
    assert "failed" == status.state
    assert sentence in str(status.reason)
    assert str(folder) in str(status.reason)


PARENT = """
import sys
from pathlib import Path
import numpy as np
from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
hear = HearProcess(hear_command(Path(sys.argv[1]), (1, 4, 8)))
hear.submit("a", np.random.default_rng(1).standard_normal(32000).astype(np.float32))
assert hear.wait_until_idle(90), hear.status
for pid in ("self", hear.status.pid):
    print("libtensorflow" in Path(f"/proc/{pid}/maps").read_text(), "tensorflow" in sys.modules)
hear.close()
"""


def test_tensorflow_is_in_the_child_and_not_in_the_parent(lookalikes: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT, str(lookalikes / "random")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ["False False", "True False"] == done.stdout.splitlines()
