"""What `coughd service` tells its user to type next, where no systemd is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coughd.daemon.commands import service as module


def told(
    monkeypatch: pytest.MonkeyPatch, home: Path, uid: int, *words: str, found: bool = True
) -> str:
    """What is said at the end, with `coughd` in PATH or not; nothing is installed."""
    tools = home / "tools"
    tools.mkdir(parents=True)
    if found:
        (tools / "coughd").touch(mode=0o755)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(tools))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: uid)
    monkeypatch.setattr(module, "Systemctl", lambda _scope: None)
    monkeypatch.setattr(module, "install_at", lambda *_: True)
    monkeypatch.setattr(module, "uninstall_at", lambda *_: None)
    monkeypatch.setattr(module, "_is_there", lambda _path: True)
    return CliRunner().invoke(module.service, words).stdout


@pytest.mark.parametrize(("found", "called"), [(True, "coughd"), (False, "HOME/.local/bin/coughd")])
def test_the_command_can_be_typed_as_it_is_told(
    found: bool, called: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Few shells look into ~/.local/bin before the next login."""
    said = told(monkeypatch, tmp_path / "ann", 1000, "install", "--user", found=found)
    called = called.replace("HOME", str(tmp_path / "ann"))
    assert f"  what it heard    {called} history\n" in said
    assert "  how it is        systemctl --user status coughd\n" in said


def test_root_is_told_the_same_behind_sudo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = told(monkeypatch, tmp_path / "root", 0, "install", found=False)
    assert "  what it heard    sudo /usr/local/bin/coughd history\n" in said


@pytest.mark.parametrize(
    ("uid", "words", "begin"),
    [(0, ["uninstall"], "sudo rm -r /var"), (1000, ["uninstall", "--user"], "rm -r /")],
)
def test_what_stays_is_removed_by_its_owner(
    uid: int, words: list[str], begin: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = told(monkeypatch, tmp_path / "ann", uid, *words)
    assert f"To remove them: {begin}" in said
