"""Embedders for the tests of probes."""

from __future__ import annotations

from coughd.detectors.ports import EmbedderIdentity

HEAR = EmbedderIdentity("hear@1a2b3c4", "hear", "aa" * 32, "fake 1", "CPU", "float32", "buckets 1")
