"""What is in the folders is in the package; `make test-wheel` runs these against the wheel."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_CODE = ("config", "daemon", "detectors", "storage")
_FOLDERS = (*_CODE, "systemd")
_NOT_INSTALLED = _ROOT / "detectors" / "training" / "twin"
"""9 MB for those who train or measure; who listens has no use for them."""
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_PACKAGES: list[str] = _PROJECT["tool"]["setuptools"]["packages"]
_DATA: dict[str, list[str]] = _PROJECT["tool"]["setuptools"]["package-data"]


@pytest.fixture
def folders() -> list[Path]:
    if not all((_ROOT / name).is_dir() for name in _FOLDERS):
        pytest.skip("the source folders are out of the way: the wheel itself is tested")
    return [_ROOT / name for name in _FOLDERS]


def test_every_package_folder_is_listed(folders: list[Path]) -> None:
    found = {
        ".".join(("coughd", *init.parent.relative_to(_ROOT).parts))
        for folder in folders
        for init in folder.rglob("__init__.py")
    }
    assert found == set(_PACKAGES)


def test_no_module_lies_outside_a_package(folders: list[Path]) -> None:
    parents = {module.parent for folder in folders for module in folder.rglob("*.py")}
    assert [parent for parent in parents if not (parent / "__init__.py").is_file()] == []


def test_every_data_file_is_listed(folders: list[Path]) -> None:
    listed = {
        path
        for package in _PACKAGES
        for pattern in (*_DATA.get(package, ()), *_DATA["*"])
        for path in _ROOT.joinpath(*package.split(".")[1:]).glob(pattern)
    }
    found = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.parent != _NOT_INSTALLED
    }
    assert {path for path in found - listed if path.suffix not in {".py", ".pyc"}} == set()
    assert [path for path in listed if path.parent == _NOT_INSTALLED] == []


@pytest.mark.parametrize("package", _PACKAGES)
def test_every_listed_package_is_installed(package: str) -> None:
    assert importlib.util.find_spec(package) is not None


@pytest.mark.parametrize(
    ("package", "path"),
    [
        *((f"coughd.{folder}", "py.typed") for folder in _CODE),
        ("coughd.config", "default.yaml"),
        ("coughd.detectors", "models/gate.onnx"),
        ("coughd.detectors", "models/gate.md"),
        ("coughd.detectors", "models/embedder.onnx"),
        ("coughd.detectors", "models/embedder.md"),
        ("coughd.detectors", "models/probe-open.json"),
        ("coughd.detectors", "models/probe-open.md"),
        ("coughd.detectors", "models/heard.txt"),
        ("coughd.storage", "event.schema.json"),
        ("coughd.storage", "stream.schema.json"),
        ("coughd.systemd", "coughd.service"),
        ("coughd.systemd", "coughd.sysusers.conf"),
        ("coughd.systemd", "coughd-gpu.conf"),
        ("coughd.systemd", "user/coughd.service"),
    ],
)
def test_data_is_installed(package: str, path: str) -> None:
    assert files(package).joinpath(path).is_file()


def test_the_command_is_installed() -> None:
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="coughd")
    assert script.value == "coughd.daemon.__main__:main"


def test_the_command_lets_numpy_start_no_threads() -> None:
    program = """
import coughd.daemon.__main__
import numpy
from pathlib import Path
print(len(list(Path("/proc/self/task").iterdir())))
"""
    environ = {"PATH": os.environ["PATH"]}
    printed = subprocess.check_output([sys.executable, "-c", program], env=environ, text=True)
    assert printed == "1\n"


@pytest.mark.parametrize("extra", ["", "-dev", "-hear"])
def test_every_dependency_is_pinned_with_its_hashes(extra: str) -> None:
    text = (_ROOT / f"requirements{extra}.lock").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line and line[0] not in "# "]
    assert pins
    assert [pin for pin in pins if "==" not in pin or not pin.endswith("\\")] == []
