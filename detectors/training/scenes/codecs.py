"""What a call, a voice message or a sparing recorder leaves of a sound."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import soundfile
from scipy import signal

from ...ports import SAMPLE_RATE_HZ, Samples


@dataclass(frozen=True, slots=True)
class Codec:
    """One that libsndfile writes and reads without moving the sound in time."""

    container: str
    name: str
    sample_rate_hz: int = SAMPLE_RATE_HZ
    compression: float | None = None
    """Level of libsndfile, 0..1; at 1 some refuse."""


CODECS = (
    Codec("OGG", "OPUS", compression=0.99),  # 9 kbit/s
    Codec("OGG", "OPUS", 8_000, compression=0.99),
    Codec("OGG", "VORBIS", compression=0.99),
    Codec("MP3", "MPEG_LAYER_III", compression=0.99),
    Codec("WAV", "GSM610", 8_000),
    Codec("WAV", "ULAW", 8_000),
    Codec("WAV", "IMA_ADPCM"),
)


def through(codec: Codec, samples: Samples) -> Samples:
    """Encode and decode mono samples at 16 kHz; as many come back, in -1..1."""
    steps = SAMPLE_RATE_HZ // codec.sample_rate_hz
    sent = signal.resample_poly(samples, 1, steps) if steps > 1 else samples
    stored = BytesIO()
    with soundfile.SoundFile(
        stored,
        "w",
        codec.sample_rate_hz,
        1,
        codec.name,
        format=codec.container,
        compression_level=codec.compression,
    ) as file:
        for first in range(0, sent.size, SAMPLE_RATE_HZ):  # libvorbis dies of too much at once
            file.write(np.clip(sent[first : first + SAMPLE_RATE_HZ], -1.0, 1.0))
    stored.seek(0)
    heard, rate_hz = soundfile.read(stored, dtype="float32")
    if rate_hz != SAMPLE_RATE_HZ:
        heard = signal.resample_poly(heard, SAMPLE_RATE_HZ, rate_hz)
    whole = np.zeros(samples.size, dtype=np.float32)
    whole[: heard.size] = heard[: samples.size]
    return np.clip(whole, -1.0, 1.0)
