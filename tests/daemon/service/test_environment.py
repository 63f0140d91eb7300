from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coughd.config.errors import CoughdError, UsageError
from coughd.daemon.service.environment import build, choose_python

_NAME = f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_a_python_that_the_service_sees_is_kept(tmp_path: Path) -> None:
    running = tmp_path / "python"
    assert running == choose_python(running, hidden=(Path("/home"),))


def test_a_hidden_python_is_replaced_by_the_systems_like_it(tmp_path: Path) -> None:
    systems = tmp_path / "bin" / _NAME
    systems.parent.mkdir()
    systems.touch(mode=0o755)
    hidden = Path("/home/alice/.pyenv/bin/python")
    found = choose_python(hidden, hidden=(Path("/home"),), search=str(systems.parent))
    assert systems == found
    with pytest.raises(UsageError, match=f"apt install {_NAME}"):
        choose_python(hidden, hidden=(Path("/home"),), search=str(tmp_path))


def test_the_copy_runs_by_itself_and_replaces_the_former(tmp_path: Path) -> None:
    target = tmp_path / "coughd"
    target.mkdir()
    (target / "former").touch()
    assert build(target, Path(sys.executable).resolve()) > 10
    assert [target] == list(tmp_path.iterdir())
    assert not (target / "former").exists()
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    version = subprocess.run(
        [target / "bin/coughd", "--version"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout.startswith("coughd ")
    whence = "import coughd.daemon.pipeline as p, numpy as n; print(p.__file__, n.__file__)"
    files = subprocess.run(
        [target / "bin/python", "-P", "-c", whence], capture_output=True, text=True, check=True
    )
    assert all(Path(file).is_relative_to(target) for file in files.stdout.split())


def test_the_services_user_can_run_the_copy_whatever_the_umask(tmp_path: Path) -> None:
    """Hardened machines have one for the person alone, and sudo keeps it."""
    target = tmp_path / "coughd"
    former = os.umask(0o077)
    try:
        build(target, Path(sys.executable).resolve())
    finally:
        os.umask(former)
    for path in (target, *target.rglob("*")):
        wanted = 0o555 if path.is_dir() or path.parent.name == "bin" else 0o444
        assert path.stat().st_mode & wanted == wanted, path


def test_a_failure_leaves_the_former_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "coughd"
    target.mkdir()
    (target / "former").touch()
    with pytest.raises(CoughdError):
        build(target, Path("/bin/false"))
    assert (target / "former").exists()


def test_where_the_new_one_cannot_take_the_place_the_former_one_has_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "coughd"
    target.mkdir()
    (target / "former").touch()
    rename = Path.rename

    def refuse_the_new(self: Path, other: Path) -> Path:
        if self.name.endswith(".new"):
            raise OSError(28, "No space left on device")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(CoughdError, match="nothing else was changed"):
        build(target, Path(sys.executable).resolve())
    assert (target / "former").exists()
