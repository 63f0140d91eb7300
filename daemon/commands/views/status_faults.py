"""The faults of a status for people: many of one kind take few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from rich.text import Text

from ....config.as_text import in_one_line

_Json: TypeAlias = Mapping[str, Any]
_EACH = 4
"""So many faults of a kind have a line each; of more, so many lines tell of all."""


def fault_lines(faults: Sequence[_Json]) -> Iterator[Text]:
    """Give the lines of all faults; what is to be done about several alike is said once."""
    alike: dict[tuple[str, str], list[_Json]] = {}
    for fault in faults:
        alike.setdefault((fault["code"], fault["do"]), []).append(fault)
    for (_, advice), some in alike.items():
        shown = some if len(some) <= _EACH else some[: _EACH - 1]
        for fault in shown:
            line = Text(in_one_line(f"! {fault['about']}: "), style="red")
            yield line.append(in_one_line(f"{fault['says']}"), style="default")
        left = [fault["about"] for fault in some[len(shown) :]]
        if left:
            yield Text(in_one_line(f"! and {len(left)} more: {', '.join(left)}"), style="red")
        yield Text(in_one_line(f"  {advice}"))
