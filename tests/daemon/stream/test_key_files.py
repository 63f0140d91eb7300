"""Keys as files: private, named once, changed by one command at a time, refused where damaged."""

from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zmq

from coughd.config.errors import InputError, UsageError
from coughd.daemon.stream.client_key import is_key, read_client_key
from coughd.daemon.stream.key_ring import KeyRing, client_file, write_secret

NOW = "2026-11-21T12:00:00+00:00"


def test_keys_are_private_files_and_a_name_is_taken_once(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.add("alice", NOW)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in ring.folder.iterdir()}
    assert modes == {"server.json": 0o600, "clients.json": 0o600}
    assert stat.S_IMODE(ring.folder.stat().st_mode) == 0o700
    with pytest.raises(UsageError, match="there is a key alice"):
        ring.add("alice", NOW)
    for odd in ("", "a/b", "a b", "x" * 65):
        with pytest.raises(UsageError, match="a name has"):
            ring.add(odd, NOW)
    with pytest.raises(UsageError, match="no key bob"):
        ring.revoke("bob")


def test_keys_that_are_changed_at_once_are_all_changed(tmp_path: Path) -> None:
    """Whoever is revoked while others get keys stays revoked."""
    names = [f"ward-{number}" for number in range(8)]
    for name in names:
        KeyRing(tmp_path).add(f"old-{name}", NOW)
    begin = threading.Barrier(2 * len(names))

    def change(name: str) -> None:
        begin.wait()
        if name.startswith("old-"):
            KeyRing(tmp_path).revoke(name)
        else:
            KeyRing(tmp_path).add(name, NOW)

    with ThreadPoolExecutor(2 * len(names)) as pool:
        list(pool.map(change, [*names, *(f"old-{name}" for name in names)]))
    assert sorted(client.name for client in KeyRing(tmp_path).clients()) == names


def test_a_name_that_nobody_has_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no key alice"):
        KeyRing(tmp_path / "data").revoke("alice")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "alice.key"
    write_secret(file, client_file("alice", KeyRing(tmp_path).add("alice", NOW)))
    file.chmod(0o640)
    with pytest.raises(InputError, match="others may read this key"):
        read_client_key(file)
    server = tmp_path / "keys" / "server.json"
    server.chmod(0o604)
    with pytest.raises(InputError, match="others may read this key"):
        KeyRing(tmp_path).server_key()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": "coughd.key/1"}', "x" * 5000])
def test_a_file_that_is_no_key_is_said(tmp_path: Path, content: str) -> None:
    file = tmp_path / "odd.key"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(InputError, match=r"is not a key file|is damaged"):
        read_client_key(file)


def test_odd_characters_are_no_key() -> None:
    good = zmq.curve_keypair()[0].decode()
    assert is_key(good)
    for odd in ("é" * 40, "~" * 40, "#" * 40, good[:39], good + "a"):
        assert not is_key(odd)
