"""Fetching with the hub's real client from a stand-in for the hub, within this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from model_files import FILES, NESTED, WEIGHTS
from stand_in_hub import TOKEN, StandInHub

from coughd.config.errors import (
    AlreadyRunningError,
    CoughdError,
    InputError,
    ModelError,
    StorageFullError,
)
from coughd.daemon.models.catalog import CATALOG
from coughd.daemon.models.hub import AccessError, Hub, HubError
from coughd.daemon.models.pull import pull_from_folder, pull_from_hub
from coughd.daemon.models.shelf import Pulled, Shelf

HEAR = CATALOG["hear"]
SMALL = CATALOG["hear-detector-small"]
NOW = "2026-11-21T12:00:00Z"


def silent(_have: int, _total: int) -> None:
    """Nobody watches the progress."""


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


@pytest.fixture
def hub() -> Iterator[StandInHub]:
    with StandInHub(HEAR.repository, HEAR.revision, dict(FILES)) as hub:
        yield hub


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "data")


def pull(hub: StandInHub, shelf: Shelf) -> Pulled:
    return pull_from_hub(HEAR, Hub(hub.endpoint), shelf, NOW, silent)


def refused(hub: StandInHub, shelf: Shelf) -> CoughdError:
    """What a pull says that cannot be done; nothing of it is in place."""
    with pytest.raises(CoughdError) as caught:
        pull(hub, shelf)
    assert shelf.find("hear") is None
    return caught.value


def test_progress_ends_with_everything(hub: StandInHub, shelf: Shelf) -> None:
    seen: list[tuple[int, int]] = []
    pull_from_hub(
        HEAR, Hub(hub.endpoint), shelf, NOW, lambda have, total: seen.append((have, total))
    )
    total = sum(
        len(FILES[name]) for name in ("saved_model.pb", "variables/variables.index", WEIGHTS)
    )
    assert (total, total) == seen[-1]
    assert sorted(seen) == seen


def test_a_pull_that_broke_off_goes_on_where_it_ended(hub: StandInHub, shelf: Shelf) -> None:
    # The client writes in pieces of 10 MiB.
    content = bytes(range(256)) * 100_000
    hub.files = {**FILES, WEIGHTS: content}
    hub.cut_after[WEIGHTS] = 24_000_000
    assert f"{WEIGHTS} broke off" in str(refused(hub, shelf))
    hub.down = False
    hub.ranges.clear()
    pulled = pull(hub, shelf)
    assert [(WEIGHTS, f"bytes={20 << 20}-")] == hub.ranges, "the rest, and nothing twice"
    assert content == (pulled.folder / WEIGHTS).read_bytes()
    pulled.verify()


def test_what_is_here_already_is_not_fetched_again_unless_it_is_harmed(
    hub: StandInHub, shelf: Shelf
) -> None:
    first = pull(hub, shelf)
    hub.ranges.clear()
    assert first == pull(hub, shelf)
    assert [] == hub.ranges
    (first.folder / WEIGHTS).write_bytes(b"harmed")
    pull(hub, shelf).verify()
    assert (WEIGHTS, None) in hub.ranges


def test_no_file_of_a_repository_can_leave_the_models_folder() -> None:
    assert HEAR.name_of("variables/../../../evil") is None
    assert SMALL.name_of(f"{SMALL.folder}/assets/../../evil") is None
    assert "variables/a" == SMALL.name_of(f"{SMALL.folder}/variables/a")


def test_a_server_that_ignores_where_to_go_on_is_heard_from_the_beginning(
    hub: StandInHub, shelf: Shelf
) -> None:
    with shelf.staging(HEAR, HEAR.revision) as staging:
        (staging / "variables").mkdir()
        (staging / f"{WEIGHTS}.part").write_bytes(FILES[WEIGHTS][:1_000])
    hub.ignores_ranges = True
    pulled = pull(hub, shelf)
    assert FILES[WEIGHTS] == (pulled.folder / WEIGHTS).read_bytes()


@pytest.mark.parametrize("name", [WEIGHTS, "variables/variables.index"])
def test_what_is_not_as_announced_is_never_put_in_place(
    hub: StandInHub, shelf: Shelf, name: str
) -> None:
    hub.corrupted.add(name)
    fault = refused(hub, shelf)
    assert isinstance(fault, ModelError)
    assert f"{name}: what came is not what the hub announced" in str(fault)
    hub.corrupted.clear()
    pull(hub, shelf).verify()


def test_an_unknown_token_is_said_to_be_one(
    hub: StandInHub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    fault = refused(hub, shelf)
    assert isinstance(fault, AccessError)
    assert "the hub does not know this token" in str(fault)


def test_terms_that_were_not_accepted_on_the_hub_name_the_page(
    hub: StandInHub, shelf: Shelf
) -> None:
    hub.accepted = False
    fault = refused(hub, shelf)
    assert isinstance(fault, AccessError)
    assert "open https://huggingface.co/google/hear, accept them there" in str(fault)


def test_no_network_is_said_to_be_none(shelf: Shelf) -> None:
    nowhere = "http://127.0.0.1:9"
    with pytest.raises(HubError, match=r"cannot be reached.*--from"):
        pull_from_hub(HEAR, Hub(nowhere), shelf, NOW, silent)


def test_a_hub_that_is_down_is_named_with_its_answer(hub: StandInHub, shelf: Shelf) -> None:
    hub.down = True
    assert "answered 503" in str(refused(hub, shelf))


def test_a_disk_that_is_too_small_is_said_before_anything_comes(
    hub: StandInHub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=64 << 20))
    fault = refused(hub, shelf)
    assert isinstance(fault, StorageFullError)
    assert "the disk is too small: 0.5 MB are still to come and 67 MB are free" in str(fault)
    assert [] == hub.ranges


def test_two_pulls_at_once_do_not_mix(hub: StandInHub, shelf: Shelf) -> None:
    with shelf.staging(HEAR, HEAR.revision), pytest.raises(AlreadyRunningError):
        pull(hub, shelf)


def test_another_model_than_asked_for_is_not_put_in_place(hub: StandInHub, shelf: Shelf) -> None:
    hub.files = {**FILES, "saved_model.pb": FILES[f"{NESTED}/saved_model.pb"]}
    assert "HeAR's encoder maps one input" in str(refused(hub, shelf))


def snapshot(folder: Path) -> Path:
    """What the hub's own client keeps of the repository: links into a store of contents."""
    place = folder / "snapshots" / HEAR.revision
    for number, (name, content) in enumerate(FILES.items()):
        (folder / "blobs").mkdir(parents=True, exist_ok=True)
        (folder / "blobs" / str(number)).write_bytes(content)
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).symlink_to(folder / "blobs" / str(number))
    return place


@pytest.mark.parametrize("model", [HEAR, SMALL])
def test_a_snapshot_serves_all_of_its_models(tmp_path: Path, shelf: Shelf, model: object) -> None:
    assert model in (HEAR, SMALL)
    wanted = HEAR if model is HEAR else SMALL
    pulled = pull_from_folder(wanted, snapshot(tmp_path / "cache"), shelf, NOW, silent)
    prefix = f"{wanted.folder}/" if wanted.folder else ""
    assert FILES[prefix + WEIGHTS] == (pulled.folder / WEIGHTS).read_bytes()
    assert not (pulled.folder / WEIGHTS).is_symlink()
    assert (HEAR.revision, "nobody") == (pulled.manifest.revision, pulled.manifest.vouched_by)


def test_a_folder_of_unknown_origin_is_named_by_its_content(tmp_path: Path, shelf: Shelf) -> None:
    folder = snapshot(tmp_path / "cache").rename(tmp_path / "mine")
    pulled = pull_from_folder(HEAR, folder, shelf, NOW, silent)
    assert "unknown" == pulled.manifest.revision
    assert pulled.folder.name.startswith("content-")
    assert pulled == shelf.find("hear")


def test_a_pulled_folder_is_checked_against_its_own_manifest(
    hub: StandInHub, shelf: Shelf, tmp_path: Path
) -> None:
    first = pull(hub, shelf)
    other = Shelf(tmp_path / "other")
    copied = pull_from_folder(HEAR, first.folder, other, NOW, silent)
    assert "manifest" == copied.manifest.vouched_by
    weights = copied.folder / WEIGHTS
    weights.write_bytes(b"x" + weights.read_bytes()[1:])
    with pytest.raises(ModelError, match="is not what was pulled"):
        copied.verify()
    third = Shelf(tmp_path / "third")
    with pytest.raises(ModelError, match="is not what was pulled"):
        pull_from_folder(HEAR, copied.folder, third, NOW, silent)
    assert third.find("hear") is None


def test_the_wrong_folder_replaces_nothing(hub: StandInHub, shelf: Shelf, tmp_path: Path) -> None:
    good = pull(hub, shelf)
    with pytest.raises(ModelError, match="HeAR's encoder maps one input"):
        pull_from_folder(HEAR, snapshot(tmp_path / "cache") / NESTED, shelf, NOW, silent)
    with pytest.raises(InputError, match="has no files of hear"):
        pull_from_folder(HEAR, tmp_path, shelf, NOW, silent)
    with pytest.raises(InputError, match="no such folder"):
        pull_from_folder(HEAR, tmp_path / "absent", shelf, NOW, silent)
    found = shelf.find("hear")
    assert found == good
    good.verify()


def test_a_pull_of_an_earlier_revision_gives_way_to_the_later_one(
    hub: StandInHub, shelf: Shelf, tmp_path: Path
) -> None:
    folder = snapshot(tmp_path / "cache").rename(tmp_path / "mine")
    pull_from_folder(HEAR, folder, shelf, "2026-11-20T12:00:00Z", silent)
    assert pull(hub, shelf) == shelf.find("hear")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_gives_nothing_away_that_a_link_of_the_service_leads_to(
    hub: StandInHub, shelf: Shelf, tmp_path: Path
) -> None:
    secret, models = tmp_path / "secret", tmp_path / "data" / "models"
    secret.touch()
    models.mkdir(parents=True)
    os.chown(tmp_path / "data", 12_345, 12_346)
    (models / "a-link").symlink_to(secret)
    pulled = pull(hub, shelf)
    assert pulled.folder.stat().st_uid == 12_345
    assert secret.stat().st_uid == 0
