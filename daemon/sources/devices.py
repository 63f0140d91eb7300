"""Which microphones there are, and the names by which a configuration may choose one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import DeviceUnavailableError

NO_MICROPHONE = (
    "no microphone was found; plug one in or start the sound server, then look with "
    "`coughd devices`."
)
_HARDWARE = re.compile(r"\(hw:(\d+),(\d+)\)$")
_USB_PORT = re.compile(r"\d+-\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class InputDevice:
    """One device of PortAudio that can be listened to."""

    stable_name: str
    """The same after a restart and in another order of plugging: `hw:CARD=Snowball,DEV=0`, or the
    sound server's name. For the configuration."""
    usb_port: str | None
    """Such as `usb:1-1.2`; tells two microphones of one make apart. For the configuration too."""
    portaudio_name: str
    host_api: str
    index: int
    """Changes with every plugging: never written anywhere."""
    sample_rate_hz: int
    """The device's own; a sound server may offer another and resample."""
    channels: int
    is_default: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A sound card as ALSA knows it."""

    id: str
    usb_port: str | None


def read_card(number: int, root: Path = Path("/")) -> Card | None:
    """Look the card up under `root`/proc and `root`/sys; None where it has gone."""
    try:
        card_id = (root / f"proc/asound/card{number}/id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    device = (root / f"sys/class/sound/card{number}/device").resolve()
    ports = [part for part in device.parts if _USB_PORT.fullmatch(part)]
    return Card(card_id, f"usb:{ports[-1]}" if ports else None)


def stable_name(portaudio_name: str, root: Path = Path("/")) -> tuple[str, str | None]:
    """The name to write down and the USB port, from PortAudio's `Snowball: Audio (hw:1,0)`."""
    hardware = _HARDWARE.search(portaudio_name)
    card = read_card(int(hardware[1]), root) if hardware else None
    if hardware is None or card is None:
        return portaudio_name, None
    return f"hw:CARD={card.id},DEV={hardware[2]}", card.usb_port


def is_hardware(portaudio_name: str) -> bool:
    """Whether this is a card itself and not the sound server or an ALSA plug-in."""
    return _HARDWARE.search(portaudio_name) is not None


def choose(devices: Sequence[InputDevice], wanted: str) -> InputDevice:
    """The device that `wanted` names: wholly, or by a part that only one has.

    Raises DeviceUnavailableError with what there is instead; plugging it in mends that.
    """
    if not devices:
        raise DeviceUnavailableError(NO_MICROPHONE)
    whole = [device for device in devices if wanted in _names(device)]
    if not whole and wanted == "default":
        whole = [device for device in devices if device.is_default] or [devices[0]]
    part = [
        device
        for device in devices
        if any(wanted.casefold() in name.casefold() for name in _names(device))
    ]
    found = whole or part
    if len(found) == 1:
        return found[0]
    if found:
        raise DeviceUnavailableError(
            f"'{wanted}' fits {len(found)} microphones: {_listing(found)}; write one of these."
        )
    names = [name for device in devices for name in _names(device)]
    close = difflib.get_close_matches(wanted, names, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise DeviceUnavailableError(
        f"there is no microphone '{wanted}' now; {hint}There are: {_listing(devices)}."
    )


def name_to_write(device: InputDevice, among: Sequence[InputDevice]) -> str:
    """The stable name, or the USB port where another has the same name."""
    namesakes = sum(device.stable_name == other.stable_name for other in among)
    return device.stable_name if namesakes == 1 else device.usb_port or device.portaudio_name


def _names(device: InputDevice) -> list[str]:
    names = [device.stable_name, device.portaudio_name]
    return names if device.usb_port is None else [*names, device.usb_port]


def _listing(devices: Sequence[InputDevice]) -> str:
    return ", ".join(f"'{name_to_write(device, devices)}'" for device in devices)
