"""Which columns of a table a terminal has room for: digits and ids are never shortened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GAP_CELLS = 2
"""Between two columns."""
_SHORTEST_NAME = 6


def fit(
    widths: Mapping[str, int], room: int, dispensable: Sequence[str], name: str | None = None
) -> dict[str, int]:
    """Give the columns that are shown, each with its width.

    Where there is too little room the `dispensable` are left out one by one, the first one first.
    The column `name` alone may be shortened, to six cells at least; it is before one is left out.
    What cannot be spared is given even where there is no room for it.
    """
    kept = dict(widths)
    for heading in dispensable:
        if _least(kept, name) <= room:
            break
        kept.pop(heading, None)
    excess = table_width(kept) - room
    if name is not None and name in kept and excess > 0:
        kept[name] = max(kept[name] - excess, min(kept[name], _SHORTEST_NAME))
    return kept


def table_width(widths: Mapping[str, int]) -> int:
    """Give the cells that columns of these widths take together."""
    return sum(widths.values()) + GAP_CELLS * max(len(widths) - 1, 0)


def _least(widths: Mapping[str, int], name: str | None) -> int:
    longest = widths.get(name, 0) if name is not None else 0
    return table_width(widths) - max(longest - _SHORTEST_NAME, 0)
