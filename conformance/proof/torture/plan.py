"""Which accidents there are to try: each of them for every request of a quick run, scenario by scenario."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

from conformance.claims.scenarios import Scenario
from conformance.proof.torture.accidents import ACCIDENTS
from conformance.proof.torture.ordeal import Ordeal


def groups(scenarios: Mapping[str, Sequence[Scenario]]) -> list[tuple[str, ...]]:
    """Return the requirements of each scenario, each requirement in the group of its first scenario only.

    A run of one group sends a few requests where a whole run sends hundreds.
    """
    found: dict[Scenario, list[str]] = {}
    for requirement, where in scenarios.items():
        if where:
            found.setdefault(where[0], []).append(requirement)
    return [tuple(sorted(names)) for names in found.values()]


def ordeals(runs: Iterable[tuple[tuple[str, ...], Sequence[str]]]) -> Iterator[Ordeal]:
    """Yield the ordeals of these groups, given the requests that a run of each sends.

    What every scenario sends in the same place, such as its set-up, is tried once: in the first group that
    sends it.
    """
    seen: set[tuple[str, ...]] = set()
    for only, requests in runs:
        for number, request in enumerate(requests, 1):
            way = tuple(requests[:number])
            if way not in seen:
                seen.add(way)
                yield from (Ordeal(only, number, request, name) for name in ACCIDENTS)


def sampled(found: Sequence[Ordeal], size: int, seed: int) -> list[Ordeal]:
    """Return so many of the ordeals, the same for the same seed; all of them for 0."""
    if not size or size >= len(found):
        return list(found)
    return random.Random(seed).sample(list(found), size)  # noqa: S311 - no secret
