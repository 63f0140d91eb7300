"""Groups in which the same sound stands, and which so are one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def group_numbers(groups: Sequence[str], same: Iterable[tuple[int, int]]) -> NDArray[np.intp]:
    """Give each row's group [shape=(n,)], counted from 0 in the order of the names.

    Groups that share a sound have one number, that of the first name; `same` holds pairs of rows
    that are one sound.
    """
    first_of = {name: name for name in groups}

    def first(name: str) -> str:
        while first_of[name] != name:
            name = first_of[name]
        return name

    for one, other in same:
        earlier, later = sorted((first(groups[one]), first(groups[other])))
        first_of[later] = earlier
    firsts = [first(name) for name in groups]
    numbers = {name: number for number, name in enumerate(sorted(set(firsts)))}
    return np.array([numbers[name] for name in firsts], dtype=np.intp)


def repeats(embeddings: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Give pairs of rows [shape=(n, 512)] that are the same to the last bit."""
    met: dict[bytes, int] = {}
    for row, embedding in enumerate(embeddings):
        earlier = met.setdefault(embedding.tobytes(), row)
        if earlier != row:
            yield earlier, row
