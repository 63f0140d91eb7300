"""How much the seed matters: each member of an embedder alone, and all together.

    python -m coughd.detectors.training.seeds --pack PATH

prints a Markdown table: a probe fitted on the numbers of one member, which differ by nothing but
the seed they learnt from, and on all; scored on scenes of held-out clips. Needs the extra
`coughd[train]`; takes some minutes and writes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..gate import CoughdGate
from ..open_embedder import OpenEmbedder
from .clips.bank import load_bank
from .fit_probe import Examples
from .networks.members import MEMBERS, member_columns, member_view
from .networks.views import CLOSE
from .refit import heading, line, triggers_of
from .survey import print_survey, survey_parser

SCENES = 400
"""For the fit; half as many for the test."""


def main() -> int:
    """Print the table."""
    parser = survey_parser("seeds")
    parser.add_argument("--members", type=int, default=MEMBERS, help="that the embedder has")
    parser.add_argument("--scenes", type=int, default=SCENES, help="for the fit; half for the test")
    return print_survey(
        parser, lambda given: [seeds_table(given.pack, given.models, given.members, given.scenes)]
    )


def seeds_table(pack: Path, models: Path, members: int, scenes: int = SCENES) -> str:
    """As Markdown; fitted on so many scenes, tested on half as many. InputError, ModelError."""
    hearing = CoughdGate.load(models), OpenEmbedder.load(models)
    fitting, calibrating, testing = (
        triggers_of(load_bank(pack, {fold}), hearing, some, part)
        for fold, some, part in (
            ("train", scenes, 2),
            ("val", scenes // 2, 1),
            ("dev", scenes // 2, 0),
        )
    )
    rows = heading("numbers of")
    columns = {
        f"seed {k}" + (", close" if member_view(k) is CLOSE else ""): some
        for k, some in enumerate(member_columns(members))
    }
    for name, some in {**columns, "all": slice(None)}.items():
        parts = [_only(examples, some) for examples in (fitting, calibrating, testing)]
        rows.append(line(name, *parts))
    return "\n".join(rows)


def _only(examples: Examples, columns: slice) -> Examples:
    return Examples(examples.embeddings[:, columns], examples.labels)


if __name__ == "__main__":
    sys.exit(main())
