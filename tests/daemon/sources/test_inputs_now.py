"""The microphones of this moment, asked for in a process that may hang or die of it."""

from __future__ import annotations

from pathlib import Path

import fake_sounddevice
import pytest

from coughd.config.errors import DeviceUnavailableError
from coughd.daemon.sources.inputs_now import list_inputs

HANGING = (
    fake_sounddevice.TWO_MICROPHONES + "\n\ndef query_devices():\n"
    "    import signal\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "    while True:\n        signal.pause()\n"
)
"""What the real one does where the sound server is frozen."""
DYING = (
    fake_sounddevice.TWO_MICROPHONES + "\n\ndef query_devices():\n    import os\n    os.abort()\n"
)


def test_what_portaudio_lists_comes_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_sounddevice.put_in_place(fake_sounddevice.TWO_MICROPHONES, tmp_path, monkeypatch)
    snowball, pulse = list_inputs()
    assert snowball.stable_name == "Blue Snowball: USB Audio (hw:77,0)"
    assert (snowball.channels, snowball.mixes) == (2, False)
    assert (pulse.stable_name, pulse.mixes, pulse.is_default) == ("pulse", True, True)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (fake_sounddevice.MISSING, "apt install libportaudio2"),
        (fake_sounddevice.BROKEN, "cannot list the microphones: Host error"),
        (DYING, "exit status -6"),
    ],
)
def test_what_is_the_matter_is_told(
    module: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(module, tmp_path, monkeypatch)
    with pytest.raises(DeviceUnavailableError, match=sentence):
        list_inputs()


def test_a_frozen_sound_server_is_waited_for_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(HANGING, tmp_path, monkeypatch)
    with pytest.raises(DeviceUnavailableError, match=r"within 0\.2 s, so the sound server .*hangs"):
        list_inputs(patience_s=0.2)
