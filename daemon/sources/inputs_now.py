"""PortAudio's microphones, listed by a process of its own.

A sound server that hangs, or a driver, hangs whoever asks, and not even Ctrl-C ends that.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict

from ...config.errors import CoughdError, DeviceUnavailableError
from ...config.parent import die_with
from . import portaudio
from .devices import InputDevice

PATIENCE_S = 10.0
"""As long as a microphone may take to open."""
_FAREWELL_S = 1.0


def list_inputs(patience_s: float = PATIENCE_S) -> list[InputDevice]:
    """Every device with an input, as PortAudio sees them now.

    Raises DeviceUnavailableError where PortAudio is missing, fails or does not answer.
    """
    command = [sys.executable, "-P", "-m", __name__, f"--parent-pid={os.getpid()}"]
    try:
        process = subprocess.Popen(  # noqa: S603 - ourselves, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise DeviceUnavailableError(
            f"no process can be started that looks for microphones ({error.strerror})."
        ) from error
    try:
        answer, _ = process.communicate(timeout=patience_s)
    except subprocess.TimeoutExpired as error:
        raise DeviceUnavailableError(
            f"PortAudio has not listed the microphones within {patience_s:g} s, so the sound "
            "server or a driver hangs; restart the sound server, or unplug the microphone."
        ) from error
    finally:
        _end(process)
    return _read(answer, process.returncode)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    if process.stdout is not None:
        process.stdout.close()
    # A kernel may hold it in a frozen driver.
    with suppress(subprocess.TimeoutExpired):
        process.wait(_FAREWELL_S)


def _read(answer: bytes, status: int | None) -> list[InputDevice]:
    if not answer:
        raise DeviceUnavailableError(
            f"PortAudio fails where it lists the microphones (exit status {status}); see that the "
            "sound server runs."
        )
    told = json.loads(answer)
    if "problem" in told:
        raise DeviceUnavailableError(told["problem"])
    return [InputDevice(**device) for device in told["devices"]]


def main(arguments: list[str]) -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="coughd-inputs")
    parser.add_argument("--parent-pid", type=int, required=True)
    die_with(parser.parse_args(arguments).parent_pid)
    answer: dict[str, object]
    try:
        answer = {"devices": [asdict(device) for device in portaudio.list_inputs()]}
    except CoughdError as error:
        answer = {"problem": str(error)}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    return os.EX_OK


if __name__ == "__main__":
    # Without a farewell to PortAudio, which may hang.
    os._exit(main(sys.argv[1:]))
