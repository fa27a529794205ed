"""The order in which scenarios catch most: a run that may send few requests spends them on these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from conformance.analysis.diagnosis import known_signatures

Name = TypeVar("Name")


def by_worth(
    declared: Mapping[Name, Collection[tuple[str, str]]], caught: Iterable[Collection[str]]
) -> Sequence[Name]:
    """Return the names so that each next one sees most of the defects that none before it sees.

    `declared` are the pairs that each judges, `caught` the pairs of each defect as `requirement@operation`.
    What sees nothing new comes last, in the order given.
    """
    pairs = {name: {"@".join(pair) for pair in own} for name, own in declared.items()}
    defects = [set(each) for each in caught]
    sees = {name: {n for n, each in enumerate(defects) if own & each} for name, own in pairs.items()}
    order: list[Name] = []
    seen: set[int] = set()
    while left := [name for name in sees if name not in order]:
        best = max(left, key=lambda name: len(sees[name] - seen))  # the first of those that are alike
        if sees[best] <= seen:
            return [*order, *left]
        order.append(best)
        seen |= sees[best]
    return order


def known_catches() -> list[Collection[str]]:
    """Return what the defect matrix found: the pairs that each defect was seen to violate."""
    return [each.signs.keys() for each in known_signatures()]
