"""The files of a stand-in for HeAR's repository: true in form, of no use as a model."""

from __future__ import annotations

from protobuf_bytes import DETECTOR, ENCODER

WEIGHTS = "variables/variables.data-00000-of-00001"
NESTED = "event_detector/event_detector_small"
FILES = {
    "README.md": b"a card",
    "saved_model.pb": ENCODER,
    "variables/variables.index": b"index",
    WEIGHTS: bytes(range(256)) * 2_000,
    f"{NESTED}/saved_model.pb": DETECTOR,
    f"{NESTED}/variables/variables.index": b"small index",
    f"{NESTED}/{WEIGHTS}": b"small weights" * 500,
}
