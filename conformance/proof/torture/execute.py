"""Runs the ordeals side by side, each process with an emulator of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Final

from conformance.claims.requirements import Catalogue, load_claims
from conformance.errors import ConformanceError
from conformance.proof.torture.ordeal import Ending, Ordeal, in_words, undergo, undisturbed
from conformance.proof.torture.plan import groups, named, ordeals, sampled
from conformance.run.pytest_plugin.index import scenarios_by_requirement
from conformance.targets.embedded import embedded_target

AT_ONCE: Final = 8
"""Ordeals that a process is handed at a time; each has an emulator for them."""


def planned(
    catalogue: Catalogue, *, workers: int, seed: int, percent: float = 100, only: Sequence[str] = ()
) -> list[Ordeal]:
    """Return the ordeals to go through: of this part of the scenarios, or of those that `only` names."""
    every = groups(scenarios_by_requirement(catalogue))
    alone = named(every, only) if only else sampled(every, percent, seed)
    with _pool(workers) as pool:
        runs = list(pool.map(partial(_requests, seed=seed), alone))
    judged = {in_words(each.method, each.path) for each in catalogue.operations.values()}
    return list(ordeals(zip(alone, runs, strict=True), judged))


def execute(found: Sequence[Ordeal], *, workers: int, seed: int) -> Iterator[Ending]:
    """Go through the ordeals and yield how each ended, in their order."""
    parts = [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]
    with _pool(workers) as pool:
        for endings in pool.map(partial(_undergo_all, seed=seed), parts):
            yield from endings


def _pool(workers: int) -> ProcessPoolExecutor:
    # Spawned, since a fork of a process with threads may hang.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _requests(only: tuple[str, ...], seed: int) -> list[str]:
    with embedded_target() as emulator:
        return undisturbed(emulator, only, load_claims(), seed)


def _undergo_all(part: Sequence[Ordeal], seed: int) -> list[Ending]:
    catalogue = load_claims()
    with embedded_target() as emulator:
        return [_undergo(lambda one: undergo(emulator, one, catalogue, seed), each) for each in part]


def _undergo(run: Callable[[Ordeal], Ending], ordeal: Ordeal) -> Ending:
    try:
        return run(ordeal)
    except (ConformanceError, OSError) as error:
        return Ending(ordeal, 2, (f"harness error: {type(error).__name__}: {error}",))
