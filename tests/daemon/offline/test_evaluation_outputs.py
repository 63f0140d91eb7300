"""What could not be written is refused before anything is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import CoughdError, InputError, UsageError
from coughd.daemon.offline.evaluation_outputs import Outputs, output_of, write


def test_files_that_can_be_written_are_taken_and_not_made(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text("{}", encoding="utf-8")
    new = tmp_path / "new.html"

    Outputs(old, new).check()
    Outputs(Path("-"), None).check()

    assert not new.exists()
    assert old.read_text(encoding="utf-8") == "{}"


def test_what_cannot_be_written_is_refused_with_its_option(tmp_path: Path) -> None:
    for outputs, sentence in (
        (Outputs(None, tmp_path / "gone" / "r.html"), "--html .* there is no folder"),
        (Outputs(tmp_path / "gone" / "r.json", None), "--json .* there is no folder"),
        (Outputs(tmp_path, None), "--json .* it is a folder"),
        (Outputs(tmp_path / ("x" * 300), None), "--json .* too long"),
    ):
        with pytest.raises(InputError, match=sentence):
            outputs.check()


def test_a_page_goes_to_a_file_and_each_report_to_its_own(tmp_path: Path) -> None:
    for outputs in (Outputs(None, Path("-")), Outputs(tmp_path / "r", tmp_path / "r")):
        with pytest.raises(UsageError):
            outputs.check()


def test_a_path_to_a_file_named_like_standard_output_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Outputs(None, output_of("./-")).check()
    write("--html", output_of("./-"), "page")
    assert (tmp_path / "-").read_text(encoding="utf-8") == "page"
    assert (tmp_path / "-").stat().st_mode & 0o777 == 0o600
    assert output_of("-") == Path("-")
    assert output_of("r.json") == Path("r.json")


def test_a_disk_that_is_full_in_the_end_is_a_sentence() -> None:
    with pytest.raises(CoughdError, match="--json '/dev/full' cannot be written"):
        write("--json", Path("/dev/full"), "x")
