"""What the writer knows that its store held: a database server may come back with less.

So does one that fails over to a copy which lagged behind, or is put back from a dump. Numbers that
were told before would then be given to other messages, and sources be unknown that were announced.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from .home import become_another
from .outbox import bounds
from .records import Change, Listening, SourceSeen
from .sources_write import write_listening, write_seen
from .transaction import Transaction

_log = logging.getLogger("coughd.store")


class Remembered:
    """Since the store was opened; used by one thread at a time."""

    def __init__(self, connection: Connection) -> None:
        self._last_seq = self._found_seq = bounds(connection)[1]
        self._sources: dict[str, SourceSeen] = {}
        self._listening: Listening | None = None

    def begin(self, transaction: Transaction) -> Transaction:
        """Make a store that has gone back another one, in which what was announced is so again."""
        self._found_seq = bounds(transaction.connection)[1]
        if self._found_seq >= self._last_seq:
            return transaction
        transaction = transaction.of_store(become_another(transaction.connection))
        for seen in self._sources.values():
            write_seen(transaction, seen)
        if self._listening is not None:
            write_listening(transaction, self._listening)
        return transaction

    def committed(self, transaction: Transaction, changes: Sequence[Change]) -> None:
        """Learn from what is stored now."""
        if self._found_seq < self._last_seq:
            _log.error(
                "the database came back in an earlier state, without its last messages (%d): they "
                "are lost; it is another store to subscribers from now on",
                self._last_seq - self._found_seq,
            )
        self._last_seq = transaction.told[-1].seq if transaction.told else self._found_seq
        for change in changes:
            if isinstance(change, SourceSeen):
                self._sources[change.source_id] = change
            elif isinstance(change, Listening):
                self._listening = change
