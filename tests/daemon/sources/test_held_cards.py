"""Who holds a card, on a made-up /proc like those that were seen on a real kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import DeviceUnavailableError
from coughd.daemon.sources.devices import COUGHD, HeldCard, choose
from coughd.daemon.sources.held_cards import held_cards

CLOSED = "closed\n"
RUNNING = "state: RUNNING\nowner_pid   : 3187\ntrigger_time: 12.5\n"
SNOWBALL = HeldCard("hw:CARD=Snowball,DEV=0", "usb:1-1.2", None, "arecord")


def card(root: Path, number: int, card_id: str, *ways: str, stream: str = "pcm0c") -> None:
    folder = root / f"proc/asound/card{number}"
    for index, way in enumerate(ways):
        (folder / stream / f"sub{index}").mkdir(parents=True)
        (folder / stream / f"sub{index}" / "status").write_text(way)
    (folder / "id").write_text(f"{card_id}\n")


def process(root: Path, pid: int, command: str, name: str) -> None:
    folder = root / f"proc/{pid}"
    folder.mkdir(parents=True)
    (folder / "cmdline").write_text(command)
    (folder / "comm").write_text(f"{name}\n")


def test_a_card_is_held_where_no_way_into_it_is_free(tmp_path: Path) -> None:
    card(tmp_path, 0, "PCH", CLOSED)
    card(tmp_path, 1, "Snowball", RUNNING)
    card(tmp_path, 2, "Loopback", RUNNING, CLOSED)
    card(tmp_path, 3, "HDMI", RUNNING, stream="pcm3p")
    process(tmp_path, 3187, "arecord\0-q\0", "arecord")
    assert held_cards(tmp_path) == [
        HeldCard("hw:CARD=Snowball,DEV=0", None, None, "arecord"),
    ]
    assert held_cards(tmp_path / "no ALSA here") == []


@pytest.mark.parametrize(
    ("command", "holder"),
    [
        ("/opt/coughd/bin/python\0-m\0coughd.daemon.sources.capture_process\0", COUGHD),
        (None, "another program"),
    ],
)
def test_the_holder_is_named_as_far_as_it_can_be_seen(
    command: str | None, holder: str, tmp_path: Path
) -> None:
    card(tmp_path, 1, "Snowball", RUNNING)
    if command is not None:
        process(tmp_path, 3187, command, "python")
    assert [one.holder for one in held_cards(tmp_path)] == [holder]


@pytest.mark.parametrize("wanted", ["hw:CARD=Snowball,DEV=0", "usb:1-1.2", "snow", "default"])
def test_who_wants_a_held_card_is_told_who_holds_it(wanted: str) -> None:
    with pytest.raises(DeviceUnavailableError, match="held by arecord"):
        choose([], wanted, [SNOWBALL])


def test_a_free_card_that_is_not_ours_to_open_is_told(tmp_path: Path) -> None:
    """A person outside the group `audio`, on a machine without a sound server."""
    card(tmp_path, 1, "Snowball", CLOSED)
    assert held_cards(tmp_path, may_open=lambda _node: False) == []  # a container without it
    node = tmp_path / "dev/snd/pcmC1D0c"
    node.parent.mkdir(parents=True)
    node.touch()
    assert held_cards(tmp_path, may_open=lambda _node: True) == []
    asked: list[Path] = []

    def refuse(path: Path) -> bool:
        asked.append(path)
        return False

    (refused,) = held_cards(tmp_path, may_open=refuse)
    assert asked == [node]
    assert refused == HeldCard("hw:CARD=Snowball,DEV=0", None, None, None)
    with pytest.raises(DeviceUnavailableError, match=r"not this user's to open: .*-aG audio"):
        choose([], "default", [refused])


@pytest.mark.parametrize("wanted", ["usb:1-1", "Yeti"])
def test_who_wants_another_one_is_not(wanted: str) -> None:
    with pytest.raises(DeviceUnavailableError, match="no microphone was found"):
        choose([], wanted, [SNOWBALL])
