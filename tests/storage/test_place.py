"""Where a store lies and how it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.storage.place import no_store, store_name, store_url

pytestmark = pytest.mark.sqlite


def test_a_path_and_its_url_are_the_same_store(tmp_path: Path) -> None:
    path = tmp_path / "coughd.db"
    assert store_url(path) == store_url(f"sqlite:///{path}")
    assert store_name(store_url(path)) == str(path)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in store_name(store_url("postgresql://anna:secret@db/coughd"))


@pytest.mark.parametrize("url", ["://", "sqlite://", "what://is this://"])
def test_an_odd_url_says_what_to_write(url: str) -> None:
    with pytest.raises(StorageError, match=r"store\.url"):
        store_url(url)


@pytest.mark.parametrize(
    ("uid", "folder", "hinted"),
    [(1000, "mine", True), (0, "mine", False), (1000, "machine", False)],
)
def test_who_is_not_root_is_led_to_the_store_of_the_machine(
    uid: int, folder: str, hinted: bool, tmp_path: Path
) -> None:
    path, machine = tmp_path / folder / "coughd.sqlite3", tmp_path / "machine"
    assert "sudo" not in str(no_store(path, uid, machine))
    machine.mkdir()
    assert hinted == str(no_store(path, uid, machine)).endswith("root's: try again with sudo")
