"""Sums by row: whole UTC hours and quarters from the rollup, ragged ends from events and coverage.

All routes give the same numbers. An end has at most 15 minutes; everything between the ends
is added up by the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    case,
    cast,
    distinct,
    func,
    literal,
    select,
)

from ..schema import BUCKET_US, UTC_HOUR_US, coverage, events, rollup, rollup_hours
from .intervals import Tally
from .local_time import SECOND_US, Grid, Run

_LEVELS = ((rollup_hours, UTC_HOUR_US), (rollup, BUCKET_US))


def add_up(
    connection: Connection,
    grid: Grid,
    source_ids: Sequence[str],
    known_us: tuple[int, int] | None = None,
) -> dict[int, Tally]:
    """Give the sums of the sources together by row of the grid; a row left out is all zero.

    `known_us` is the [start, end) of all that is known of the sources: an end beyond which they
    have nothing takes its whole quarter from the sums, which outlive the events.

    A zone's transition before 1973 may fall inside a bucket; that one counts where it begins.
    """
    sums: dict[int, Tally] = {}
    for run in grid.runs:
        first_row = grid.row_at(run.start_us)
        for table, start_us, end_us in _pieces(run, known_us):
            if table is None:
                row = grid.row_at(start_us)
                for found in _from_rows(connection, start_us, end_us, source_ids):
                    sums[row] = sums.get(row, Tally()).plus(found)
                continue
            query = _from_sums(table, run, start_us, end_us, source_ids)
            for step, *values in connection.execute(query).all():
                if step is not None:
                    # The quarter of an end may begin before the run.
                    row, found = first_row + max(step, 0), Tally._make(values)
                    # A row may come in parts: of several levels, or of a day with a transition.
                    sums[row] = sums[row].plus(found) if row in sums else found
    return sums


def _pieces(run: Run, known_us: tuple[int, int] | None) -> Iterator[tuple[Table | None, int, int]]:
    """Cut a run into what each table of sums can give, the coarsest first; None: no sums can."""
    pending = [(run.start_us, run.end_us)]
    for table, width_us in _LEVELS:
        left: list[tuple[int, int]] = []
        aligned = run.origin_us % width_us == run.step_us % width_us == 0
        fits = table is rollup or _is_one_step(run) or aligned
        for start_us, end_us in pending:
            from_us, to_us = -(-start_us // width_us) * width_us, end_us // width_us * width_us
            if fits and from_us <= to_us:
                if from_us < to_us:
                    yield table, from_us, to_us
                # Even where nothing lies between: a row may end at the border they share.
                left += [(start_us, from_us), (to_us, end_us)]
            else:
                left.append((start_us, end_us))
        pending = [(start_us, end_us) for start_us, end_us in left if start_us < end_us]
    for start_us, end_us in pending:
        quarter_us = start_us - start_us % BUCKET_US
        begins = start_us == quarter_us or (known_us is not None and start_us <= known_us[0])
        ends = known_us is not None and end_us >= min(known_us[1], quarter_us + BUCKET_US)
        if begins and ends:
            yield rollup, quarter_us, quarter_us + BUCKET_US
        else:
            yield None, start_us, end_us


def _is_one_step(run: Run) -> bool:
    return run.origin_us + run.step_us >= run.end_us


def _from_sums(
    table: Table, run: Run, start_us: int, end_us: int, source_ids: Sequence[str]
) -> Select[Any]:
    step = (table.c.bucket_us - run.origin_us) // run.step_us
    columns = [table.c[name] for name in Tally._fields]
    # PostgreSQL's sum of integers is a decimal.
    sums: list[ColumnElement[Any]] = [cast(func.sum(column), BigInteger) for column in columns]
    within = (
        table.c.source_id.in_(source_ids),
        table.c.bucket_us >= start_us,
        table.c.bucket_us < end_us,
    )
    # To group is to sort, which takes longer than to add up.
    query: Select[Any]
    if _is_one_step(run):
        query = select(func.min(step), *sums)
    elif len(source_ids) == 1 and (table, run.step_us) in _LEVELS:
        query = select(step, *columns)
    else:
        query = select(step.label("step"), *sums).group_by("step")
    return query.where(*within)


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
