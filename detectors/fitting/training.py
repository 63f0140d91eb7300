"""From examples to a probe file with its card, and whether it is better than the one in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ...config.errors import ModelError
from ..evaluation.scoring.resampling import Measured
from ..probe import LinearProbe
from ..probe_file import probe_document
from ..runtime import read_model_file
from .card import Card, card_fields, card_text
from .comparison import Comparison, compare
from .examples import FEWEST_EACH, Examples, counts_by_label
from .in_context import in_context
from .protocol import fit
from .regression import Numbers
from .scores import HeldOut, counts_at, score, thresholds_across
from .threshold import operating_point

_GROUP_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted probe that is not in force yet."""

    name: str
    document: bytes
    card: str
    """Markdown."""
    fields: dict[str, object]
    """The card as it stands in the file."""
    scores: Mapping[str, Measured]
    comparison: Comparison | None
    """None where no probe judges this embedder's embeddings yet."""

    @property
    def wins(self) -> bool:
        """Whether it should replace what is in force."""
        return self.comparison is None or self.comparison.wins


@dataclass(frozen=True, slots=True)
class InForce:
    """The probe to beat."""

    probe: LinearProbe
    groups: frozenset[str]
    """Digests of the groups that it was fitted to."""

    @classmethod
    def read(cls, path: Path, probe: LinearProbe) -> InForce:
        """Of a probe and its file; a shipped one knows no groups. ModelError."""
        try:
            card = json.loads(read_model_file(path)).get("card", {})
            groups = card.get("groups", []) if isinstance(card, dict) else []
        except (ValueError, RecursionError) as exc:
            raise ModelError(f"{path} is not JSON: {exc}. Roll back or retrain the probe.") from exc
        return cls(probe, frozenset(map(str, groups)))


def train(
    name: str,
    examples: Examples,
    origin: str,
    in_force: InForce | None,
    progress: Callable[[int, int], None],
    teacher: str | None = None,
) -> Trained:
    """Fit, score and compare; InputError where the examples are too few.

    The new probe weighs the context as the one in force does, calibrated to these examples. Where
    their contexts are not known, both are compared by the embeddings alone.

    Parameters
    ----------
    origin
        Where the examples come from, in words.
    teacher
        The name of the probe that said the labels which no person did.
    """
    fitted = fit(examples, progress)
    heard = in_context(fitted, examples, in_force.probe.context if in_force else None)
    weights = replace(fitted.weights, context=heard.weights)
    by_persons = ~examples.taught
    chosen = by_persons if _enough(examples) else np.ones_like(by_persons)
    held_out = HeldOut.of(examples, heard.held_out, chosen)
    threshold = operating_point(partial(counts_at, held_out.rows))
    digests = [_digest(group) for group in examples.groups]
    comparison = None
    if in_force is not None:
        comparison = _compare(in_force, examples, heard.held_out, chosen, digests)
    card = Card(
        name=name,
        embedder=examples.embedder,
        origin=origin,
        teacher=teacher,
        counts=counts_by_label(examples),
        taught=int(examples.taught.sum()),
        groups=len(np.unique(examples.group_numbers)),
        folds=int(fitted.fold_of.max()) + 1,
        strength=fitted.strength,
        fold_auc=fitted.fold_auc,
        threshold=threshold,
        scored=int(chosen.sum()),
        scored_taught=int((chosen & examples.taught).sum()),
        scores=score(held_out, thresholds_across(held_out.rows, fitted.fold_of[chosen])),
        comparison=comparison,
    )
    fields = {**card_fields(card), "groups": sorted(set(digests))}
    document = probe_document(name, weights, examples.embedder, threshold, fields)
    return Trained(name, document, card_text(card), fields, card.scores, comparison)


def _enough(examples: Examples) -> bool:
    """Whether persons labelled enough to score by."""
    coughs = examples.coughs[~examples.taught]
    return min(int(coughs.sum()), int((~coughs).sum())) >= FEWEST_EACH


def _compare(
    in_force: InForce,
    examples: Examples,
    held_out: Numbers,
    chosen: np.ndarray[tuple[int], np.dtype[np.bool_]],
    digests: list[str],
) -> Comparison:
    """On groups that the other never saw, where they suffice; else on all, and that is told."""
    group_of = examples.group_numbers
    seen = np.isin(group_of, group_of[[digest in in_force.groups for digest in digests]])
    unseen = HeldOut.of(examples, held_out, chosen & ~seen)
    rows = chosen & ~seen if unseen.both else chosen
    new = unseen if unseen.both else HeldOut.of(examples, held_out, chosen)
    judged = _judged(in_force.probe, examples)[rows]
    seen_before = len(np.unique(group_of[rows & seen]))
    return compare(
        in_force.probe.identity.name,
        new,
        judged,
        seen_before=seen_before,
        taught=int(examples.taught[rows].sum()),
    )


def _judged(probe: LinearProbe, examples: Examples) -> Numbers:
    """P(cough) of each example [shape=(n,)], in its context where that is known."""
    contexts = examples.contexts or (None,) * len(examples.groups)
    pairs = zip(examples.embeddings, contexts, strict=True)
    return np.array([probe.judge(embedding, context).probability for embedding, context in pairs])


def _digest(group: str) -> str:
    """Tells whether a group was met before, without saying whose it is."""
    return hashlib.sha256(group.encode()).hexdigest()[:_GROUP_DIGITS]
