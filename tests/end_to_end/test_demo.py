"""`coughd demo` leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from command_line import PATIENCE_S, command, environment
from patience import until


def started(temporary: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        # Whoever runs the tests may use nohup, which lets a hangup end nothing.
        ["env", "--default-signal=HUP", *command("demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(others={"TMPDIR": str(temporary)}),
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_daemon_and_the_folder(number: signal.Signals, tmp_path: Path) -> None:
    with started(tmp_path) as demo:
        try:
            until(lambda: list(tmp_path.glob("coughd-demo-*/events.sock")))
            (daemon,) = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
            demo.send_signal(number)
            _, complaints = demo.communicate(timeout=PATIENCE_S)
        finally:
            demo.kill()
    assert (demo.returncode, complaints) == (128 + number, "")
    assert not Path(f"/proc/{daemon}").exists()
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_for_its_folder_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *command("demo")],
        capture_output=True,
        text=True,
        check=False,
        env=environment(others={"TMPDIR": str(tmp_path)}),
        timeout=PATIENCE_S,
    )
    (sentence,) = done.stderr.splitlines()
    assert done.returncode == os.EX_IOERR
    assert "TMPDIR" in sentence
    assert list(tmp_path.iterdir()) == []
