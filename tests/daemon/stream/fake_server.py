"""A store that answers what a merge asks, as the replay socket would."""

from __future__ import annotations

import pytest

from coughd.daemon.stream.items import Item, Message
from coughd.daemon.stream.merge import Step, StreamMerge
from coughd.daemon.stream.replay_protocol import ReplayHeader

from .fakes import FakeOutbox, durable, message_of


class FakeServer:
    """A store with what a replay socket would answer about it."""

    def __init__(self, store_id: str = "A", last_seq: int = 0) -> None:
        self.store_id = store_id
        self.boot_id = "boot"
        self.last_seq = 0
        self.outbox = FakeOutbox()
        for _ in range(last_seq):
            self.commit()

    def commit(self) -> Message:
        self.last_seq += 1
        row = durable(self.last_seq, store_id=self.store_id, boot_id=self.boot_id)
        self.outbox.append(row)
        return message_of(row)

    def boot(self, number: int = 1) -> None:
        self.boot_id = f"boot-{number}"

    def go_back_to(self, seq: int) -> None:
        self.outbox.go_back_to(seq)
        self.last_seq = seq

    def answer(self, since_seq: int, limit: int = 4) -> tuple[ReplayHeader, list[Message]]:
        page = self.outbox.page(since_seq, limit)
        header = ReplayHeader(
            "truncated" if page.status == "truncated" else "ok",
            self.store_id,
            self.boot_id,
            since_seq,
            page.oldest_seq,
            page.last_seq,
            len(page.rows),
            "",
        )
        return header, [message_of(row) for row in page.rows]


def items(steps: list[Step]) -> list[Item | int]:
    return [step.item.seq or 0 if isinstance(step.item, Message) else step.item for step in steps]


def catch_up(merge: StreamMerge, server: FakeServer) -> list[Step]:
    """Ask until nothing is missing, as the subscriber would."""
    steps: list[Step] = []
    for _ in range(1000):
        since_seq = merge.missing_since
        if since_seq is None:
            return steps
        steps += merge.answer(*server.answer(since_seq))
    pytest.fail("it never stops asking")
