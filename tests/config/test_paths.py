from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coughd.config.errors import ConfigError
from coughd.config.paths import Paths, find_paths

_NO_SUCH_UID = 4_000_000_000


def test_root_has_the_systems_folders() -> None:
    assert find_paths({"HOME": "/root"}, uid=0) == Paths(
        config_file=Path("/etc/coughd/config.yaml"),
        data_dir=Path("/var/lib/coughd"),
        runtime_dir=Path("/run/coughd"),
        cache_dir=Path("/var/cache/coughd"),
    )


def test_a_person_has_the_xdg_folders() -> None:
    environ = {"HOME": "/home/ada", "XDG_RUNTIME_DIR": "/run/user/1000", "XDG_DATA_HOME": "/d"}

    assert find_paths(environ, uid=1000) == Paths(
        config_file=Path("/home/ada/.config/coughd/config.yaml"),
        data_dir=Path("/d/coughd"),
        runtime_dir=Path("/run/user/1000/coughd"),
        cache_dir=Path("/home/ada/.cache/coughd"),
    )


def test_relative_xdg_folders_are_ignored() -> None:
    paths = find_paths({"HOME": "/home/ada", "XDG_DATA_HOME": "data"}, uid=1000)

    assert paths.data_dir == Path("/home/ada/.local/share/coughd")


def test_without_a_runtime_folder_each_user_has_one_of_their_own() -> None:
    runtime_dirs = {find_paths({"HOME": "/h"}, uid=uid).runtime_dir for uid in (1000, 1001)}

    assert runtime_dirs == {Path("/tmp/coughd-1000"), Path("/tmp/coughd-1001")}


def test_systemd_s_folders_win() -> None:
    environ = {
        "STATE_DIRECTORY": "/var/lib/coughd:/var/lib/other",
        "RUNTIME_DIRECTORY": "/run/coughd",
        "CONFIGURATION_DIRECTORY": "/etc/coughd",
        "CACHE_DIRECTORY": "/var/cache/coughd",
        "HOME": "/nonexistent",
    }

    assert find_paths(environ, uid=998) == replace(find_paths({}, uid=0), is_service=True)


def test_nobody_s_home_is_missed() -> None:
    with pytest.raises(ConfigError, match="set HOME"):
        find_paths({}, uid=_NO_SUCH_UID)
