"""Runs the derived requirements of an API once against the target itself, and once for each mutation of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from conformance.claims.added import AddedApi
from conformance.claims.requirements import Catalogue
from conformance.claims.rules import Rule
from conformance.proof.mutations.catalogue import MUTATIONS
from conformance.proof.mutations.proxy import mutating_proxy
from conformance.results.model import RunReport
from conformance.results.verdicts import VIOLATED, Outcome, Verdict
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.model import Target

HELD: Final = frozenset({Outcome.PASS, Outcome.OBSERVED})


@dataclass(frozen=True)
class Proof:
    """What became of a rule's requirements: violated by the target itself, and by its mutation.

    `seen` and `missed` are ids of requirements that held on the target; `unjudged` could not be judged of
    the mutation.
    """

    rule: str
    mutation: str
    violated: tuple[str, ...]
    seen: tuple[str, ...]
    missed: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def held(self) -> int:
        """Return how many requirements of the rule held on the target itself."""
        return len(self.seen) + len(self.missed) + len(self.unjudged)


@dataclass(frozen=True)
class Prover:
    """One API on one target; its mutations are made by a proxy before it."""

    api: AddedApi
    target: Target
    catalogue: Catalogue
    rules: Mapping[str, Rule]
    seed: int
    progress: Progress = lambda *_: None

    def prove(self) -> Iterator[Proof]:
        """Yield what became of each rule, as it is known."""
        rows = {
            row.id: row
            for row in self.catalogue.judged()
            if row.rule and row.operations[0] in self.api.operations
        }
        healthy = self._verdicts(self.target, [f"{self.api.name}.*"])
        ranked = sorted(rows.values(), key=lambda row: (self.rules[row.rule].mutation, row.rule))
        for mutation, several in groupby(ranked, key=lambda row: self.rules[row.rule].mutation):
            ids = {row.id: row.rule for row in several}
            held = [each.requirement for each in healthy if each.requirement in ids and _held(each)]
            broken = self._mutated(mutation, held) if held and mutation else []
            for rule in sorted(set(ids.values())):
                own = {each for each, name in ids.items() if name == rule}
                red = tuple(
                    sorted(each.requirement for each in healthy if each.requirement in own and _red(each))
                )
                yield _proof(rule, mutation, red, own & set(held), broken)

    def _mutated(self, mutation: str, held: Sequence[str]) -> list[Verdict]:
        path = urlsplit(self.target.base_url).path.rstrip("/")
        base = self.api.endpoints[0].base
        prefix = path if path.endswith(base) else path + base
        with mutating_proxy(_origin(self.target), MUTATIONS[mutation], self.api.endpoints, prefix) as proxy:
            return self._verdicts(self.target.model_copy(update={"base_url": proxy.url + path}), held)

    def _verdicts(self, target: Target, only: Iterable[str]) -> list[Verdict]:
        return list(self._run(target, tuple(only)).verdicts)

    def _run(self, target: Target, only: tuple[str, ...]) -> RunReport:
        with tempfile.TemporaryDirectory() as folder:
            options = Options(report_dir=Path(folder), seed=self.seed, only=only)
            return run_scenarios(new_run(options, target, self.catalogue), self.progress, formats=False)


def _proof(
    rule: str, mutation: str, red: tuple[str, ...], held: set[str], broken: Sequence[Verdict]
) -> Proof:
    seen = {each.requirement for each in broken if _red(each)} & held
    missed = {each.requirement for each in broken if _held(each)} & held
    return Proof(rule, mutation, red, *map(_ordered, (seen, missed, held - seen - missed)))


def _ordered(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _red(verdict: Verdict) -> bool:
    return verdict.outcome in VIOLATED or (verdict.outcome is Outcome.OBSERVED and bool(verdict.actual))


def _held(verdict: Verdict) -> bool:
    return verdict.outcome in HELD and not _red(verdict)


def _origin(target: Target) -> str:
    parts = urlsplit(target.base_url)
    return f"{parts.scheme}://{parts.netloc}"
