"""A fake daemon that breaks every promise: holds the lock, keeps sound, lets everybody in.

Arguments: the data directory. Writes `ready` and waits until its standard input ends. Its child
is another indiscreet one, which only holds a socket that everybody on this machine can reach.
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
from pathlib import Path

WAVE_HEADER = b"RIFF\x24\x00\x00\x00WAVEfmt "


def main() -> None:
    folder = Path(sys.argv[1])
    if len(sys.argv) > 2:
        child_socket = socket.socket(socket.AF_UNIX)
        child_socket.bind(f"\0{folder}")
        child_socket.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        return
    _, hard_limit = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard_limit, hard_limit))
    lock = (folder / "coughd.lock").open("w")
    sound = (folder / "gone").open("wb")
    sound.write(WAVE_HEADER + bytes(100))
    sound.flush()
    (folder / "gone").unlink()
    raw = (folder.parent / "raw").open("wb")
    raw.write(bytes(100))
    raw.flush()
    to_the_network = socket.create_server(("0.0.0.0", 0))
    here_only = socket.create_server(("127.0.0.1", 0))
    child = subprocess.Popen(
        [sys.executable, __file__, str(folder), "child"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    ports = [one.getsockname()[1] for one in (to_the_network, here_only)]
    sys.stdout.write(f"{ports[0]} {ports[1]} {child.pid}\n")
    sys.stdout.flush()
    sys.stdin.read()
    child.wait()
    for each in (lock, sound, raw):
        each.close()


if __name__ == "__main__":
    main()
