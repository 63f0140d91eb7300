"""What was heard of a source's time: intervals of a stretch that never overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace

from sqlalchemy import bindparam, func, insert, select, update

from .records import Covered
from .rollup import tally_span
from .schema import coverage
from .transaction import Transaction

# Intervals never overlap, so none that begins before the last one to begin by `start` matters;
# without this bound a claim would read its stretch from the beginning, for months.
_FIRST_START = (
    select(func.max(coverage.c.start_sample))
    .where(
        coverage.c.stretch_id == bindparam("stretch"),
        coverage.c.start_sample <= bindparam("start"),
    )
    .scalar_subquery()
)
_OVERLAPPING = (
    select(*(coverage.c[field.name] for field in fields(Covered)))
    .where(
        coverage.c.stretch_id == bindparam("stretch"),
        coverage.c.start_sample >= func.coalesce(_FIRST_START, bindparam("start")),
        coverage.c.start_sample < bindparam("end"),
        coverage.c.end_sample > bindparam("start"),
    )
    .order_by(coverage.c.start_sample)
)
_EXTEND = (
    update(coverage)
    .where(
        coverage.c.stretch_id == bindparam("stretch"),
        coverage.c.start_sample == bindparam("start"),
    )
    .values(
        end_sample=bindparam("end"),
        end_us=bindparam("until_us"),
        noise_dbfs=bindparam("noise"),
    )
)


def write_covered(transaction: Transaction, change: Covered) -> None:
    """Store what of the claim no stored interval holds yet; what was stored first stands.

    So a claim sent again with a later end extends its interval, a repeated one changes nothing,
    and a file heard again after a crash, even with other settings, counts no time twice.
    """
    found = transaction.connection.execute(
        _OVERLAPPING,
        {
            "stretch": change.stretch_id,
            "start": change.start_sample,
            "end": change.end_sample,
        },
    )
    stored = [Covered(*row) for row in found]
    for piece in uncovered(change, stored):
        before = next(
            (interval for interval in stored if interval.end_sample == piece.start_sample), None
        )
        # Only an interval of this very claim grows; its neighbour of the same state does not.
        if (
            before is not None
            and before.state == piece.state
            and before.start_sample >= change.start_sample
        ):
            _extend(transaction, before, piece)
        else:
            _insert(transaction, piece)


def uncovered(claim: Covered, stored: Iterable[Covered]) -> list[Covered]:
    """Cut a claim into the pieces that the stored intervals, in order, leave free.

    A cut is where a stored interval begins or ends, in samples and in its microseconds.
    """
    pieces: list[Covered] = []
    rest = claim
    for interval in stored:
        if interval.start_sample > rest.start_sample:
            pieces.append(replace(rest, end_sample=interval.start_sample, end_us=interval.start_us))
        if interval.end_sample > rest.start_sample:
            rest = replace(rest, start_sample=interval.end_sample, start_us=interval.end_us)
    pieces.append(rest)
    return [piece for piece in pieces if piece.start_sample < piece.end_sample]


def _insert(transaction: Transaction, piece: Covered) -> None:
    end_us = max(piece.start_us, piece.end_us)
    transaction.connection.execute(insert(coverage), asdict(replace(piece, end_us=end_us)))
    tally_span(transaction.tally, piece.source_id, piece.state, piece.start_us, end_us)


def _extend(transaction: Transaction, interval: Covered, piece: Covered) -> None:
    # A wall clock set back leaves the interval's end where it was told before.
    end_us = max(interval.end_us, piece.end_us)
    transaction.connection.execute(
        _EXTEND,
        {
            "stretch": interval.stretch_id,
            "start": interval.start_sample,
            "end": piece.end_sample,
            "until_us": end_us,
            "noise": piece.noise_dbfs,
        },
    )
    tally_span(transaction.tally, interval.source_id, interval.state, interval.end_us, end_us)
