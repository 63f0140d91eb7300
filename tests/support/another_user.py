"""Look at a data directory as another user does. Arguments: the directory. Prints the report.

The program is imported before the rights are given up: its files may be root's alone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from coughd.config.paths import Paths
from coughd.config.places import find_places
from coughd.config.settings import Settings
from coughd.daemon.privacy.document import document
from coughd.daemon.privacy.looking import look

STRANGER = 54_321


def main() -> None:
    data_dir = Path(sys.argv[1])
    folder = data_dir.parent
    settings = Settings()
    paths = Paths(folder / "config.yaml", data_dir, folder / "run", folder / "cache")
    places = find_places(settings, paths)
    look(settings, places, paths.config_file)
    os.setgroups([])
    os.setgid(STRANGER)
    os.setuid(STRANGER)
    sys.stdout.write(json.dumps(document(look(settings, places, paths.config_file))))


if __name__ == "__main__":
    main()
