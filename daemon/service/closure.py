"""Which installed distributions coughd needs here, those of its extras where they are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(\[(?P<extras>[^\]]*)\])?")
_CONDITION = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_OF_THE_SERVICE = frozenset({"fit", "hear", "postgres", "remote", "torch"})
"""Extras of ours that an installed coughd may need; not what trains the shipped models."""
_OF_A_GPU = "and-cuda"
"""TensorFlow's extra with the libraries of NVIDIA, which a person installs by name."""


def needed(
    root: str, find: Callable[[str], Distribution] = distribution
) -> dict[str, Distribution]:
    """Every distribution below `root` that is installed, by normalised name, `root` left out.

    Requirements that are not installed belong to other systems or to extras that nobody chose.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(_requirements(find(root), _OF_THE_SERVICE))
    while waiting:
        wanted = name, extras = waiting.pop()
        if wanted in seen or name == _normal(root):
            continue
        seen.add(wanted)
        try:
            found[name] = find(name)
        except PackageNotFoundError:
            continue
        waiting.extend(_requirements(found[name], extras | {_OF_A_GPU}))
    return found


def _requirements(
    owner: Distribution, extras: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What is required with these extras: names, each with the extras that it is asked for."""
    for line in owner.requires or ():
        requirement, condition = _REQUIREMENT.match(line), _CONDITION.search(line)
        if requirement and (condition is None or condition[1] in extras):
            asked = (requirement["extras"] or "").replace(" ", "").split(",")
            yield _normal(requirement["name"]), frozenset(filter(None, asked))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
