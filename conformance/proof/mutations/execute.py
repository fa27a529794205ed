"""Judges an added API by its rules once on the target itself, and once on each mutation of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from conformance.proof.mutations.traffic import Traffic
from conformance.results.verdicts import VIOLATED, Outcome, Verdict
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.model import Target
from conformance.targets.urls import is_loopback

HELD: Final = frozenset({Outcome.PASS, Outcome.OBSERVED})
MOST_PATIENCE: Final = 2.0
HERE: Final = 0.2
"""Seconds that a write may take to show on a mutation; of a target on this machine fewer."""


@dataclass(frozen=True)
class Proof:
    """What became of a rule's requirements: violated by the target itself, and by its mutation.

    `seen` and `missed` are ids of requirements that held on the target; `unjudged` could not be judged of
    the mutation, or it touched nothing that they rest on.
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
class Seen:
    """A verdict, and whether the mutation touched what it rests on."""

    verdict: Verdict
    touched: bool


@dataclass(frozen=True)
class Prover:
    """One API on one target; its mutations are made by a proxy before it."""

    api: AddedApi
    target: Target
    catalogue: Catalogue
    rules: Mapping[str, Rule]
    seed: int
    progress: Callable[[str], None] = lambda _: None

    def prove(self) -> Iterator[Proof]:
        """Yield what became of each rule, as it is known."""
        self.progress("the target itself")
        healthy = [each.verdict for each in self._run(self.target, (f"{self.api.name}.*",))]
        rows = self.catalogue.derived(self.api)
        ranked = sorted(rows, key=lambda row: (self.rules[row.rule].mutation, row.rule))
        for mutation, several in groupby(ranked, key=lambda row: self.rules[row.rule].mutation):
            ids = {row.id: row.rule for row in several}
            held = [each.requirement for each in healthy if each.requirement in ids and _held(each)]
            self.progress(f"{mutation or 'no mutation'}: {len(held)} requirements")
            broken = self._mutated(mutation, held) if held and mutation else []
            for rule in sorted(set(ids.values())):
                mine = {each for each, name in ids.items() if name == rule}
                red = {each.requirement for each in healthy if each.requirement in mine and _red(each)}
                yield _proof(rule, mutation, red, mine & set(held), broken)

    def _mutated(self, mutation: str, held: Sequence[str]) -> list[Seen]:
        """Judge what held again, on the mutation; what costs nothing lives on what the others send."""
        parts = urlsplit(self.target.base_url)
        path = parts.path.rstrip("/")
        traffic = Traffic(self.api.endpoints, path + self.api.prefix_at(self.target.base_url))
        costs = all(self.rules[self.catalogue.rows[each].rule].cost for each in held)
        only = tuple(held) if costs else (f"{self.api.name}.*",)
        with mutating_proxy(f"{parts.scheme}://{parts.netloc}", MUTATIONS[mutation], traffic) as proxy:
            # A write that is never shown is waited for each time.
            most = HERE if is_loopback(self.target.host) else MOST_PATIENCE
            patience = min(self.target.consistency_timeout, most)
            changed = {"base_url": proxy.url + path, "consistency_timeout": patience}
            return self._run(self.target.model_copy(update=changed), only, traffic)

    def _run(self, target: Target, only: tuple[str, ...], traffic: Traffic | None = None) -> list[Seen]:
        is_elsewhere = not is_loopback(self.target.host)
        with tempfile.TemporaryDirectory() as folder:
            options = Options(
                "nightly",
                report_dir=Path(folder),
                seed=self.seed,
                only=only,
                elsewhere=is_elsewhere,
                read_only=self.target.mode == "none",
            )
            run = new_run(options, target, self.catalogue)
            report = run_scenarios(run, formats=False)
            touched = traffic.touched if traffic is not None else set()
            changed = {
                each.id
                for each in run.client.recorder
                if (each.request.method, urlsplit(each.url).path) in touched
            }
        return [Seen(each, not changed.isdisjoint(each.evidence)) for each in report.verdicts]


def _proof(rule: str, mutation: str, red: set[str], held: set[str], broken: Sequence[Seen]) -> Proof:
    seen = {each.verdict.requirement for each in broken if _red(each.verdict)} & held
    missed = {each.verdict.requirement for each in broken if _held(each.verdict) and each.touched} & held
    return Proof(rule, mutation, *map(_ordered, (red, seen, missed, held - seen - missed)))


def _ordered(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _red(verdict: Verdict) -> bool:
    return verdict.outcome in VIOLATED or (verdict.outcome is Outcome.OBSERVED and bool(verdict.actual))


def _held(verdict: Verdict) -> bool:
    return verdict.outcome in HELD and not _red(verdict)
