"""HeAR's process with real TensorFlow and look-alikes of its SavedModel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import load_hear
import numpy as np
import pytest
from lookalikes import fingerprint

from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded
from coughd.detectors.ports import EmbedderIdentity

pytestmark = pytest.mark.hear
LONG_S = 90.0
SIZES = (1, 4, 8)


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
    assert_true_identity(hear.status.identity)
    assert list(windows) == [outcome.request_id for outcome in outcomes]
    for outcome in outcomes:
        assert isinstance(outcome, Embedded)
        expected = fingerprint(windows[outcome.request_id])
        np.testing.assert_allclose(outcome.embedding, expected, atol=1e-4)


def assert_true_identity(identity: EmbedderIdentity | None) -> None:
    """It says how the embedding was made."""
    assert identity is not None
    assert f"hear@{identity.sha256[:7]}" == identity.name
    assert identity.runtime.startswith("tensorflow 2.")
    assert ("hear", "float32", "buckets 1,4,8") == (
        identity.kind,
        identity.precision,
        identity.batch_policy,
    )


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


GRAPH, INDEX = "saved_model.pb", "variables/variables.index"
WEIGHTS = "variables/variables.data-00000-of-00001"
GOOD = ("random", "batch_coupled")
"""HeAR itself may scale over the whole batch; scaled windows make that harmless."""
FOREIGN = {
    "batch_normed": "set embedder.batch_sizes to [1]",
    "constant": "the same embedding for unlike sounds",
    "undefined": "infinite or undefined",
    "restless": "two embeddings for the same sound",
    "narrow": "HeAR's encoder maps one input",
    "short": "HeAR's encoder maps one input",
    "unsigned": "no signature serving_default",
    "cuda_only": "was exported for CUDA only, and TensorFlow sees no GPU here",
    "absent": "no such folder",
}
DAMAGED: dict[tuple[str, Callable[[Path], None]], str] = {
    (GRAPH, truncate): "truncated or damaged",
    (GRAPH, replace_by_text): "truncated or damaged",
    (GRAPH, empty): "is empty",
    (GRAPH, Path.unlink): "has no saved_model.pb",
    (INDEX, truncate): "cannot be loaded",
    (INDEX, Path.unlink): "has no variables/variables.index",
    (WEIGHTS, truncate): "cannot be loaded",
    (WEIGHTS, flip): "cannot be loaded",
    (WEIGHTS, Path.unlink): "cannot be loaded",
}


@pytest.fixture(scope="module")
def refusals(lookalikes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """What loading says of every foreign and damaged model, and of a good one."""
    folders = {kind: lookalikes / kind for kind in (*GOOD, *FOREIGN)}
    for file, damage in DAMAGED:
        name = f"{damage.__name__} {file}"
        folders[name] = tmp_path_factory.mktemp("damaged") / "model"
        shutil.copytree(lookalikes / "random", folders[name])
        damage(folders[name] / file)
    done = subprocess.run(
        [sys.executable, load_hear.__file__, *map(str, folders.values())],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
    )
    said = dict(zip(folders, json.loads(done.stdout), strict=True))
    for name, sentence in said.items():
        assert sentence is None or str(folders[name]) in sentence
    return said


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_model_is_not_refused(refusals: dict[str, str | None], kind: str) -> None:
    assert refusals[kind] is None


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_model_is_refused_with_its_sentence(
    refusals: dict[str, str | None], kind: str
) -> None:
    assert FOREIGN[kind] in str(refusals[kind])


@pytest.mark.parametrize(("file", "damage"), DAMAGED)
def test_a_damaged_model_is_refused_with_its_sentence(
    refusals: dict[str, str | None], file: str, damage: Callable[[Path], None]
) -> None:
    assert DAMAGED[file, damage] in str(refusals[f"{damage.__name__} {file}"])


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
