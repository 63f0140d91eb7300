"""What can be said of the units without starting them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from coughd.config.errors import AlreadyRunningError, ConfigError, StorageError, UsageError
from coughd.config.settings_detection import EmbedderSettings
from coughd.daemon.service.layout import find_layout

_UNITS = files("coughd.systemd")
_BREAKING = ("MemoryDenyWriteExecute", "ProcSubset", "PrivateUsers", "PrivateDevices")
"""The sound callback, the processor's features, the group audio, the microphone."""


def text(name: str) -> str:
    return _UNITS.joinpath(name).read_text(encoding="utf-8")


def values(unit: str, key: str) -> list[str]:
    return re.findall(rf"(?m)^{key}=(.*)$", unit)


def with_command(name: str, folder: Path) -> Path:
    """The unit with a program that is there on this machine too."""
    unit = folder / Path(name).name
    unit.write_text(re.sub(r"(?<==)\S+/bin/coughd", "/bin/true", text(name)), encoding="utf-8")
    return unit


def analyze(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    return subprocess.run(
        ["systemd-analyze", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )


@pytest.mark.parametrize(
    ("name", "scope"), [("coughd.service", "system"), ("user/coughd.service", "user")]
)
def test_systemd_finds_no_fault(name: str, scope: str, tmp_path: Path) -> None:
    unit = with_command(name, tmp_path)
    done = analyze(tmp_path, "verify", f"--{scope}", "--recursive-errors=yes", unit)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("gpu", [False, True])
def test_the_system_service_is_exposed_little(gpu: bool, tmp_path: Path) -> None:
    unit = with_command("coughd.service", tmp_path)
    if gpu:
        drop_in = tmp_path / "coughd.service.d" / "gpu.conf"
        drop_in.parent.mkdir()
        drop_in.write_text(text("coughd-gpu.conf"), encoding="utf-8")
    fault = analyze(tmp_path, "verify", "--recursive-errors=yes", unit)
    assert (0, "") == (fault.returncode, fault.stderr)
    done = analyze(tmp_path, "security", "--offline=true", "--threshold=16", unit)
    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize("name", ["coughd.service", "user/coughd.service"])
def test_a_restart_follows_every_fault_that_it_can_mend(name: str) -> None:
    unit = text(name)
    unmendable = {str(error.exit_code) for error in (ConfigError, UsageError)}
    assert [unmendable] == [set(kept.split()) for kept in values(unit, "RestartPreventExitStatus")]
    assert not unmendable & {str(AlreadyRunningError.exit_code), str(StorageError.exit_code)}
    assert (["on-failure"], ["0"]) == (
        values(unit, "Restart"),
        values(unit, "StartLimitIntervalSec"),
    )


@pytest.mark.parametrize("name", ["coughd.service", "user/coughd.service"])
def test_a_start_may_take_as_long_as_what_it_waits_for(name: str) -> None:
    """A store of gigabytes that was moved is read from end to end; a detector is loaded."""
    (patience_s,) = values(text(name), "TimeoutStartSec")
    assert int(patience_s) >= max(3600, EmbedderSettings().start_timeout_s)


@pytest.mark.parametrize("name", ["coughd.service", "user/coughd.service"])
def test_nothing_in_it_is_known_to_break_it(name: str) -> None:
    unit = text(name)
    assert [] == [key for key in _BREAKING if values(unit, key)]
    allowed = values(unit, "SystemCallFilter")
    assert allowed.index("~@privileged @resources") < len(allowed) - 1
    assert "sched_setscheduler" in allowed[-1]


def test_the_units_start_what_is_installed() -> None:
    system = find_layout("system", {}, 0)
    (start,) = values(text("coughd.service"), "ExecStart")
    assert f"{system.command} run" == start
    user = find_layout("user", {"HOME": str(Path.home())}, 1000)
    (start,) = values(text("user/coughd.service"), "ExecStart")
    assert f"{user.command} run" == start.replace("%h", str(Path.home()))


def test_every_group_that_a_unit_names_is_made_where_it_is_missing() -> None:
    made = re.findall(r"(?m)^[ug] (\S+)", text("coughd.sysusers.conf"))
    units = text("coughd.service") + text("coughd-gpu.conf")
    named = " ".join(values(units, "SupplementaryGroups") + values(units, "Group")).split()
    assert sorted(made) == sorted(named)
