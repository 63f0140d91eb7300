"""Reading SavedModels written by hand; `test_hear_model.py` reads those that TensorFlow wrote."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protobuf_bytes import DETECTOR, ENCODER, SCORES_DETECTOR, saved_model, xla_call

from coughd.config.errors import ModelError
from coughd.detectors.hear.kinds import check_detector, check_encoder
from coughd.detectors.hear.saved_model import SavedModelFacts, read_saved_model


def read(folder: Path, content: bytes) -> SavedModelFacts:
    (folder / "saved_model.pb").write_bytes(content)
    return read_saved_model(folder)


def test_the_signature_is_read(tmp_path: Path) -> None:
    facts = read(tmp_path, ENCODER)
    assert {"x": (None, 32_000)} == facts.inputs
    assert {"output_0": (None, 512)} == facts.outputs
    assert (frozenset(), 0, "2.18.0") == (facts.platforms, facts.call_version, facts.tensorflow)


def test_platforms_and_the_highest_version_of_precompiled_parts_are_read(tmp_path: Path) -> None:
    calls = [xla_call(["CPU", "CUDA"], 9), xla_call(["CPU"], 10)]
    content = saved_model({"x": (-1, 32_000)}, {"output_0": (-1, 512)}, calls=calls)
    facts = read(tmp_path, content)
    assert (frozenset({"CPU", "CUDA"}), 10) == (facts.platforms, facts.call_version)


@pytest.mark.parametrize("content", [b"", saved_model({}, {}, signature="train")])
def test_what_has_no_signature_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelError, match=r"is empty|no signature serving_default"):
        read(tmp_path, content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"saved_model\.pb: cannot be read"):
        read_saved_model(tmp_path)


@given(st.binary(max_size=200), st.integers(0, len(ENCODER)), st.integers(0, len(ENCODER)))
def test_no_bytes_make_it_fail_otherwise_than_with_its_sentence(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, start: int, stop: int
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    with suppress(ModelError):
        read(folder, ENCODER[:start] + noise + ENCODER[stop:])


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (DETECTOR, ("audio_wav", "mobilenetv3_small_model")),
        (SCORES_DETECTOR, ("x", "scores")),
        (saved_model({"x": (1, 32_000)}, {"a": (1, 8)}), ("x", "a")),
    ],
)
def test_both_styles_of_the_detector_are_taken(
    tmp_path: Path, content: bytes, names: tuple[str, str]
) -> None:
    assert names == check_detector(read(tmp_path, content), tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        ENCODER,
        saved_model({"x": (1, 16_000)}, {"a": (1, 8)}),
        saved_model({"x": (1, 32_000), "y": (1, 32_000)}, {"a": (1, 8)}),
        saved_model({"x": (1, 32_000)}, {"a": (1, 8), "b": (1, 8)}),
        saved_model({"x": (1, 32_000)}, {"scores": (1, 7)}),
        saved_model({"x": (1, 32_000)}, {}),
    ],
)
def test_what_is_no_detector_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelError, match="event detector maps one input"):
        check_detector(read(tmp_path, content), tmp_path)


def test_the_encoder_names_what_it_takes_and_gives(tmp_path: Path) -> None:
    assert ("x", "output_0") == check_encoder(read(tmp_path, ENCODER), tmp_path)
    with pytest.raises(ModelError, match=r"maps \[1, 32000\] to \[any, 8\]"):
        check_encoder(read(tmp_path, DETECTOR), tmp_path)
