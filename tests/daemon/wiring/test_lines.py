"""From the configured sources to lines: who is heard as it happens, and under which names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sound_files import write_bursts

from coughd.config.errors import InputError
from coughd.config.settings import Settings, SourceSettings
from coughd.daemon.identity import FileIdentity, LiveIdentity
from coughd.daemon.sources.file import FileSource
from coughd.daemon.sources.ports import Opened
from coughd.daemon.wiring.lines import heard_now, open_lines


@pytest.fixture
def file(tmp_path: Path) -> SourceSettings:
    path = write_bursts(tmp_path / "a.wav", [1.0], 2.0)
    return SourceSettings(id="bed", name="Bedroom", kind="file", path=path)


def test_a_file_is_heard_as_it_happens_only_in_real_time_and_from_now_on() -> None:
    began = datetime(2026, 11, 20, tzinfo=UTC)
    sources = (
        SourceSettings(id="microphone", kind="microphone"),
        SourceSettings(id="realtime", kind="file", pace="realtime"),
        SourceSettings(id="fast", kind="file", pace="fast"),
        SourceSettings(id="of-then", kind="file", pace="realtime", starts_at=began),
    )
    assert heard_now(Settings(sources=sources)) == {"microphone", "realtime"}


def test_a_file_that_is_heard_once_is_found_again_and_a_loop_is_not(file: SourceSettings) -> None:
    with open_lines([file, replace(file, id="loop", loop=True)]) as (once, loop):
        assert isinstance(once.source, FileSource)
        assert once.identity == FileIdentity(once.source.content_sha256, "bed")
        assert isinstance(loop.identity, LiveIdentity)
        assert (once.source_id, once.name, once.kind) == ("bed", "Bedroom", "file")


def test_a_recordings_own_time_is_that_of_its_first_sample(file: SourceSettings) -> None:
    began = datetime(2026, 11, 20, 22, 0, 0, 250_000, tzinfo=UTC)
    with open_lines([replace(file, starts_at=began)]) as (line,):
        opened, *_ = line.source.poll(0.0)
    assert isinstance(opened, Opened)
    assert opened.starts_at_us == 1_795_212_000_250_000


def test_what_was_opened_is_closed_where_a_later_source_cannot_be_had(
    file: SourceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    close = FileSource.close

    def told_close(source: FileSource) -> None:
        closed.append(source.source_id)
        close(source)

    monkeypatch.setattr(FileSource, "close", told_close)
    gone = replace(file, id="gone", path=Path("gone.wav"))
    with pytest.raises(InputError, match=r"gone\.wav"), open_lines([file, gone]):
        pass
    assert closed == ["bed"]
