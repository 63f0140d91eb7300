"""Names with any bytes can be printed, and stay apart."""

from __future__ import annotations

from coughd.config.as_text import as_text
from coughd.detectors.evaluation.annotations.printable import printable_names


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    assert as_text(b"caf\xe9.wav".decode("utf-8", "surrogateescape")) == "caf\ufffd.wav"
    assert as_text("café.wav") == "café.wav"


def test_names_that_look_alike_are_numbered() -> None:
    names = [name.decode("utf-8", "surrogateescape") for name in (b"\xe8", b"a", b"\xe9")]

    assert printable_names(names) == ["\ufffd", "a", "\ufffd (2)"]
    assert printable_names([names[0], names[2], "\ufffd (2)"]) == [
        "\ufffd",
        "\ufffd (3)",
        "\ufffd (2)",
    ]
