"""How a detector does on scenes of a source that was not trained on.

    python -m coughd.detectors.training.strange_scenes --pack PATH

prints the counting scores of scenes like those that it was trained on, made of the clips that may
not be used commercially: nobody's cough or laugh among them was learnt from. It is the only
question by scenes that the shipped models can be asked. The clips' coughs were marked by rule;
`seen_bursts.csv` has those that the rule left out. Needs the extra `coughd[train]`; takes some
minutes and writes nothing.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from ..runtime import SHIPPED_MODELS
from .clips.bank import Bank, load_bank
from .score_tables import counting_section
from .strangers import load_strangers
from .survey import print_survey, survey_parser
from .validate import (
    HOUR_SCENES,
    TEST_SCENES,
    TEST_SNR_DB,
    Detector,
    judge_generated,
    judge_without_coughs,
)


def strange_bank(pack: Path) -> Bank:
    """Strangers' sounds; hardly any of them is speech or music, so the probe's; InputError."""
    probes = load_bank(pack, {"val"})
    return replace(load_strangers(pack), speech=probes.speech, music=probes.music)


def of_strange_scenes(pack: Path, models: Path) -> str:
    """The counting scores of a folder's models, as Markdown; InputError, ModelError."""
    detector, bank = Detector.load(models), strange_bank(pack)
    generated = {
        f"strangers, {snr_db:g} dB": list(judge_generated(detector, bank, snr_db, TEST_SCENES))
        for snr_db in TEST_SNR_DB
    }
    hour = list(judge_without_coughs(detector, bank, HOUR_SCENES))
    return counting_section(generated, hour, detector.probe.threshold, few_clips=len(bank.coughs))


def main() -> int:
    """Print the scores."""
    return print_survey(
        survey_parser("strange_scenes", SHIPPED_MODELS),
        lambda given: [of_strange_scenes(given.pack, given.models)],
    )


if __name__ == "__main__":
    sys.exit(main())
