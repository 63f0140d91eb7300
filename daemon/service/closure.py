"""Which installed distributions coughd needs here, HeAR's among them where they are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_OF_THE_SERVICE = "hear"
"""The one extra of ours that a service may need."""


def needed(
    root: str, find: Callable[[str], Distribution] = distribution
) -> dict[str, Distribution]:
    """Every distribution below `root` that is installed, by normalised name, `root` left out.

    Requirements that are not installed belong to other systems or to extras that nobody chose.
    The extras of what the extra `hear` names are followed, for TensorFlow's CUDA libraries.
    """
    found: dict[str, Distribution] = {}
    waiting = list(_requirements(find(root), {_OF_THE_SERVICE}))
    while waiting:
        name, all_extras = waiting.pop()
        if name in found or name == _normal(root):
            continue
        try:
            found[name] = find(name)
        except PackageNotFoundError:
            continue
        waiting.extend(_requirements(found[name], None if all_extras else set()))
    return found


def _requirements(owner: Distribution, extras: set[str] | None) -> Iterator[tuple[str, bool]]:
    """Names of what is required with these extras (None: all), and whether by an extra."""
    for line in owner.requires or ():
        name, extra = _NAME.match(line), _EXTRA.search(line)
        if name and (extra is None or extras is None or extra[1] in extras):
            yield _normal(name[0]), extra is not None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
