"""Sums by row: whole buckets from the rollup, the ragged ends from events and coverage.

Both routes give the same numbers. An end has at most 15 minutes; everything between the ends
is added up by the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, case, cast, distinct, func, literal, select

from .intervals import Tally
from .local_time import SECOND_US, Grid, Run
from .schema import BUCKET_US, coverage, events, rollup


def add_up(connection: Connection, grid: Grid, source_ids: Sequence[str]) -> dict[int, Tally]:
    """Give the sums of the sources together by row of the grid; a row left out is all zero.

    A zone's transition before 1973 may fall inside a bucket; that one counts where it begins.
    """
    sums: dict[int, Tally] = {}
    if not grid.runs:
        return sums
    start_us, end_us = grid.starts_us[0], grid.end_us
    whole_from_us = -(-start_us // BUCKET_US) * BUCKET_US
    whole_to_us = end_us // BUCKET_US * BUCKET_US
    for run in grid.runs:
        query = _whole_buckets(run, whole_from_us, whole_to_us, source_ids)
        first_row = grid.row_at(run.start_us)
        for step, *values in connection.execute(query).all():
            if step is not None:
                row, found = first_row + step, Tally._make(values)
                # A local day that a transition cuts comes in two parts.
                sums[row] = sums[row].plus(found) if row in sums else found
    ragged = [(start_us, whole_from_us), (whole_to_us, end_us)]
    if whole_from_us > whole_to_us:
        ragged = [(start_us, end_us)]
    for piece_start_us, piece_end_us in ragged:
        if piece_start_us < piece_end_us:
            row = grid.row_at(piece_start_us)
            for found in _from_rows(connection, piece_start_us, piece_end_us, source_ids):
                sums[row] = sums.get(row, Tally()).plus(found)
    return sums


def _whole_buckets(run: Run, from_us: int, to_us: int, source_ids: Sequence[str]) -> Select[Any]:
    # PostgreSQL's sum of integers is a decimal.
    sums = [cast(func.sum(rollup.c[name]), BigInteger) for name in Tally._fields]
    whole_run = run.origin_us + run.step_us >= run.end_us
    step = (rollup.c.bucket_us - run.origin_us) // run.step_us
    query = select((func.min(step) if whole_run else step).label("step"), *sums).where(
        rollup.c.source_id.in_(source_ids),
        rollup.c.bucket_us >= max(run.start_us, from_us),
        rollup.c.bucket_us < min(run.end_us, to_us),
    )
    # To group is to sort, which takes longer than to add up.
    return query if whole_run else query.group_by("step")


def _from_rows(
    connection: Connection, start_us: int, end_us: int, source_ids: Sequence[str]
) -> Iterator[Tally]:
    counted = (
        select(
            func.sum(case((events.c.counted, 1), else_=0)),
            func.count(distinct(case((events.c.counted, events.c.onset_us // SECOND_US)))),
            func.sum(case((events.c.counted & events.c.starts_epoch, 1), else_=0)),
            func.sum(case((events.c.counted, 0), else_=1)),
        )
        .where(
            events.c.source_id.in_(source_ids),
            events.c.onset_us >= start_us,
            events.c.onset_us < end_us,
        )
        .group_by(events.c.source_id)
    )
    for values in connection.execute(counted):
        yield Tally(*map(int, values))
    first_us = case((coverage.c.start_us < start_us, literal(start_us)), else_=coverage.c.start_us)
    last_us = case((coverage.c.end_us > end_us, literal(end_us)), else_=coverage.c.end_us)
    heard = (
        select(coverage.c.state, func.sum(last_us - first_us))
        .where(
            coverage.c.source_id.in_(source_ids),
            coverage.c.start_us < end_us,
            coverage.c.end_us > start_us,
        )
        .group_by(coverage.c.state)
    )
    for state, length_us in connection.execute(heard):
        yield Tally()._replace(**{f"{state}_us": int(length_us)})
