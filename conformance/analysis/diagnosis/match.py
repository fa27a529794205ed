"""Compares a cause with known defects: what both violate, and how, against what only one of them does.

Defects with the same signature share what is likely, and something is kept for a defect that nobody knows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from conformance.analysis.causes import Group, Sign
from conformance.analysis.diagnosis.signatures import Signature
from conformance.results.causes import Diagnosis

MOST: Final = 3
LEAST: Final = 0.1
"""What is less likely is not said."""
UNKNOWN: Final = 0.15
"""The weight of a defect that nobody knows, against that of one whose signature is met exactly."""
SHARPNESS: Final = 3
NEAR: Final = 0.4
"""What the same violation with another deviation counts."""
SECOND: Final = 0.5
"""So likely must a second defect be that accounts for what the first leaves unexplained."""
CHANCE: Final = 0.2
"""What a violation by generated requests counts: another seed may not find it."""


def likenesses(signs: Iterable[Sign]) -> dict[str, str]:
    """Return the signature of violations: the deviation of each by requirement@operation."""
    return {sign.name: f"{sign.kind} {sign.about}" for sign in signs}


def diagnosed(
    group: Group, judged: Collection[str], signatures: Sequence[Signature]
) -> tuple[Diagnosis, ...]:
    """Return the known defects that a cause looks like, the likeliest first.

    `judged` are the requirement@operation that this run judged: what it could not see counts neither way.
    Where the likeliest leaves much unexplained, a second one that accounts for the rest is named as well.
    """
    seen = likenesses(group.signs)
    first = _ranked(seen, group, judged, signatures)
    if not first:
        return ()
    rest = {name: text for name, text in seen.items() if name not in first[0].explains}
    if not any(not sign.is_watcher for sign in group.signs if sign.name in rest):
        return first
    others = [each for each in signatures if each.defect != first[0].defect]
    second = [
        each
        for each in _ranked(rest, group, judged, others)[:1]
        if each.likelihood >= SECOND and each.defect not in {one.defect for one in first}
    ]
    return (first[0], *second, *first[1:])


def _ranked(
    seen: Mapping[str, str], group: Group, judged: Collection[str], signatures: Sequence[Signature]
) -> tuple[Diagnosis, ...]:
    weights = _weights(seen, group, signatures)
    near = [each for each in signatures if seen.keys() & each.signs.keys()]
    scores = {each.defect: _score(seen, each, judged, weights) ** SHARPNESS for each in near}
    total = UNKNOWN + sum(scores.values())
    found = [
        Diagnosis(
            defect=each.defect,
            sentence=each.sentence,
            likelihood=round(scores[each.defect] / total, 2),
            explains=tuple(name for name in seen if name in each.signs),
        )
        for each in sorted(near, key=lambda each: (-scores[each.defect], each.defect))[:MOST]
    ]
    return tuple(each for each in found if each.likelihood >= LEAST)


def _weights(seen: Mapping[str, str], group: Group, signatures: Sequence[Signature]) -> dict[str, float]:
    """Return what each violation counts: more where few defects show it, little where chance finds it."""
    counted = Counter(name for each in signatures for name in each.signs)
    generated = {sign.name for sign in group.signs if sign.row.generated}
    return {
        name: (CHANCE if name in generated else 1.0) * math.log((len(signatures) + 1) / (counted[name] + 0.5))
        for name in {*seen, *counted}
    }


def _score(
    seen: Mapping[str, str], known: Signature, judged: Collection[str], weights: Mapping[str, float]
) -> float:
    """Return from 0 to 1 how alike two signatures are: what both show, as a part of what either does."""
    signs = {name: text for name, text in known.signs.items() if name in judged}
    both = sum(
        weights[name]
        * (1.0 if signs[name] == seen[name] else NEAR * (_kind(signs[name]) == _kind(seen[name])))
        for name in seen.keys() & signs.keys()
    )
    either = sum(weights[name] for name in seen.keys() | signs.keys())
    return both / either if either else 0.0


def _kind(text: str) -> str:
    return text.partition(" ")[0]
