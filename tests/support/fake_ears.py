"""Fake ears for worker processes: importable there, because they live in a module."""

from __future__ import annotations

import os

from fakes import EchoEmbedder, LoudGate, SoundProbe

from coughd.config.errors import ModelError
from coughd.daemon.judge import Judge
from coughd.daemon.offline.scanning import Ears
from coughd.daemon.stretches import StretchMaker


def fake_ears() -> Ears:
    """An onset wherever it gets loud; loud sounds are coughs."""
    maker = StretchMaker(LoudGate(), 2.0, 1.0, 2.0, {})
    return Ears(maker, Judge(EchoEmbedder(), SoundProbe(), 0.5, keep_embeddings=False))


def no_ears() -> Ears:
    raise ModelError("The weights are gone.")


def dying_ears() -> Ears:
    os._exit(9)


def leaving_ears() -> Ears:
    os._exit(0)
