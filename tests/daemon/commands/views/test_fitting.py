"""Fitting a table's columns to a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.commands.views.fitting import fit, table_width

COLUMNS = {"hour": 11, "coughs": 6, "source": 12, "rate": 8, "interval": 13}
DISPENSABLE = ["interval", "source", "rate"]


def test_what_fits_is_shown_whole() -> None:
    assert fit(COLUMNS, table_width(COLUMNS), DISPENSABLE, "source") == COLUMNS


def test_a_name_is_shortened_before_a_column_is_left_out() -> None:
    shown = fit(COLUMNS, table_width(COLUMNS) - 6, DISPENSABLE, "source")
    assert shown == {**COLUMNS, "source": 6}
    shown = fit(COLUMNS, table_width(COLUMNS) - 7, DISPENSABLE, "source")
    assert shown == {"hour": 11, "coughs": 6, "source": 12, "rate": 8}


@given(st.integers(0, 80))
def test_columns_are_left_out_in_their_order_and_digits_stay_whole(room: int) -> None:
    shown = fit(COLUMNS, room, DISPENSABLE, "source")
    gone = [heading for heading in DISPENSABLE if heading not in shown]
    assert gone == DISPENSABLE[: len(gone)]
    assert all(shown[each] == COLUMNS[each] for each in shown if each != "source")
    assert table_width(shown) <= max(room, 19)
