from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coughd.config.errors import CoughdError, UsageError
from coughd.daemon.service.installing import start, uninstall
from coughd.daemon.service.layout import Layout, find_layout
from coughd.daemon.service.systemctl import Systemctl, run


class FakeSystemctl(Systemctl):
    """Remembers what was asked for."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []

    def do(self, *words: str) -> None:
        self.done.append(words)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    program = tmp_path / "opt/coughd"
    (program / "bin").mkdir(parents=True)
    (program / "bin/coughd").touch()
    link = tmp_path / "bin/coughd"
    link.parent.mkdir()
    link.symlink_to(program / "bin/coughd")
    unit = tmp_path / "coughd.service"
    unit.touch()
    drop_ins = tmp_path / "coughd.service.d"
    drop_ins.mkdir()
    (drop_ins / "gpu.conf").touch()
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "coughd.sqlite3").touch()
    return replace(
        find_layout("system", {}, 0),
        program=program,
        link=link,
        unit=unit,
        sysusers=tmp_path / "sysusers.conf",
        gpu=tmp_path / "coughd.service.d/gpu.conf",
        data_dir=data_dir,
    )


def test_uninstalling_leaves_only_data(layout: Layout, tmp_path: Path) -> None:
    systemctl = FakeSystemctl()
    said: list[str] = []
    uninstall(layout, systemctl, said.append)
    assert [("disable", "--now", "coughd.service"), ("daemon-reload",)] == systemctl.done
    left = {path.name for path in tmp_path.rglob("*") if not path.is_dir()}
    assert {"coughd.sqlite3"} == left
    assert not (tmp_path / "coughd.service.d").exists()
    assert 5 == len(said)
    uninstall(layout, systemctl, said.append)  # a second time
    assert ["There is no such service here"] == said[5:]


def test_a_drop_in_of_ones_own_stays(layout: Layout, tmp_path: Path) -> None:
    own = tmp_path / "coughd.service.d/own.conf"
    own.touch()
    uninstall(layout, FakeSystemctl(), lambda _: None)
    assert [own] == list(own.parent.iterdir())


def test_another_programs_link_stays(layout: Layout) -> None:
    layout.link.unlink()
    layout.link.symlink_to("/bin/true")
    uninstall(layout, FakeSystemctl(), lambda _sentence: None)
    assert layout.link.is_symlink()


def test_a_service_that_takes_its_time_to_start_is_installed_all_the_same() -> None:
    class Patient(FakeSystemctl):
        def do(self, *words: str) -> None:
            super().do(*words)
            run(["sleep", "1000"], patience_s=0.01)

    said: list[str] = []
    assert start(FakeSystemctl(), said.append)
    assert not start(Patient(), said.append)


def test_a_machine_without_systemd_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not started by systemd"):
        Systemctl("system", booted=tmp_path / "missing")


def test_a_tool_that_fails_is_quoted() -> None:
    with pytest.raises(CoughdError, match=r"`ls /nowhere-at-all` failed: .*No such file"):
        run(["ls", "/nowhere-at-all"])
    with pytest.raises(CoughdError, match="does not work here"):
        run(["no-such-tool"])
