"""Names that survive a restart, and what a configured name means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coughd.config.errors import DeviceUnavailableError
from coughd.daemon.sources.devices import (
    Card,
    InputDevice,
    choose,
    is_there,
    name_to_write,
    names_of,
    read_card,
)

SNOWBALL = InputDevice(
    stable_name="hw:CARD=Snowball,DEV=0",
    usb_port="usb:1-1.2",
    usb_id="usb-id:0d8c:0014:A1B2",
    portaudio_name="Blue Snowball: USB Audio (hw:1,0)",
    host_api="ALSA",
    index=4,
    sample_rate_hz=44_100,
    channels=1,
    is_default=False,
)
SECOND = replace(
    SNOWBALL,
    usb_port="usb:1-1.3",
    usb_id="usb-id:0d8c:0014:C3D4",
    portaudio_name="Blue Snowball (hw:2,0)",
    index=5,
)
PULSE = InputDevice("pulse", None, None, "pulse", "ALSA", 7, 44_100, 1, is_default=True)


@pytest.mark.parametrize(
    ("device", "channel", "opened"),
    [
        (SNOWBALL, None, 1),
        (SNOWBALL, 0, 1),
        (SNOWBALL, 1, 2),
        (replace(SNOWBALL, channels=4), 1, 4),
        (replace(PULSE, mixes=True), None, 1),
        (replace(PULSE, mixes=True), 0, 2),
        (replace(PULSE, mixes=True), 3, 4),
    ],
)
def test_a_channel_that_is_chosen_is_opened_beside_the_others(
    device: InputDevice, channel: int | None, opened: int
) -> None:
    """Asked for one channel only, a sound server gives the mean of all."""
    assert device.channels_to_open(channel) == opened


def machine(root: Path, number: int, card_id: str, device: str, serial: str | None = None) -> None:
    """A fake /proc and /sys with one card."""
    card = root / f"proc/asound/card{number}"
    card.mkdir(parents=True)
    (card / "id").write_text(f"{card_id}\n")
    real = root / "sys/devices" / device
    real.mkdir(parents=True)
    if serial is not None:
        for name, value in (("idVendor", "0d8c"), ("idProduct", "0014"), ("serial", serial)):
            (real.parent / name).write_text(f"{value}\n")
    link = root / f"sys/class/sound/card{number}"
    link.mkdir(parents=True)
    (link / "device").symlink_to(real)


def test_a_card_is_named_by_its_id_and_port(tmp_path: Path) -> None:
    machine(tmp_path, 1, "Snowball", "pci0000:00/usb1/1-1/1-1.2/1-1.2:1.0", serial="A1B2")
    machine(tmp_path, 2, "Snowball_1", "pci0000:00/usb1/1-1/1-1.3/1-1.3:1.0", serial="")
    machine(tmp_path, 0, "PCH", "pci0000:00/0000:00:1f.3")
    assert read_card(1, tmp_path) == Card("Snowball", "usb:1-1.2", "usb-id:0d8c:0014:A1B2")
    assert read_card(2, tmp_path) == Card("Snowball_1", "usb:1-1.3", None)
    assert read_card(0, tmp_path) == Card("PCH", None, None)
    assert read_card(9, tmp_path) is None
    assert names_of("Blue Snowball: USB Audio (hw:1,0)", tmp_path) == (
        "hw:CARD=Snowball,DEV=0",
        "usb:1-1.2",
        "usb-id:0d8c:0014:A1B2",
    )
    assert names_of("HDA Intel: ALC (hw:0,2)", tmp_path) == ("hw:CARD=PCH,DEV=2", None, None)
    assert names_of("pulse", tmp_path) == ("pulse", None, None)


def test_a_card_is_there_until_it_is_pulled_out_or_another_has_its_number(tmp_path: Path) -> None:
    machine(tmp_path, 1, "Snowball", "pci0000:00/usb1/1-1/1-1.2/1-1.2:1.0")
    device = replace(PULSE, portaudio_name="(hw:1,0)", stable_name="hw:CARD=Snowball,DEV=0")
    card_id = tmp_path / "proc/asound/card1/id"
    assert is_there(device, tmp_path)
    card_id.write_text("PCH\n")
    assert not is_there(device, tmp_path)
    card_id.unlink()
    assert not is_there(device, tmp_path)
    assert is_there(PULSE, tmp_path)


@pytest.mark.parametrize("wanted", ["usb:1-1.3", "usb-id:0d8c:0014:C3D4"])
def test_port_and_serial_number_find_the_same_one_of_a_make_in_any_order(
    wanted: str, tmp_path: Path
) -> None:
    """ALSA numbers the cards as they come, and so do the names of the second and PortAudio."""
    sockets = (("1-1.2", "A1B2"), ("1-1.3", "C3D4"))
    chosen = []
    for order in (sockets, sockets[::-1]):
        root = tmp_path / order[0][0]
        found = []
        for number, (port, serial) in enumerate(order):
            card_id = f"Snowball_{number}" if number else "Snowball"
            machine(root, number, card_id, f"usb1/1-1/{port}/{port}:1.0", serial)
            portaudio_name = f"Blue Snowball: USB Audio (hw:{number},0)"
            names = names_of(portaudio_name, root)
            found.append(
                InputDevice(*names, portaudio_name, "ALSA", number, 44_100, 1, is_default=False)
            )
        chosen.append(choose(found, wanted))
    assert [one.usb_id for one in chosen] == ["usb-id:0d8c:0014:C3D4"] * 2
    assert [one.index for one in chosen] == [1, 0]


@pytest.mark.parametrize(
    "wanted", ["hw:CARD=Snowball,DEV=0", "snowball", "usb:1-1.2", SNOWBALL.portaudio_name]
)
def test_a_name_or_a_part_of_it_chooses(wanted: str) -> None:
    assert choose([PULSE, SNOWBALL], wanted) is SNOWBALL


def test_the_default_is_the_systems(tmp_path: Path) -> None:
    assert choose([SNOWBALL, PULSE], "default") is PULSE
    assert choose([SNOWBALL], "default") is SNOWBALL
    called_default = replace(PULSE, stable_name="default", portaudio_name="default", index=0)
    assert choose([PULSE, called_default], "default") is called_default


def test_a_whole_name_wins_over_a_part_of_another() -> None:
    monitor = replace(PULSE, stable_name="pulse-monitor", portaudio_name="pulse-monitor")
    assert choose([monitor, PULSE], "pulse") is PULSE


def test_an_unknown_name_gets_the_list_and_a_guess() -> None:
    with pytest.raises(DeviceUnavailableError) as caught:
        choose([PULSE, SNOWBALL], "hw:CARD=Snowbal1,DEV=0")
    assert str(caught.value) == (
        "there is no microphone 'hw:CARD=Snowbal1,DEV=0' now; did you mean "
        "'hw:CARD=Snowball,DEV=0'? There are: 'pulse', 'hw:CARD=Snowball,DEV=0'."
    )


def test_two_of_one_make_are_told_apart_by_their_port() -> None:
    with pytest.raises(DeviceUnavailableError) as caught:
        choose([SNOWBALL, SECOND], "snowball")
    assert "'snowball' fits 2 microphones: 'usb:1-1.2', 'usb:1-1.3'" in str(caught.value)
    assert choose([SNOWBALL, SECOND], "usb:1-1.3") is SECOND
    assert choose([SNOWBALL, SECOND], "usb-id:0d8c:0014:C3D4") is SECOND
    assert name_to_write(SECOND, [SNOWBALL, SECOND]) == "usb:1-1.3"
    assert name_to_write(SNOWBALL, [SNOWBALL, PULSE]) == "hw:CARD=Snowball,DEV=0"


def test_alsas_number_for_a_second_card_of_a_make_is_not_written_down() -> None:
    second = replace(SECOND, stable_name="hw:CARD=Snowball_1,DEV=0")
    assert name_to_write(second, [SNOWBALL, second]) == "usb:1-1.3"
    assert name_to_write(SNOWBALL, [SNOWBALL, second]) == "usb:1-1.2"
    assert name_to_write(second, [second, PULSE]) == "hw:CARD=Snowball_1,DEV=0"


@pytest.mark.parametrize("wanted", ["usb:1-1", "usb-id:0d8c:0014", "hw:CARD=Snowball"])
def test_a_part_of_a_port_or_a_card_is_another_one(wanted: str) -> None:
    with pytest.raises(DeviceUnavailableError, match="there is no microphone"):
        choose([PULSE, SNOWBALL], wanted)


def test_no_microphone_at_all_is_said_so() -> None:
    with pytest.raises(DeviceUnavailableError, match="no microphone was found; plug one in"):
        choose([], "default")


def test_an_unknown_name_like_none_gets_the_list() -> None:
    with pytest.raises(DeviceUnavailableError) as caught:
        choose([PULSE], "Yeti")
    assert str(caught.value) == "there is no microphone 'Yeti' now; there are: 'pulse'."
