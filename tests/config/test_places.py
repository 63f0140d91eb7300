from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.addresses import (
    from_this_machine,
    is_beyond_machine,
    refuse_address,
    refuse_far_address,
)
from coughd.config.errors import ConfigError
from coughd.config.paths import Paths, find_paths
from coughd.config.places import find_places
from coughd.config.settings import Settings, StoreSettings, StreamSettings

_SYSTEM = find_paths({}, uid=0)


def test_what_is_left_open_is_filled_in() -> None:
    places = find_places(Settings(), _SYSTEM)

    assert places.data_dir == Path("/var/lib/coughd")
    assert places.store == Path("/var/lib/coughd/coughd.sqlite3")
    assert places.publish == "ipc:///run/coughd/events.sock"
    assert places.replay == "ipc:///run/coughd/replay.sock"


def test_what_is_set_stays() -> None:
    settings = Settings(
        store=StoreSettings(url="sqlite:////srv/a.sqlite3", data_dir=Path("/srv")),
        stream=StreamSettings(publish="tcp://127.0.0.1:1", replay="tcp://127.0.0.1:2"),
    )

    places = find_places(settings, _SYSTEM)

    assert places.data_dir == Path("/srv")
    assert places.store == "sqlite:////srv/a.sqlite3"
    assert (places.publish, places.replay) == ("tcp://127.0.0.1:1", "tcp://127.0.0.1:2")


def test_a_default_socket_path_beyond_the_kernel_s_limit_is_told() -> None:
    deep = Paths(Path("/c"), Path("/d"), Path("/" + "r" * 100), Path("/e"))

    with pytest.raises(ConfigError, match=r"longer than 107 bytes; .*stream\.publish"):
        find_places(Settings(), deep)


@pytest.mark.parametrize(
    "address",
    [
        "ipc:///run/coughd/events.sock",
        f"ipc:///{'x' * 106}",
        "tcp://127.0.0.1:5570",
        "tcp://127.8.8.8:65535",
        "tcp://localhost:5570",
        "tcp://[::1]:5570",
    ],
)
def test_addresses_of_this_machine_are_fine(address: str) -> None:
    assert not refuse_address(address)


@pytest.mark.parametrize(
    "address", ["tcp://*:5570", "tcp://0.0.0.0:5570", "tcp://192.168.1.4:5570", "tcp://[fd00::7]:1"]
)
def test_with_keys_any_address_of_this_machine_is_fine(address: str) -> None:
    assert not refuse_address(address, curve=True)
    assert is_beyond_machine(address)


def test_a_name_for_an_address_is_refused_with_keys_too() -> None:
    assert "needs a number for a host" in refuse_address("tcp://pi-07:5570", curve=True)
    assert is_beyond_machine("tcp://pi-07:5570")
    assert not is_beyond_machine("tcp://127.0.0.1:5570")
    assert not is_beyond_machine("ipc:///run/coughd/events.sock")


@pytest.mark.parametrize(
    ("bound", "reached"),
    [
        ("tcp://*:5570", "tcp://127.0.0.1:5570"),
        ("tcp://0.0.0.0:5570", "tcp://127.0.0.1:5570"),
        ("tcp://[::]:5570", "tcp://[::1]:5570"),
        ("tcp://192.168.1.4:5570", "tcp://192.168.1.4:5570"),
        ("ipc:///run/coughd/events.sock", "ipc:///run/coughd/events.sock"),
    ],
)
def test_what_is_bound_everywhere_is_reached_at_the_loopback(bound: str, reached: str) -> None:
    assert from_this_machine(bound) == reached


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("ipc://events.sock", "absolute path"),
        ("ipc://@events", "absolute path"),
        (f"ipc:///{'x' * 107}", "longer than 107 bytes"),
        (f"ipc:///{'é' * 54}", "longer than 107 bytes"),
        ("tcp://*:5570", "lies off this machine's loopback"),
        ("tcp://192.168.1.4:5570", "lies off this machine's loopback"),
        ("tcp://127.0.0.1", "needs a host and a port"),
        ("tcp://127.0.0.1:0", "needs a host and a port"),
        ("tcp://127.0.0.1:65536", "needs a host and a port"),
        ("tcp://127.0.0.1:*", "needs a host and a port"),
        ("udp://127.0.0.1:1", "must begin with ipc:// or tcp://"),
        ("", "must begin with ipc:// or tcp://"),
    ],
)
def test_other_addresses_are_refused(address: str, refusal: str) -> None:
    assert refusal in refuse_address(address)


@pytest.mark.parametrize(
    "address", ["tcp://pi.lan:5570", "tcp://127.0.0.1:1", "tcp://[fd00::7]:65535", "ipc:///run/e"]
)
def test_any_machine_may_be_connected_to(address: str) -> None:
    assert not refuse_far_address(address)


@pytest.mark.parametrize(
    "address", ["", "pi:1", "tcp://pi", "tcp://:1", "tcp://pi:0", "tcp://pi:65536", "ipc://"]
)
def test_what_nothing_can_be_connected_to_is_told_how_it_is_written(address: str) -> None:
    assert "tcp://HOST:PORT" in refuse_far_address(address)
