"""Pictures of an evaluation's worst mistakes."""

from __future__ import annotations

from ...config.errors import InputError
from ...detectors.evaluation.annotations.rows import Notice
from ...detectors.evaluation.page.spectrogram import spectrogram_png
from ...detectors.evaluation.report.document import System
from ...detectors.evaluation.scoring.cases import Case, worst_cases
from ...detectors.evaluation.scoring.outcome import examine
from .excerpts import read_excerpts
from .gathering import Gathered


def picture_cases(
    gathered: Gathered, system: System
) -> tuple[list[tuple[Case, bytes]], list[Notice]]:
    """The worst mistakes of a system, each with the PNG of its sound.

    Those in a recording that cannot be read any more have none; a notice says so.
    """
    cases = worst_cases(system.heard, [examine(heard) for heard in system.heard])
    pictures: dict[int, bytes] = {}
    notices: list[Notice] = []
    for path, name in gathered.names.items():
        here = [index for index, case in enumerate(cases) if case.file == name]
        if not here:
            continue
        spans_s = [(cases[index].start_s, cases[index].end_s) for index in here]
        try:
            excerpts, rate_hz = read_excerpts(path, spans_s)
        except InputError:
            notices.append(
                Notice(str(path), None, "cannot be read any more; its mistakes have no pictures.")
            )
            continue
        for index, samples in zip(here, excerpts, strict=True):
            pictures[index] = spectrogram_png(samples, rate_hz)
    return [
        (case, pictures[index]) for index, case in enumerate(cases) if index in pictures
    ], notices
