"""HeAR's process with real TensorFlow and look-alikes of its SavedModel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import load_hear
import numpy as np
import pytest
from command_line import PATIENCE_S
from lookalikes import STABLEHLO_VERSION, fingerprint

from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded
from coughd.detectors.hear.saved_model import read_saved_model
from coughd.detectors.ports import EmbedderIdentity
from coughd.detectors.processor import has_bfloat16

pytestmark = pytest.mark.hear
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
    assert hear.wait_until_idle(PATIENCE_S), hear.status
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
GOOD = {
    "random": "buckets 1,4,8",
    "batch_coupled": "buckets 1,4,8",
    "xla_cpu": "buckets 1,4,8",
    "hungry": "buckets 1,4",
}
"""With the batch policy they end up with. HeAR itself may scale over the whole batch; scaled
windows make that harmless."""
FOREIGN = {
    "batch_normed": "set embedder.batch_sizes to [1]",
    "constant": "the same embedding for unlike sounds",
    "undefined": "infinite or undefined",
    "restless": "two embeddings for the same sound",
    "narrow": "HeAR's encoder maps one input",
    "short": "HeAR's encoder maps one input",
    "unsigned": "no signature serving_default",
    "xla_cuda": "was exported for CUDA only, and TensorFlow sees no GPU here",
    "xla_newer": "needs a newer TensorFlow: it has precompiled parts of version 99",
    "detector": "HeAR's encoder maps one input",
    "absent": "no such folder",
}
DAMAGED: dict[tuple[str, Callable[[Path], None]], str] = {
    (GRAPH, truncate): "truncated or damaged",
    (GRAPH, replace_by_text): "truncated or damaged",
    (GRAPH, empty): "is empty",
    (GRAPH, Path.unlink): "no such folder, or no model in it",
    (INDEX, truncate): "cannot be loaded",
    (INDEX, Path.unlink): "has no variables/variables.index",
    (WEIGHTS, truncate): "cannot be loaded",
    (WEIGHTS, flip): "cannot be loaded",
    (WEIGHTS, Path.unlink): "cannot be loaded",
}


PRECISIONS = ("bfloat16", "auto")


@pytest.fixture(scope="module")
def outcomes(
    lookalikes: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What comes of loading every foreign and damaged model, and the good ones."""
    folders = {kind: str(lookalikes / kind) for kind in (*GOOD, *FOREIGN)}
    folders |= {asked: f"{lookalikes / 'random'}@{asked}" for asked in PRECISIONS}
    for file, damage in DAMAGED:
        name = f"{damage.__name__} {file}"
        folder = tmp_path_factory.mktemp("damaged") / "model"
        shutil.copytree(lookalikes / "random", folder)
        damage(folder / file)
        folders[name] = str(folder)
    done = subprocess.run(
        [sys.executable, load_hear.__file__, *folders.values()],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
    )
    found = dict(zip(folders, json.loads(done.stdout), strict=True))
    for name, outcome in found.items():
        assert outcome["refusal"] is None or folders[name] in outcome["refusal"]
    return found


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_model_is_run_by_its_batch_policy(
    outcomes: dict[str, dict[str, Any]], kind: str
) -> None:
    assert outcomes[kind]["refusal"] is None
    identity = outcomes[kind]["identity"]
    assert ("CPU", "float32", GOOD[kind]) == (
        identity["device"],
        identity["precision"],
        identity["batch_policy"],
    )


def test_a_batch_that_does_not_fit_is_warned_of_once(outcomes: dict[str, dict[str, Any]]) -> None:
    (warning,) = outcomes["hungry"]["warnings"]
    assert "A batch of 8 windows does not fit into the memory of the CPU." in warning
    assert "HeAR goes on with batches of at most 4." in warning


def test_bfloat16_is_taken_by_itself_only_where_the_processor_has_it(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    assert outcomes["auto"]["refusal"] is None
    assert "changes nothing" not in "".join(outcomes["auto"]["warnings"])
    runs = outcomes["auto"]["identity"]["precision"]
    assert ("bfloat16" if has_bfloat16() else "float32") == runs


def test_bfloat16_that_is_asked_for_is_run_or_said_to_change_nothing(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    """TensorFlow imitates it on some processors that have AVX-512 but not bfloat16."""
    assert outcomes["bfloat16"]["refusal"] is None
    warned = "changes nothing" in "".join(outcomes["bfloat16"]["warnings"])
    runs = outcomes["bfloat16"]["identity"]["precision"]
    assert ("float32" if warned else "bfloat16") == runs
    assert not (warned and has_bfloat16())


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_model_is_refused_with_its_sentence(
    outcomes: dict[str, dict[str, Any]], kind: str
) -> None:
    assert FOREIGN[kind] in outcomes[kind]["refusal"]


@pytest.mark.parametrize(("file", "damage"), DAMAGED)
def test_a_damaged_model_is_refused_with_its_sentence(
    outcomes: dict[str, dict[str, Any]], file: str, damage: Callable[[Path], None]
) -> None:
    assert DAMAGED[file, damage] in outcomes[f"{damage.__name__} {file}"]["refusal"]


def test_what_was_read_from_the_protobuf_is_what_tensorflow_reads(lookalikes: Path) -> None:
    plain = read_saved_model(lookalikes / "random")
    assert ({"x": (None, 32_000)}, {"output_0": (None, 512)}) == (plain.inputs, plain.outputs)
    assert (frozenset(), 0) == (plain.platforms, plain.call_version)
    assert plain.tensorflow.startswith("2.")
    precompiled = read_saved_model(lookalikes / "xla_cuda")
    assert (frozenset({"CUDA"}), STABLEHLO_VERSION) == (
        precompiled.platforms,
        precompiled.call_version,
    )
    one = read_saved_model(lookalikes / "detector")
    assert ({"audio_wav": (1, 32_000)}, {"mobilenetv3_small_model": (1, 8)}) == (
        one.inputs,
        one.outputs,
    )
    many = read_saved_model(lookalikes / "detector_scores")
    assert (None, 8) == many.outputs["scores"]


PARENT = """
import sys
from pathlib import Path
import numpy as np
from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
hear = HearProcess(hear_command(Path(sys.argv[1]), (1, 4, 8)))
hear.submit("a", np.random.default_rng(1).standard_normal(32000).astype(np.float32))
assert hear.wait_until_idle(float(sys.argv[2])), hear.status
for pid in ("self", hear.status.pid):
    print("libtensorflow" in Path(f"/proc/{pid}/maps").read_text(), "tensorflow" in sys.modules)
hear.close()
"""


def test_tensorflow_is_in_the_child_and_not_in_the_parent(lookalikes: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT, str(lookalikes / "random"), str(PATIENCE_S)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ["False False", "True False"] == done.stdout.splitlines()
