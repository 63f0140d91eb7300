"""A real server of the Open Inference Protocol: KServe's, in an environment of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

import pytest

LOCK = Path(__file__).with_name("requirements-kserve.lock")
_PROGRAM = Path(__file__).with_name("inference_server.py")
_INSTALL_S = 300.0
_PATIENCE_S = 300.0


def kserve_python() -> Path:
    """Its Python: that of COUGHD_KSERVE_VENV, or of an environment kept in the user's cache.

    In CI the environment is made (300 MB); elsewhere the test is skipped where it is not there.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    venv = Path(os.environ.get("COUGHD_KSERVE_VENV", cache / f"coughd-tests/kserve-{digest}"))
    python = venv / "bin" / "python"
    if not python.exists():
        if "CI" not in os.environ:
            pytest.skip(f"needs KServe's server: CI=1 installs it into {venv}")
        _install(venv)
    return python


def _install(venv: Path) -> None:
    fresh = venv.with_name(f"{venv.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    python = str(fresh / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(fresh)], check=True, timeout=_INSTALL_S
    )
    options = ["--quiet", "--no-compile", "--require-hashes", "--no-deps", "-r", str(LOCK)]
    subprocess.run([*pip, "install", *options], check=True, timeout=_INSTALL_S)
    fresh.rename(venv)


class RealServer:
    """Runs until it is left; may be killed and started again on the same port."""

    def __init__(self, python: Path, log: Path) -> None:
        self._python = python
        self._log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that its model is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._python, _PROGRAM, str(self.port)], stdout=log, stderr=log
            )
        deadline_s = time.monotonic() + _PATIENCE_S
        while not self._is_ready():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline_s, self._log.read_text()

    def kill(self) -> None:
        """SIGKILL, as a machine that loses its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/v2/models/hear/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
