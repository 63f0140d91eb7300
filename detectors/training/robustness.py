"""How a detector does on the pack's scenes when phones and rooms have been at them.

    python -m coughd.detectors.training.robustness --pack PATH

prints a Markdown table: the same scenes through codecs, from afar, too loud, too soft, levelled
and cleaned as phones do. Needs the extra `coughd[train]`; takes some minutes and writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from scipy import ndimage, signal

from ..ports import SAMPLE_RATE_HZ, Samples
from .counting import pooled
from .scenes.augment import decaying_noise, reverberate, with_direct_sound
from .scenes.codecs import CODECS, through
from .survey import print_survey, survey_parser
from .validate import Detector, judge_pack_scenes

_STEP = SAMPLE_RATE_HZ // 100


def _from_afar(samples: Samples) -> Samples:
    """A hall of 0.6 s, its reverberation 4 dB over the direct sound."""
    tail = decaying_noise(0.6, np.random.default_rng(3))
    tail[:80] = 0.0
    return 0.5 * reverberate(samples, with_direct_sound(tail, -4.0))


def _levelled(samples: Samples) -> Samples:
    """An automatic gain: down within 20 ms, up within a second, by 30 dB at most."""
    whole = samples[: samples.size // _STEP * _STEP].reshape(-1, _STEP)
    levels = np.sqrt(np.mean(whole.astype(np.float64) ** 2, axis=1) + 1e-10)
    followed = levels.copy()
    for index in range(1, levels.size):
        rise = levels[index] - followed[index - 1]
        followed[index] = followed[index - 1] + (0.5 if rise > 0.0 else 0.01) * rise
    gain = np.minimum(0.1 / followed, 10.0**1.5)
    at = (np.arange(levels.size) + 0.5) * _STEP
    followed_gain = np.interp(np.arange(samples.size), at, gain)
    return np.asarray(np.clip(samples * followed_gain, -1.0, 1.0), dtype=np.float32)


def _cleaned(samples: Samples) -> Samples:
    """A noise suppressor: what is hardly over the softest of the last 1.5 s is taken away."""
    shape = {"fs": SAMPLE_RATE_HZ, "nperseg": 512, "noverlap": 384}
    _, _, spectrum = signal.stft(samples, **shape)
    level = np.abs(spectrum)
    smooth = signal.lfilter([0.2], [1.0, -0.8], level, axis=1)
    reach = int(1.5 * SAMPLE_RATE_HZ / 128)
    floor = 1.8 * ndimage.minimum_filter1d(smooth, reach, axis=1)
    gain = np.maximum(1.0 - floor / np.maximum(level, 1e-9), 0.08)
    gain = signal.lfilter([0.5], [1.0, -0.5], gain, axis=1)
    _, cleaned = signal.istft(spectrum * gain, **shape)
    whole = np.zeros(samples.size, dtype=np.float32)
    whole[: cleaned.size] = cleaned[: samples.size]
    return whole


def _filtered(kind: str, cut_hz: float, samples: Samples) -> Samples:
    sections = signal.butter(4, cut_hz, btype=kind, fs=SAMPLE_RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(sections, samples), dtype=np.float32)


def _at_gain(gain: float, samples: Samples) -> Samples:
    """With the 16 bits of a sound card."""
    return np.asarray(np.round(np.clip(samples * gain, -1, 1) * 32_767) / 32_768, dtype=np.float32)


TREATMENTS: dict[str, Callable[[Samples], Samples]] = {
    "as they are": lambda samples: samples,
    **{
        f"{codec.name} at {codec.sample_rate_hz // 1000} kHz": partial(through, codec)
        for codec in CODECS
    },
    "from afar": _from_afar,
    "automatic gain": _levelled,
    "noise suppressor": _cleaned,
    "below 2.5 kHz only": partial(_filtered, "low", 2_500.0),
    "above 300 Hz only": partial(_filtered, "high", 300.0),
    "20 dB too loud, clipped": partial(_at_gain, 10.0),
    "40 dB softer": partial(_at_gain, 0.01),
}


def treated_row(pack: Path, models: Path, name: str) -> str:
    """One row of the table; InputError, ModelError."""
    detector = Detector.load(models)
    judged = judge_pack_scenes(detector, pack, TREATMENTS[name])
    tally = pooled([one.tally(detector.probe.threshold) for one in judged])
    scores = (tally.f1, tally.sensitivity, tally.precision)
    return f"| {name} | {' | '.join(f'{s:.3f}' for s in scores)} | {tally.false_alarms} |"


def table_of(rows: Iterable[str]) -> str:
    """Rows under their heading."""
    heading = [
        "| pack scenes | F1 | sensitivity | PPV | false alarms |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*heading, *rows])


def main() -> int:
    """Print the table."""
    return print_survey(
        survey_parser("robustness"),
        lambda given: [
            table_of(treated_row(given.pack, given.models, name) for name in TREATMENTS)
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
