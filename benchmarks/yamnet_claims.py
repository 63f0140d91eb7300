"""What YAMNet takes for coughs, as a table for `coughd evaluate --compare`.

    pip install ai-edge-litert soundfile soxr numpy
    python benchmarks/yamnet_claims.py --model yamnet.tflite RECORDING... > yamnet.csv
    coughd evaluate RECORDING... --compare yamnet.csv

YAMNet is Google's tagger of everyday sounds; its LiteRT file is not part of coughd. It tells that
there is a cough in about a second, and not when, nor how many. So it is asked every 50 ms, and each
moment at which it is surer than a quarter of a second before and after is one claim. Which
threshold suits it best, the report says.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

_RATE_HZ = 16_000
_WINDOW_SAMPLES = 15_600
_HOP_SAMPLES = 800
_COUGH = 42
"""Its place among the 521 classes."""
_APART = 5
"""Hops; a claim is surer than all that are nearer."""
_HALF_S = 0.15
_LEAST = 0.001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="yamnet.tflite")
    parser.add_argument("recordings", type=Path, nargs="+", metavar="RECORDING")
    asked = parser.parse_args()
    yamnet = _Yamnet(asked.model)
    rows = csv.writer(sys.stdout)
    rows.writerow(("file", "onset_s", "offset_s", "probability"))
    for recording in asked.recordings:
        rows.writerow((recording, "", "", ""))  # it was listened to, whatever is found
        for at_s, probability in peaks(yamnet.scores(_samples(recording))):
            onset_s, offset_s = max(0.0, at_s - _HALF_S), at_s + _HALF_S
            rows.writerow((recording, f"{onset_s:.3f}", f"{offset_s:.3f}", f"{probability:.4f}"))


def peaks(scores: NDArray[np.float32]) -> Iterator[tuple[float, float]]:
    """The middle of each window that scores more than its neighbours, in seconds, and its score."""
    for hop, score in enumerate(scores):
        first = max(0, hop - _APART)
        before, after = scores[first:hop], scores[hop + 1 : hop + 1 + _APART]
        if score >= _LEAST and np.all(before < score) and np.all(after <= score):
            yield (hop * _HOP_SAMPLES + _WINDOW_SAMPLES / 2) / _RATE_HZ, float(score)


class _Yamnet:
    def __init__(self, model: Path) -> None:
        try:
            runtime: Any = importlib.import_module("ai_edge_litert.interpreter")
        except ModuleNotFoundError:
            sys.exit("YAMNet needs its runtime: pip install ai-edge-litert")
        self._network = runtime.Interpreter(model_path=str(model), num_threads=1)
        self._network.allocate_tensors()
        (self._input,) = self._network.get_input_details()
        self._output = self._network.get_output_details()[0]["index"]

    def scores(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """P(cough) of the window that begins at each hop."""
        starts = range(0, samples.size - _WINDOW_SAMPLES + 1, _HOP_SAMPLES)
        return np.array([self._score(samples[s : s + _WINDOW_SAMPLES]) for s in starts], np.float32)

    def _score(self, window: NDArray[np.float32]) -> float:
        self._network.set_tensor(self._input["index"], window.reshape(self._input["shape"]))
        self._network.invoke()
        return float(self._network.get_tensor(self._output).ravel()[_COUGH])


def _samples(recording: Path) -> NDArray[np.float32]:
    samples, rate_hz = soundfile.read(recording, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate_hz, _RATE_HZ), np.float32)


if __name__ == "__main__":
    main()
