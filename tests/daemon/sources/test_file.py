"""Files as sources: every format, both paces, and all the ways in which a file can be bad."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from coughd.config.errors import InputError
from coughd.daemon.sources.file import FileSource
from coughd.daemon.sources.ports import Block, Finished, Item, Opened
from coughd.daemon.sources.sound_file import SoundFile

MakeFile = Callable[..., Path]


def hiss(n: int, channels: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(3).uniform(-0.4, 0.4, (n, channels)).astype(np.float32)


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    def make(
        name: str, samples: NDArray[np.float32], rate_hz: int = 16_000, subtype: str | None = None
    ) -> Path:
        path = tmp_path / name
        soundfile.write(path, samples, rate_hz, subtype=subtype)
        return path

    return make


def heard(source: FileSource) -> tuple[list[Item], NDArray[np.float32]]:
    """Everything a fast source tells, and its sound."""
    items: list[Item] = []
    while source.next_due_s() is not None:
        items.extend(source.poll(0.0))
    blocks = [item for item in items if isinstance(item, Block)]
    samples = [np.empty(0, np.float32), *(block.samples for block in blocks)]
    return items, np.concatenate(samples)


def end_of(items: list[Item]) -> Finished:
    assert isinstance(items[-1], Finished)
    return items[-1]


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_each_format_is_heard_to_its_end(make_file: MakeFile, name: str) -> None:
    tone = np.sin(np.arange(48_000) * 0.1).astype(np.float32) * 0.5
    items, samples = heard(FileSource("s", make_file(name, tone)))
    assert isinstance(items[0], Opened)
    assert items[0].sample_rate_hz == 16_000
    assert end_of(items).damaged is False
    assert samples.size == 48_000
    np.testing.assert_allclose(tone[1_000:-1_000], samples[1_000:-1_000], atol=0.05)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 192_000])
def test_any_rate_is_delivered_as_it_is(make_file: MakeFile, rate_hz: int) -> None:
    items, samples = heard(FileSource("s", make_file("a.wav", hiss(30_000), rate_hz, "FLOAT")))
    assert isinstance(items[0], Opened)
    assert items[0].sample_rate_hz == rate_hz
    np.testing.assert_array_equal(hiss(30_000)[:, 0], samples)


def test_eight_channels_are_mixed_or_one_is_chosen(make_file: MakeFile) -> None:
    frames = hiss(20_000, channels=8)
    path = make_file("a.wav", frames, subtype="FLOAT")
    np.testing.assert_allclose(frames.mean(axis=1), heard(FileSource("s", path))[1], atol=1e-6)
    np.testing.assert_array_equal(frames[:, 5], heard(FileSource("s", path, channel=5))[1])
    with pytest.raises(InputError, match=r"has 8 channels; choose `mix` or a channel from 0 to 7"):
        FileSource("s", path, channel=8)
    with pytest.raises(InputError, match="has one channel; choose `mix` or channel 0, not 1"):
        FileSource("s", make_file("b.wav", frames[:, :1]), channel=1)


def test_clipping_of_one_channel_survives_the_mix(make_file: MakeFile) -> None:
    frames = np.zeros((100, 2), np.float32)
    frames[40:50, 1] = 1.7
    items, samples = heard(FileSource("s", make_file("a.wav", frames, subtype="FLOAT")))
    (block,) = (item for item in items if isinstance(item, Block))
    assert np.flatnonzero(block.magnitudes >= 1.0).tolist() == list(range(40, 50))
    assert samples.max() == pytest.approx(0.85)
    loud = make_file("b.wav", np.full((10, 1), -3.0, np.float32), subtype="FLOAT")
    assert heard(FileSource("s", loud))[1].min() == -1.0


@pytest.mark.parametrize("block_samples", [1, 160, 1_601, 48_000])
@pytest.mark.parametrize("pace", ["fast", "realtime"])
def test_the_cut_does_not_change_the_sound(
    make_file: MakeFile, block_samples: int, pace: str
) -> None:
    path = make_file("a.wav", hiss(20_011), subtype="PCM_16")
    expected = heard(FileSource("s", path))[1]
    source = FileSource(
        "s", path, pace="fast" if pace == "fast" else "realtime", block_samples=block_samples
    )
    parts = []
    next_sample = 0
    while (due_s := source.next_due_s()) is not None:
        for item in source.poll(due_s):
            if isinstance(item, Block):
                assert item.first_sample == next_sample
                next_sample += item.samples.size
                parts.append(item.samples)
    np.testing.assert_array_equal(expected, np.concatenate(parts))


def test_realtime_delivers_what_is_due_and_no_more(make_file: MakeFile) -> None:
    source = FileSource("s", make_file("a.wav", hiss(16_000)), pace="realtime")
    assert [type(item) for item in source.poll(100.0)] == [Opened]
    assert source.poll(100.039) == []
    assert source.next_due_s() == pytest.approx(100.04)
    (first,) = source.poll(100.041)
    assert isinstance(first, Block)
    assert (first.first_sample, first.samples.size, first.monotonic_s) == (0, 640, 100.0)
    late = source.poll(100.2)
    first_samples = [item.first_sample for item in late if isinstance(item, Block)]
    assert first_samples == [640, 1280, 1920, 2560]


def test_a_poll_is_at_most_a_second_of_sound(make_file: MakeFile) -> None:
    path = make_file("a.wav", hiss(80_000))
    for source in (FileSource("s", path), FileSource("s", path, pace="realtime")):
        source.poll(0.0)
        polled = source.poll(1e6)
        assert sum(item.samples.size for item in polled if isinstance(item, Block)) == 16_000


@pytest.mark.parametrize("name", ["a.wav", "a.mp3"])
def test_a_loop_has_no_seam_and_no_end(make_file: MakeFile, name: str) -> None:
    path = make_file(name, hiss(10_000))
    sound = heard(FileSource("s", path))[1]
    source = FileSource("s", path, loop=True)
    items = [item for _ in range(4) for item in source.poll(0.0)]
    blocks = [item for item in items if isinstance(item, Block)]
    samples = np.concatenate([block.samples for block in blocks])
    starts = np.cumsum([0, *(block.samples.size for block in blocks)])[:-1]
    assert [block.first_sample for block in blocks] == starts.tolist()
    # The decoder of MP3 for ARM rounds the last bit otherwise after a seek; a seam would be loud.
    np.testing.assert_allclose(np.tile(sound, 9)[: samples.size], samples, rtol=0, atol=1e-6)
    assert not any(isinstance(item, Finished) for item in items)


def test_one_and_a_half_seconds_are_enough(make_file: MakeFile) -> None:
    items, samples = heard(FileSource("s", make_file("a.flac", hiss(24_000))))
    assert (samples.size, end_of(items).damaged) == (24_000, False)


def test_start_and_hash_are_told(make_file: MakeFile) -> None:
    path = make_file("a.wav", hiss(100))
    source = FileSource("s", path, starts_at_us=1_700_000_000_000_000)
    opened = source.poll(0.0)[0]
    assert isinstance(opened, Opened)
    assert opened.starts_at_us == 1_700_000_000_000_000
    assert opened.detail == "a.wav, 16000 Hz, 1 channel"
    assert source.content_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_a_truncated_file_gives_what_it_has_and_says_so(make_file: MakeFile, name: str) -> None:
    path = make_file(name, hiss(48_000))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    items, samples = heard(FileSource("s", path))
    assert end_of(items).damaged is True
    assert str(path) in end_of(items).reason
    assert 10_000 < samples.size < 30_000


def test_a_damaged_loop_ends(make_file: MakeFile) -> None:
    path = make_file("a.wav", hiss(48_000))
    path.write_bytes(path.read_bytes()[:30_000])
    assert end_of(heard(FileSource("s", path, loop=True))[0]).damaged is True


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_written_into_a_pipe_is_whole(make_file: MakeFile, size: int) -> None:
    path = make_file("a.wav", hiss(8_000))
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = size.to_bytes(4, "little")
    path.write_bytes(content)
    items, samples = heard(FileSource("s", path))
    assert (samples.size, end_of(items).damaged) == (8_000, False)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_ends_the_file_there(make_file: MakeFile, bad: float) -> None:
    sound = hiss(30_000)
    sound[20_001] = bad
    items, samples = heard(FileSource("s", make_file("a.wav", sound, subtype="FLOAT")))
    assert samples.size == 20_001
    assert end_of(items).damaged is True
    assert "no number at sample 20001 (1.250 s)" in end_of(items).reason


def test_a_right_sound_under_a_wrong_name_is_heard(make_file: MakeFile) -> None:
    path = make_file("a.flac", hiss(16_000))
    assert heard(FileSource("s", path.rename(path.with_suffix(".raw"))))[1].size == 16_000


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("text.wav", b"dear diary, " * 400, "is not sound that can be decoded"),
        ("text.mp3", b"dear diary, " * 400, "is not sound that can be decoded"),
        ("a.ogg", b"OggS" + bytes(40), "is not sound that can be decoded"),
        ("empty.flac", b"", "is empty"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        FileSource("s", path)
    assert str(path) in str(caught.value)


def test_other_useless_files_are_refused(make_file: MakeFile, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        FileSource("s", tmp_path / "missing.wav")
    with pytest.raises(InputError, match="directory"):
        FileSource("s", tmp_path)
    with pytest.raises(InputError, match="holds no sound"):
        FileSource("s", make_file("none.wav", hiss(0)))
    with pytest.raises(InputError, match="4000 Hz; convert"):
        FileSource("s", make_file("slow.wav", hiss(100), 4_000))


def test_closing_ends_it_twice_without_harm(make_file: MakeFile) -> None:
    source = FileSource("s", make_file("a.wav", hiss(100)))
    source.close()
    source.close()
    assert source.poll(0.0) == []
    assert source.next_due_s() is None


def test_a_pipe_is_refused_before_anybody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe or a device"):
        SoundFile(tmp_path / "pipe")


def test_a_name_that_no_file_can_have_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read: .*embedded null"):
        SoundFile(tmp_path / "a\0b")
