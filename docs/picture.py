"""Draw the README's picture: what `coughd demo` prints on a terminal, as SVG.

`python docs/picture.py docs/demo.svg` runs the demo for real and takes as long as it does.
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 110


def terminal_output(command: list[str]) -> str:
    """Run a command on a terminal of its own and give what it printed there."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environ)  # noqa: S603 - ours
    os.close(theirs)
    printed = b""
    try:
        while part := os.read(ours, 65_536):
            printed += part
    except OSError:
        # How Linux says that the other end of a terminal is closed.
        pass
    os.close(ours)
    if process.wait() != 0:
        sys.exit(f"{command} ended with exit code {process.returncode}")
    return printed.decode().replace("\r\n", "\n")


def main() -> None:
    """Write the picture to the file named on the command line."""
    text = terminal_output([sys.executable, "-m", "coughd.daemon", "demo"])
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print("$ coughd demo", style="bold")
    console.print(Text.from_ansi(text))
    picture = console.export_svg(title="coughd demo")
    # The reader's own font will do: a picture must not fetch one from elsewhere.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    Path(sys.argv[1]).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
