"""The ring under the sound callback: in order, nothing invented, every loss counted."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.sources.block_ring import BlockRing, HeardBlock

FRAMES = 4


def sound(number: int) -> memoryview:
    return memoryview(number.to_bytes(8, "little"))


def number(block: HeardBlock) -> int:
    return int.from_bytes(block.sound, "little")


@given(st.lists(st.booleans(), max_size=60))
def test_what_is_read_is_what_was_written_less_the_counted_drops(writes: list[bool]) -> None:
    ring = BlockRing(slots=5, slot_bytes=8)
    written = 0
    read: list[int] = []
    for write in writes:
        if write:
            ring.write(sound(written), FRAMES, written, overflow=False)
            written += 1
        elif (block := ring.oldest()) is not None:
            told = (block.first_sample, block.sample_frames, block.monotonic_ns)
            assert told == (FRAMES * number(block), FRAMES, number(block))
            read.append(number(block))
            ring.release()
    while (block := ring.oldest()) is not None:
        read.append(number(block))
        ring.release()
    assert sorted(set(read)) == read
    assert len(read) * FRAMES + ring.dropped_samples == written * FRAMES


def test_full_drops_the_newest_and_the_index_shows_it() -> None:
    ring = BlockRing(slots=2, slot_bytes=8)
    for block_number in range(5):
        ring.write(sound(block_number), FRAMES, 0, overflow=False)
    assert ring.dropped_samples == 3 * FRAMES
    kept = []
    for _ in range(2):
        block = ring.oldest()
        assert block is not None
        kept.append(number(block))
        ring.release()
    assert kept == [0, 1]
    ring.write(sound(5), FRAMES, 0, overflow=False)
    block = ring.oldest()
    assert block is not None
    assert block.first_sample == 5 * FRAMES


def test_an_overflow_in_a_dropped_block_is_told_with_the_next_kept_one() -> None:
    ring = BlockRing(slots=1, slot_bytes=8)
    ring.write(sound(0), FRAMES, 0, overflow=False)
    ring.write(sound(1), FRAMES, 0, overflow=True)
    first = ring.oldest()
    assert first is not None
    assert first.overflow is False
    ring.release()
    for expected in (True, False):
        ring.write(sound(2), FRAMES, 0, overflow=False)
        block = ring.oldest()
        assert block is not None
        assert block.overflow is expected
        ring.release()


def test_two_threads_keep_order() -> None:
    ring = BlockRing(slots=8, slot_bytes=8)
    done = threading.Event()
    read: list[int] = []

    def write_all() -> None:
        for block_number in range(20_000):
            ring.write(sound(block_number), FRAMES, block_number, overflow=False)
        done.set()

    writer = threading.Thread(target=write_all)
    writer.start()
    while not done.is_set() or ring.oldest() is not None:
        block = ring.oldest()
        if block is not None:
            assert number(block) == block.monotonic_ns == block.first_sample // FRAMES
            read.append(number(block))
            ring.release()
    writer.join()
    assert sorted(set(read)) == read
    assert len(read) * FRAMES + ring.dropped_samples == 20_000 * FRAMES
