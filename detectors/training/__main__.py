"""`python -m coughd.detectors.training --pack PATH --every-clip` makes the shipped models.

Without `--every-clip` it makes their twin, which leaves clips out to be tested with. Seeded; shows
progress on standard error; a second start goes on where the first one stopped (scenes and
checkpoints lie in --cache). It takes about three hours of one core, and 2.5 GB of memory for each
worker. Needs the extra `coughd[train]`.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from ...config.errors import CoughdError, ModelError, UsageError
from ...config.extras import command_to_add
from ..runtime import SHIPPED_MODELS, TWIN_MODELS
from .networks.members import MEMBERS


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m coughd.detectors.training")
    parser.add_argument("--pack", type=Path, required=True, help="folder with clips.csv")
    parser.add_argument(
        "--out", type=Path, help="where the models go; without it, where those of coughd lie"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("train-cache"),
        help="scenes and checkpoints, of one set of arguments",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shards", type=int, default=100, help="of 100 training scenes each")
    parser.add_argument("--gate-steps", type=int, default=2_500)
    parser.add_argument("--embedder-steps", type=int, default=6_000)
    parser.add_argument("--members", type=int, default=MEMBERS, help="embedders of one seed each")
    parser.add_argument(
        "--full-pack",
        action="store_true",
        help="learn from clips, too, that are not free for commercial use: not to be shipped",
    )
    parser.add_argument(
        "--every-clip",
        action="store_true",
        help="keep no clip for testing, which is left to the twin made without: to be shipped",
    )
    parser.add_argument(
        "--twin",
        type=Path,
        default=TWIN_MODELS,
        help="with --every-clip: what was made without it, for the cards to set beside",
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--device", default="cpu", help="of torch, such as cuda: where the networks are trained"
    )
    parser.add_argument("--score-only", action="store_true", help="only score and write cards")
    return parser.parse_args()


def main() -> int:
    """Run the whole recipe; the exit code follows sysexits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    given = _arguments()
    try:
        out = given.out or (SHIPPED_MODELS if given.every_clip else TWIN_MODELS)
        if given.full_pack and out.resolve() in (SHIPPED_MODELS.resolve(), TWIN_MODELS.resolve()):
            raise UsageError("With --full-pack the models may not be shipped: choose --out.")
        if given.full_pack and given.every_clip:
            raise UsageError("Either --full-pack or --every-clip: else no clip is left to ask.")
        if given.every_clip and out.resolve() == given.twin.resolve():
            raise UsageError(f"{out} is where the twin lies: choose another --out or --twin.")
        try:
            from .recipe import Recipe, make_models, score_models  # noqa: PLC0415 - needs torch
        except ImportError as exc:
            raise ModelError(
                f"Training needs {exc.name}, which is not installed. "
                f"Run: {command_to_add('coughd[train]')}"
            ) from exc
        recipe = Recipe(
            pack=given.pack,
            cache=given.cache,
            out=out,
            seed=given.seed,
            shards=given.shards,
            gate_steps=given.gate_steps,
            embedder_steps=given.embedder_steps,
            members=given.members,
            workers=given.workers,
            device=given.device,
            full_pack=given.full_pack,
            hold_out=not given.every_clip,
            twin=given.twin,
        )
        if not given.score_only:
            make_models(recipe)
        score_models(recipe)
    except CoughdError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
