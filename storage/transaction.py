"""What the writing functions share while one transaction is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, bindparam, select

from ..config.errors import StorageError
from .messages import Message, Sender, Source
from .outbox import append
from .records import OutboxRow
from .rollup import Tally
from .schema import sources

_NAME = select(sources.c.name).where(sources.c.source_id == bindparam("source"))


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction of the writing connection: what it adds up and what it has told."""

    connection: Connection
    sender: Sender
    now_us: int
    tally: Tally = field(default_factory=Counter)
    told: list[OutboxRow] = field(default_factory=list)

    def configured(self, config_sha256: str) -> Transaction:
        """The same transaction, by another configuration from now on."""
        origin = replace(self.sender.origin, config_sha256=config_sha256)
        return replace(self, sender=replace(self.sender, origin=origin))

    def of_store(self, store_id: str) -> Transaction:
        """The same transaction, of a store that is another one from now on."""
        return replace(self, sender=replace(self.sender, store_id=store_id))

    def tell(self, message: Callable[[int], Message]) -> None:
        """Put a message into the outbox; it is made for the `seq` that it gets."""
        self.told.append(append(self.connection, message, self.now_us))

    def source(self, source_id: str) -> Source:
        """Give a source with its name; StorageError for one that was never announced."""
        name = self.connection.execute(_NAME, {"source": source_id}).scalar()
        if name is None:
            raise StorageError(f"source {source_id!r} was not announced before its first fact")
        return Source(source_id, name)
