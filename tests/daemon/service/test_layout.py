from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import UsageError
from coughd.daemon.service.layout import find_layout


def test_a_system_service_is_roots_business() -> None:
    with pytest.raises(UsageError, match="sudo"):
        find_layout("system", {}, 1000)
    with pytest.raises(UsageError, match="without sudo"):
        find_layout("user", {}, 0)


def test_variables_of_another_service_do_not_move_it() -> None:
    elsewhere = {"STATE_DIRECTORY": "/elsewhere", "CONFIGURATION_DIRECTORY": "/elsewhere"}
    layout = find_layout("system", elsewhere, 0)
    assert (Path("/var/lib/coughd"), Path("/etc/coughd/config.yaml")) == (
        layout.data_dir,
        layout.config_file,
    )


def test_a_person_may_have_moved_their_folders() -> None:
    layout = find_layout(
        "user", {"HOME": "/home/a", "XDG_CONFIG_HOME": "/home/a/c", "XDG_DATA_HOME": "/d"}, 1000
    )
    assert Path("/home/a/c/systemd/user/coughd.service") == layout.unit
    assert (Path("/home/a/c/coughd/config.yaml"), Path("/d/coughd")) == (
        layout.config_file,
        layout.data_dir,
    )
    assert Path("/home/a/.local/lib/coughd/bin/coughd") == layout.command
