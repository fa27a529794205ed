"""Which accidents there are to try: each of them for every request of a quick run, scenario by scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from conformance.claims.scenarios import Scenario
from conformance.errors import UsageError
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


def ordeals(
    runs: Iterable[tuple[tuple[str, ...], Sequence[str]]], judged: Collection[str]
) -> Iterator[Ordeal]:
    """Yield the ordeals of these groups, given the requests that a run of each sends.

    `judged` are the requests of documented operations. What else many scenarios send, such as their set-up
    and its undo, is tried in the first group that sends it so often.
    """
    seen: set[tuple[str, int]] = set()
    for only, requests in runs:
        times: Counter[str] = Counter()
        for number, request in enumerate(requests, 1):
            times[request] += 1
            if request in judged or (request, times[request]) not in seen:
                seen.add((request, times[request]))
                yield from (Ordeal(only, number, request, name) for name in ACCIDENTS)


def named(found: Sequence[tuple[str, ...]], only: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the groups with a requirement of these ids or patterns; `UsageError` where there is none."""
    wanted = [each for each in found if any(fnmatchcase(name, one) for name in each for one in only)]
    if not wanted:
        raise UsageError(f"--only {' '.join(only)}: with --torture it names requirements; `list` shows them")
    return sorted(wanted)


def sampled(found: Sequence[tuple[str, ...]], percent: float, seed: int) -> list[tuple[str, ...]]:
    """Return about this part of the groups, others for each seed."""
    step = max(1, round(100 / percent)) if percent else len(found)
    return sorted(found)[seed % step :: step]
