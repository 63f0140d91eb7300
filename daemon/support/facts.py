"""What a bundle knows of the machine, the program and its models."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ...config.errors import CoughdError
from ...config.settings import Settings
from ...detectors.processor import processor_name
from ...detectors.runtime import MODEL_FILES, SHIPPED_MODELS, sha256_of
from ..service.layout import UNIT, Scope
from ..service.systemctl import Systemctl

LOG_LINES = 2000
_LOG_PATIENCE_S = 20.0
_UNIT_FACTS = (
    "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "NRestarts",
    "ExecMainStatus", "MemoryCurrent", "TasksCurrent", "FragmentPath", "DropInPaths",
)  # fmt: skip


def versions() -> dict[str, Any]:
    """Versions of Python and of every package beside us."""
    packages = {each.name: each.version for each in distributions()}
    return {
        "coughd": packages.get("coughd"),
        "python": platform.python_version(),
        "packages": dict(sorted(packages.items())),
    }


def system(*, of_user: bool) -> dict[str, Any]:
    """The machine: kernel, distribution, processor, memory, load, and the service.

    With `of_user` also the user's own service.
    """
    load = os.getloadavg()
    own = {"own_service": _service("user")} if of_user else {}
    return {
        "kernel": platform.release(),
        "machine": platform.machine(),
        "distribution": _release(),
        "processors": os.cpu_count(),
        "processor": processor_name(),
        "memory": _memory("MemTotal"),
        "memory_available": _memory("MemAvailable"),
        "load": [round(each, 2) for each in load],
        "service": _service("system"),
        **own,
    }


def models(settings: Settings) -> dict[str, Any]:
    """Hashes of the models that hear, and of a probe of one's own."""
    folder = settings.models.path or SHIPPED_MODELS
    files = [folder / name for name in MODEL_FILES]
    if settings.probe.path is not None:
        files.append(settings.probe.path)
    return {str(path): _hash(path) for path in files}


def journal(*, of_user: bool) -> Iterator[str]:
    """The service's last lines, oldest first; none where there is no journal."""
    scope = ["--user"] if of_user else []
    command = ["journalctl", *scope, "--unit", UNIT, "--lines", str(LOG_LINES)]
    command += ["--output", "short-iso", "--no-pager", "--quiet", "--no-hostname"]
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - no shell, and no words from outside
            command, capture_output=True, text=True, check=False, timeout=_LOG_PATIENCE_S
        )
        yield from done.stdout.splitlines()


def _hash(path: Path) -> str:
    try:
        return sha256_of(path.read_bytes())
    except OSError as exc:
        return f"cannot be read: {exc.strerror}"


def _release() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _memory(key: str) -> str:
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return ""


def _service(scope: Scope) -> dict[str, str] | str:
    try:
        return Systemctl(scope).show(UNIT, *_UNIT_FACTS)
    except CoughdError as exc:
        return str(exc)
