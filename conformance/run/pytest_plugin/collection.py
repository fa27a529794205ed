"""Which scenarios a run takes, what each declares, and in which order they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import pytest

from conformance.claims.requirements import Catalogue, select
from conformance.run.pytest_plugin.worth import by_worth, known_catches
from conformance.run.run import Run

RUN: Final = pytest.StashKey[Run]()
"""The run that the scenarios belong to; absent where scenarios are only collected."""
CATALOGUE: Final = pytest.StashKey[Catalogue]()
DECLARED: Final = pytest.StashKey[tuple[tuple[str, str], ...]]()
"""The (requirement, operation) pairs that a scenario judges."""
PHASES: Final = {"first": -2, "early": -1, "sequences": 1, "generated": 2}
"""The phases before and after that of most scenarios.

Before the last two the checks of `Judge.at_end` are taken, so that generated requests spend what is left.
"""


def verified_by(item: pytest.Item | pytest.Function) -> tuple[str, ...]:
    """Return the requirements that a scenario declares with `@verifies`, however the ids were worked out."""
    marker = item.get_closest_marker("verifies")
    return marker.args if marker else ()


def declare(items: Iterable[pytest.Item], catalogue: Catalogue) -> None:
    """Note on each scenario the pairs that it declares; an id without a requirement is a `UsageError`."""
    for item in items:
        item.stash[DECLARED] = tuple(_declared(item, catalogue))


def _declared(item: pytest.Item, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    marker = item.get_closest_marker("verifies")
    callspec = getattr(item, "callspec", None)
    operation = callspec.params.get("operation") if callspec else None
    meant = (operation,) if operation else marker.kwargs.get("operations") if marker else ()
    for requirement in marker.args if marker else ():
        row = catalogue.rows.get(requirement)
        if row is None or row.excluded:
            what = "excluded" if row else "no requirement"
            raise pytest.UsageError(f"{item.nodeid} verifies {requirement}, which is {what}")
        yield from ((requirement, o) for o in row.operations if not meant or o in meant)


def operations_of(metafunc: pytest.Metafunc, catalogue: Catalogue) -> list[str]:
    """Return each operation of the requirements that a scenario declares."""
    rows = catalogue.rows
    ids = verified_by(metafunc.definition)
    return list(dict.fromkeys(o for r in ids if r in rows for o in rows[r].operations))


def of_shard(items: list[pytest.Item], run: Run) -> list[pytest.Item]:
    """Return the scenarios of the run's shard, and leave selected what it judges; all for a whole run."""
    shard = run.options.shard
    if shard is None:
        return items
    names = {item: f"{item.path.parent.name}/{item.path.stem}::{item.name}" for item in items}
    declared = {name: item.stash[DECLARED] for item, name in names.items()}
    checks = {row.id for row in run.catalogue.judged() if row.check is not None}
    derived = frozenset(pair for pair in run.selected if run.catalogue.rows[pair[0]].rule)
    long = [names[item] for item in sorted(filter(is_generated, items), key=_phase)]
    share = shard.share([*declared], long)
    run.selected = derived | shard.selection(run.selected - derived, declared, checks, share)
    return [item for item in items if names[item] in share]


def chosen(items: Iterable[pytest.Item], run: Run) -> list[pytest.Item]:
    """Return the scenarios that a run takes, in their order.

    Those that judge something selected, and those that send requests of an operation on whose responses
    something selected is judged; of both only what the target has everything for. A run that looks for
    something takes only what may see it, and first what declares it. One that was told how many requests
    it may send takes first, in each phase, what sees most of the known defects.
    """
    rows, operations = run.catalogue.rows, run.catalogue.operations

    def applies(pair: tuple[str, str]) -> bool:
        return not run.unmet(pair[0]) and (run.writes or operations[pair[1]].safe)

    def judging(pairs: Collection[tuple[str, str]]) -> list[pytest.Item]:
        exercised = {pair[1] for pair in pairs if rows[pair[0]].check and applies(pair)}
        return [
            item
            for item in items
            if any((pair in pairs or pair[1] in exercised) and applies(pair) for pair in item.stash[DECLARED])
        ]

    if not (wanted := run.options.wanted):
        taken = judging(run.selected)
        if run.options.max_requests is None:
            return in_order(taken)
        declared = {item: item.stash[DECLARED] for item in taken}
        return in_order(by_worth(declared, known_catches()))
    return in_order(sorted(judging(wanted), key=lambda item: not wanted & {*item.stash[DECLARED]}))


def in_order(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the scenarios by their phase."""
    return sorted(items, key=_phase)


def is_generated(item: pytest.Item) -> bool:
    """Tell whether a scenario sends what is generated, when all others have judged."""
    return _phase(item) >= PHASES["sequences"]


def _phase(item: pytest.Item) -> int:
    marker = item.get_closest_marker("phase")
    return PHASES[marker.args[0]] if marker else 0


def left_of(
    selected: Collection[tuple[str, str]], items: Iterable[pytest.Item], catalogue: Catalogue
) -> frozenset[tuple[str, str]]:
    """Return what of a selection can be judged by these scenarios.

    All of it where they are all that there is to it; only what they declare where somebody took scenarios out
    (`-k`, `--lf`, one file): a run of a few scenarios is a run of a few requirements.
    """
    declared = {pair for item in items for pair in item.stash[DECLARED]}
    missing = any(pair not in declared and not catalogue.rows[pair[0]].check for pair in selected)
    return frozenset(declared.intersection(selected) if missing else selected)


def selectors(
    catalogue: Catalogue, only: tuple[str, ...], left: Collection[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the selectors of these pairs: those that were given, if they mean the same."""
    if left == set(select(catalogue, only)):
        return only
    return tuple(f"{requirement}@{operation}" for requirement, operation in sorted(left))
