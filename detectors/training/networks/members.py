"""The embedder is several that learnt from different seeds, side by side in one embedding.

What one of them takes for a cough by chance, the others rarely do; even less so those that look at
something else.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

from ...ports import EMBEDDING_SIZE
from .views import CLOSE, WHOLE, View

MEMBERS = 6


def member_sizes(members: int) -> list[int]:
    """How many of the 512 numbers each member gives; the last one gives what is left."""
    size = EMBEDDING_SIZE // members
    return [*[size] * (members - 1), EMBEDDING_SIZE - size * (members - 1)]


def member_columns(members: int) -> list[slice]:
    """Where each member's numbers stand in the embedding."""
    edges = accumulate(member_sizes(members), initial=0)
    return [slice(first, last) for first, last in pairwise(edges)]


def member_view(number: int) -> View:
    """Every other member looks closely."""
    return CLOSE if number % 2 else WHOLE
