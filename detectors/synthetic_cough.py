"""A cough from parameters: burst of air, noisy breath through a throat, perhaps a voiced tail.

No recording is involved; the ranges are those seen in spectrograms of real coughs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .acoustics import (
    Resonance,
    Signal,
    at_full_scale,
    envelope,
    glide,
    noise,
    resonate,
    samples_in,
    voice,
    wander,
)
from .ports import Samples

_NEUTRAL_TRACT_HZ = (620.0, 1_350.0, 2_600.0, 3_700.0, 5_200.0)


@dataclass(frozen=True, slots=True)
class Throat:
    """What stays the same from cough to cough of one person."""

    tract: tuple[Resonance, ...]
    pitch_hz: float
    brightness_db_per_octave: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Throat:
        """Draw a person, child to large adult."""
        scale = rng.uniform(0.85, 1.3)
        tract = tuple(
            (centre_hz * scale * rng.uniform(0.9, 1.1), rng.uniform(0.08, 0.25) * centre_hz + 60)
            for centre_hz in _NEUTRAL_TRACT_HZ
        )
        pitch_hz = 140.0 * scale**2.5 * rng.uniform(0.8, 1.5)
        return cls(tract, pitch_hz, rng.uniform(-4.0, 1.0))


def synth_cough(
    rng: np.random.Generator,
    *,
    duration_s: float | None = None,
    voiced_tail_s: float | None = None,
    explosive_only: bool = False,
    throat: Throat | None = None,
) -> Samples:
    """One cough that begins at its first sample, largest sample 1.

    Parameters
    ----------
    duration_s
        Burst and breath, 0.1 to 1 s; drawn from 0.15-0.35 s unless given.
    voiced_tail_s
        Voiced sound after that, on the same breath; 0 for none, drawn unless given.
    explosive_only
        Only the burst, under 0.12 s; the two lengths above are ignored.
    throat
        Who coughs; drawn unless given.
    """
    throat = throat or Throat.draw(rng)
    rise_s, spike_s = rng.uniform(0.002, 0.007), rng.uniform(0.03, 0.06)
    if explosive_only:
        return at_full_scale(_burst(samples_in(spike_s + 0.05), rise_s, spike_s, throat, rng))
    breath_s = rng.uniform(0.15, 0.35) if duration_s is None else duration_s
    drawn_tail_s = rng.uniform(0.05, 0.2) if rng.random() < 0.5 else 0.0
    tail_s = drawn_tail_s if voiced_tail_s is None else voiced_tail_s
    size = samples_in(breath_s + tail_s)
    cough = _burst(size, rise_s, spike_s, throat, rng)
    cough += _breath(size, breath_s, tail_s, throat, rng)
    cough += _phonation(size, breath_s, tail_s, throat, rng)
    # `size` is taken for seconds here, so that these 10 ms hardly fade. The shipped weights were
    # trained on it: the next training may mend it, and not before, or they cannot be made again.
    return at_full_scale(cough * envelope(size, [(breath_s + tail_s - 0.01, 0), (size, -60)]))


def _burst(
    size: int, rise_s: float, spike_s: float, throat: Throat, rng: np.random.Generator
) -> Signal:
    """Broadband: the glottis opens, the vocal tract hardly shapes it yet."""
    open_noise = noise(
        size, rng, low_hz=rng.uniform(80, 300), tilt_db_per_octave=throat.brightness_db_per_octave
    )
    shaped = 0.7 * open_noise + 0.8 * resonate(open_noise, throat.tract)
    points = [(0, -30), (rise_s, 0), (spike_s, rng.uniform(-9, -4)), (spike_s + 0.05, -40)]
    return shaped * envelope(size, [*points, (spike_s + 0.09, -80)])


def _breath(
    size: int, breath_s: float, tail_s: float, throat: Throat, rng: np.random.Generator
) -> Signal:
    """Turbulent air after the burst, coloured by the tract, ending rather abruptly."""
    air = noise(size, rng, low_hz=150, tilt_db_per_octave=throat.brightness_db_per_octave + 3)
    air = 0.6 * air + resonate(air, throat.tract)
    level_db = rng.uniform(-12, -5)
    end_db = level_db - rng.uniform(3, 7)
    points = [(0, -40), (0.02, level_db), (0.75 * breath_s, end_db)]
    if tail_s > 0:
        points += [(breath_s, end_db - 6), (breath_s + tail_s, end_db - 22)]
    else:
        points += [(breath_s, end_db - 18)]
    flutter = 10 ** (wander(size, 0.012, 1.8, rng) / 20)
    return air * envelope(size, points) * flutter


def _phonation(
    size: int, breath_s: float, tail_s: float, throat: Throat, rng: np.random.Generator
) -> Signal:
    """Vocal folds: faint or absent under the breath, clear in the tail."""
    if tail_s > 0:
        level_db = rng.uniform(-16, -11)
        points = [(0.4 * breath_s, -50), (0.85 * breath_s, level_db)]
        points += [(breath_s + 0.5 * tail_s, level_db - 4), (breath_s + tail_s, level_db - 18)]
    elif rng.random() < 0.5:
        level_db = rng.uniform(-22, -12)
        points = [(0, -50), (0.03, level_db), (breath_s, level_db - 12)]
    else:
        return np.zeros(size)
    pitch_hz = throat.pitch_hz * rng.uniform(1, 1.6) * glide(size, [1, 1.15, 1.1, 0.95, 0.75])
    folds = voice(pitch_hz, rng, roughness=rng.uniform(0.01, 0.06))
    return resonate(folds, throat.tract) * envelope(size, points)
