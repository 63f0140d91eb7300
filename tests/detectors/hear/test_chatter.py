from __future__ import annotations

import logging

import pytest

from coughd.detectors.hear.chatter import MAX_LINE_BYTES, Chatter

SAID = b"I0000 port.cc: oneDNN is on\ncoughd: HeAR runs on the CPU.\n\nfatal: out of memory\n"


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_our_lines_are_warnings_however_they_are_cut(
    step: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chatter = Chatter()
    for start in range(0, len(SAID), step):
        chatter.feed(SAID[start : start + step])
    assert [
        (logging.DEBUG, "I0000 port.cc: oneDNN is on"),
        (logging.WARNING, "HeAR runs on the CPU."),
        (logging.DEBUG, "fatal: out of memory"),
    ] == [(record.levelno, record.getMessage()) for record in caplog.records]
    assert "fatal: out of memory" == chatter.last_line


def test_an_endless_line_is_cut() -> None:
    chatter = Chatter()
    for _ in range(100):
        chatter.feed(b"x" * 1000)
    chatter.feed(b"\xff\n")
    assert MAX_LINE_BYTES == len(chatter.last_line)


def test_everyday_lines_are_nobodys_last_words() -> None:
    chatter = Chatter()
    chatter.feed(b"F0000 check.cc: Check failed\nE0000 cuda.cc: no GPU\nI0000 port.cc: oneDNN\n")
    assert "F0000 check.cc: Check failed" == chatter.last_line
