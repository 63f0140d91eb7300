"""Charts beside each other in one SVG: what the scripts that draw these pages' pictures share."""

from __future__ import annotations

from collections.abc import Sequence


def side_by_side(charts: Sequence[str], width: float, height: float, style: str) -> str:
    """Give one picture of charts (`Chart.svg()`) that all have this size."""
    placed = "".join(
        svg.replace(
            "<svg ", f'<svg x="{width * place:g}" width="{width:g}" height="{height:g}" ', 1
        )
        for place, svg in enumerate(charts)
    )
    style += "\n.small { font-size: 14px }"  # a page shows them at two thirds of their size
    box = f'viewBox="0 0 {width * len(charts):g} {height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><style>{style}</style>{placed}</svg>\n'
