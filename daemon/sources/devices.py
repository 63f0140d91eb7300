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
COUGHD = "coughd"
_HARDWARE = re.compile(r"\(hw:(\d+),(\d+)\)$")
_SECOND_OF_A_MAKE = re.compile(r"(?<=.)_\d+(?=,DEV=)")
_WHOLE = ("usb:", "usb-id:", "hw:CARD=")
_USB_PORT = re.compile(r"\d+-\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class InputDevice:
    """One device of PortAudio that can be listened to."""

    stable_name: str
    """The same after a restart and in another order of plugging: `hw:CARD=Snowball,DEV=0`, or the
    sound server's name. For the configuration."""
    usb_port: str | None
    """Such as `usb:1-1.2`; tells two microphones of one make apart. For the configuration too."""
    usb_id: str | None
    """Such as `usb-id:0d8c:0014:A1B2`: this very microphone in any socket. For the configuration
    too; None where its maker gave it no serial number."""
    portaudio_name: str
    host_api: str
    index: int
    """Changes with every plugging: never written anywhere."""
    sample_rate_hz: int
    """The device's own; a sound server may offer another and resample."""
    channels: int
    is_default: bool
    mixes: bool = False
    """It gives as many channels as it is asked for, mixed from those of the device behind it."""

    def channels_to_open(self, channel: int | None) -> int:
        """How many to open it with, so that `channel` is heard alone; None: the mean of all."""
        if channel is None:
            return self.channels
        # The only channel of one that mixes would be the mean.
        return max(self.channels, channel + 1, 2 if self.mixes else 1)


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A microphone that cannot be opened now, and which PortAudio leaves out therefore."""

    stable_name: str
    """These three as of an `InputDevice`."""
    usb_port: str | None
    usb_id: str | None
    holder: str | None
    """The program that listens to it, as far as it can be seen; `COUGHD` where it is a daemon of
    ours. None: it is free, and not this user's to open."""

    @property
    def sentence(self) -> str:
        """For whoever wants to listen to it."""
        return f"the microphone '{self.stable_name}' {self.said}: {self.remedy}."

    @property
    def said(self) -> str:
        """What is the matter, behind its name."""
        if self.holder is None:
            return "is not this user's to open"
        return f"is held by {self.holder}"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.holder is None:
            return "`sudo usermod -aG audio USER` lets a user do so from the next login on"
        return (
            "a card serves one program only; end that one or, if it is the sound server, listen "
            "through it with `device: default`"
        )


@dataclass(frozen=True, slots=True)
class Card:
    """A sound card as ALSA knows it."""

    id: str
    usb_port: str | None
    usb_id: str | None


def read_card(number: int, root: Path = Path("/")) -> Card | None:
    """Look the card up under `root`/proc and `root`/sys; None where it has gone."""
    try:
        card_id = (root / f"proc/asound/card{number}/id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    device = (root / f"sys/class/sound/card{number}/device").resolve()
    for folder in (device, *device.parents):
        if _USB_PORT.fullmatch(folder.name):
            return Card(card_id, f"usb:{folder.name}", _usb_id(folder))
    return Card(card_id, None, None)


def _usb_id(folder: Path) -> str | None:
    try:
        vendor, product, serial = (
            (folder / name).read_text(encoding="utf-8", errors="replace").strip()
            for name in ("idVendor", "idProduct", "serial")
        )
    except OSError:
        return None
    return f"usb-id:{vendor}:{product}:{serial}" if serial else None


def names_of(portaudio_name: str, root: Path = Path("/")) -> tuple[str, str | None, str | None]:
    """The name to write down, USB port and USB id, from PortAudio's `Snowball: Audio (hw:1,0)`."""
    hardware = _HARDWARE.search(portaudio_name)
    card = read_card(int(hardware[1]), root) if hardware else None
    if hardware is None or card is None:
        return portaudio_name, None, None
    return f"hw:CARD={card.id},DEV={hardware[2]}", card.usb_port, card.usb_id


def is_there(device: InputDevice, root: Path = Path("/")) -> bool:
    """Whether a card is still the one it was; True of what only a sound server knows."""
    return names_of(device.portaudio_name, root)[0] == device.stable_name


def is_hardware(portaudio_name: str) -> bool:
    """Whether this is a card itself and not the sound server or an ALSA plug-in."""
    return _HARDWARE.search(portaudio_name) is not None


def choose(
    devices: Sequence[InputDevice], wanted: str, held: Sequence[HeldCard] = ()
) -> InputDevice:
    """The device that `wanted` names: wholly, or by a part that only one has.

    A port, a USB id and a card's name are taken wholly: `usb:1-1.2` is not `usb:1-1.2.4`. PortAudio
    does not list the `held` cards: they are here to be told from those that are not there.
    Raises DeviceUnavailableError with what there is instead; plugging it in mends that.
    """
    found = [device for device in devices if wanted in _names(device)]
    if not found and wanted == "default":
        found = [device for device in devices if device.is_default] or [*devices[:1]]
    found = found or [device for device in devices if _fits_a_part(_names(device), wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DeviceUnavailableError(
            f"'{wanted}' fits {len(found)} microphones: {_listing(found)}; write one of these."
        )
    taken = find_held(held, wanted)
    if taken is not None:
        raise DeviceUnavailableError(taken.sentence)
    if not devices:
        raise DeviceUnavailableError(NO_MICROPHONE)
    names = [name for device in devices for name in _names(device)]
    close = difflib.get_close_matches(wanted, names, n=1)
    there_are = f"did you mean '{close[0]}'? There are" if close else "there are"
    raise DeviceUnavailableError(
        f"there is no microphone '{wanted}' now; {there_are}: {_listing(devices)}."
    )


def find_held(held: Sequence[HeldCard], wanted: str) -> HeldCard | None:
    """The first held card that `wanted` names; any of them is a system's default."""
    for card in held:
        names = [name for name in (card.stable_name, card.usb_port, card.usb_id) if name]
        if wanted in (*names, "default") or _fits_a_part(names, wanted):
            return card
    return None


def _fits_a_part(names: Sequence[str], wanted: str) -> bool:
    return not wanted.startswith(_WHOLE) and any(
        wanted.casefold() in name.casefold() for name in names
    )


def name_to_write(device: InputDevice | HeldCard, among: Sequence[InputDevice | HeldCard]) -> str:
    """The stable name, or the USB port where another is of the same make.

    ALSA calls the second one `Snowball_1`, and which of them is the second changes.
    """
    namesakes = sum(_make(device) == _make(other) for other in among)
    unique = sum(device.stable_name == other.stable_name for other in among) == 1
    if namesakes > 1 and device.usb_port is not None:
        return device.usb_port
    if isinstance(device, HeldCard) or unique:
        return device.stable_name
    return device.portaudio_name


def _make(device: InputDevice | HeldCard) -> str:
    return _SECOND_OF_A_MAKE.sub("", device.stable_name)


def _names(device: InputDevice) -> list[str]:
    names = [device.stable_name, device.portaudio_name]
    return [*names, *(name for name in (device.usb_port, device.usb_id) if name is not None)]


def _listing(devices: Sequence[InputDevice]) -> str:
    return ", ".join(f"'{name_to_write(device, devices)}'" for device in devices)
