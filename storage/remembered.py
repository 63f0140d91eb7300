"""What the writer knows that its store held: a database may come back with less.

So does a server that fails over to a copy which lagged behind, and so does what is put back from a
dump, or file over file, while coughd is stopped. Numbers that were told before would then be given
to other messages, and sources be unknown that were announced.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from .closing import Closing
from .home import become_another
from .migrations import read_store_id
from .outbox import body_of, bounds, last_message
from .records import Change, Listening, SourceSeen
from .sources_write import write_listening, write_seen
from .told import LastTold, Told
from .transaction import Transaction

_log = logging.getLogger("coughd.store")


class Remembered(Closing):
    """Since the store was opened; used by one thread at a time.

    `told` remembers it beyond the next start.
    """

    def __init__(self, connection: Connection, store_id: str, told: Told | None) -> None:
        last = LastTold.of(*last_message(connection))
        self._last_seq = self._found_seq = last.seq
        self._told = told
        if told is not None:
            told.keep(store_id, last)
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
        self._last_seq = self._found_seq
        if transaction.told:
            last = transaction.told[-1]
            self._last_seq = last.seq
            if self._told is not None:
                self._told.keep(transaction.sender.store_id, LastTold.of(last.seq, last.body))
        for change in changes:
            if isinstance(change, SourceSeen):
                self._sources[change.source_id] = change
            elif isinstance(change, Listening):
                self._listening = change

    def close(self) -> None:
        """Close what remembers beyond the next start."""
        if self._told is not None:
            self._told.close()


def settle_told(connection: Connection, told: Told, name: str) -> None:
    """Make a store another one where it does not hold what was told of it, or nobody knows that."""
    last = told.last_of(read_store_id(connection))
    if told.doubt is not None:
        _log.warning(
            "%s %s, so nobody knows how far %s was told: it is another store to subscribers",
            told.path,
            told.doubt,
            name,
        )
    elif last is not None and not _holds(connection, last):
        _log.error(
            "%s was put back to an earlier state while coughd was stopped, or replaced: message "
            "%d is not in it as it was told; it is another store to subscribers from now on",
            name,
            last.seq,
        )
    else:
        return
    become_another(connection)


def _holds(connection: Connection, last: LastTold) -> bool:
    """Whether the message is in the store, or was and is forgotten by now."""
    oldest_seq, last_seq = bounds(connection)
    if last.seq < oldest_seq:
        return True
    return last.seq <= last_seq and last == LastTold.of(
        last.seq, body_of(connection, last.seq) or ""
    )
