from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PARENT = """
import os, time
from multiprocessing import get_context
from coughd.config.parent import die_with

def work(parent_pid):
    die_with(parent_pid)
    print("works", flush=True)
    time.sleep(600)

if __name__ == "__main__":
    get_context("spawn").Process(target=work, args=(os.getpid(),)).start()
    time.sleep(600)
"""


@pytest.mark.timeout(60)
def test_a_worker_ends_with_who_asked_for_it(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    # the worker holds the other end of the pipe: it is closed when both have ended
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "works\n"
        os.kill(parent.pid, signal.SIGKILL)
        assert parent.stdout.read() == ""
