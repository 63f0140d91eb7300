"""What a benchmark gives: figures with their aims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Room:
    """Where and how thoroughly a benchmark measures."""

    folder: Path
    """Empty, and gone afterwards."""
    quick: bool

    @classmethod
    def of(cls, folder: str, *, quick: bool) -> Room:
        return cls(Path(folder), quick)

    def seconds(self, thorough_s: float, quick_s: float) -> float:
        return quick_s if self.quick else thorough_s


@dataclass(frozen=True, slots=True)
class Figure:
    """One number."""

    name: str
    value: float | None
    """None where this machine cannot measure it; `how` then says why."""
    unit: str
    how: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the aim was; None without an aim or a figure."""
        if self.value is None:
            return None
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None

    @property
    def text(self) -> str:
        return "-" if self.value is None else f"{_rounded(self.value)} {self.unit}"

    @property
    def aim_text(self) -> str:
        if self.at_most is not None:
            return f"<= {_rounded(self.at_most)} {self.unit}"
        if self.at_least is not None:
            return f">= {_rounded(self.at_least)} {self.unit}"
        return ""

    @property
    def mark(self) -> str:
        return {True: "ok", False: "MISSED", None: ""}[self.reached]

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "at_most": self.at_most,
            "at_least": self.at_least,
            "reached": self.reached,
            "how": self.how,
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the smallest value that this share of the values does not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
