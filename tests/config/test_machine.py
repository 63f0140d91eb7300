from __future__ import annotations

import re
from pathlib import Path

import pytest

from coughd.config.machine import find_timezone, host_name, is_timezone


def _localtime(tmp_path: Path, zone: str) -> Path:
    target = tmp_path / "zoneinfo" / zone
    target.parent.mkdir(parents=True)
    target.touch()
    link = tmp_path / "localtime"
    link.symlink_to(target)
    return link


def test_the_variable_wins_over_the_link_over_the_file(tmp_path: Path) -> None:
    link = _localtime(tmp_path, "Asia/Kathmandu")
    file = tmp_path / "timezone"
    file.write_text("Europe/Zurich\n")
    nothing = tmp_path / "nothing"

    assert find_timezone(":Australia/Lord_Howe", link, file) == "Australia/Lord_Howe"
    assert find_timezone("", link, file) == "Asia/Kathmandu"
    assert find_timezone("CET-1CEST,M3.5.0", nothing, file) == "Europe/Zurich"
    assert find_timezone("", nothing, nothing) == "UTC"


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Zurch", "../x", "/etc/passwd", "a\0b"])
def test_what_is_no_time_zone(name: str) -> None:
    assert not is_timezone(name)


def test_the_host_name_fits_into_a_topic() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", host_name())
