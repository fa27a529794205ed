"""Classify what came out against what was declared: caught, missed, unexpected, or without any defect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.analysis.diagnosis import Signature
from conformance.claims.level import Level
from conformance.claims.requirements import Catalogue
from conformance.proof.cases import Case, CaseResult, Pair

SCHEMA_VERSION: Final = "1.1"


@dataclass(frozen=True)
class Row:
    """One case after its run. Only `caught`, `tolerated` and `allowed` are as they should be."""

    case: Case
    outcome: CaseResult
    caught: tuple[Pair, ...] = ()
    tolerated: tuple[Pair, ...] = ()
    missed: tuple[Pair, ...] = ()
    unexpected: tuple[Pair, ...] = ()

    @property
    def good(self) -> bool:
        """Tell whether the case came out as declared."""
        clean = not (self.missed or self.unexpected or self.outcome.error)
        return clean and (self.case.kind == "defect" or self.outcome.exit_code == 0)

    @property
    def status(self) -> str:
        """Return one word for the case."""
        if self.outcome.error:
            return "error"
        if self.case.kind != "defect":
            return "green" if self.good else "red" if self.unexpected else "not judged"
        return "missed" if self.missed else "unexpected" if self.unexpected else "caught"


@dataclass(frozen=True)
class Matrix:
    """Every requirement and operation against every case."""

    rows: tuple[Row, ...]
    catalogue: Catalogue
    seconds: float
    workers: int
    whole: bool = True

    @property
    def judged(self) -> list[Pair]:
        """Return the pairs that can be red, in the order of the files."""
        return [p for p in self.catalogue.pairs() if self.catalogue.rows[p[0]].level is not Level.UNSPECIFIED]

    @property
    def without_defect(self) -> list[Pair]:
        """Return the pairs that no defect of this run claims to break; none where only some cases ran."""
        claimed = {pair for row in self.rows for pair in row.case.breaks}
        return [pair for pair in self.judged if pair not in claimed] if self.whole else []

    @property
    def bad(self) -> list[Row]:
        """Return the cases that did not come out as declared."""
        return [row for row in self.rows if not row.good]

    @property
    def good(self) -> bool:
        """Tell whether everything is seen where it should be, and nothing else."""
        return not self.bad and not self.without_defect

    @property
    def signatures(self) -> list[Signature]:
        """Return the signature of each defect: what it violates, and how."""
        defects = [row for row in self.rows if row.case.kind == "defect"]
        return [Signature(row.case.name, row.case.sentence, row.outcome.signs) for row in defects]

    def document(self) -> dict[str, Any]:
        """Return the matrix as JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "good": self.good,
            "whole": self.whole,
            "exhaustive": all(row.outcome.exhaustive for row in self.rows),
            "seconds": round(self.seconds, 1),
            "workers": self.workers,
            "cases": [_case(row) for row in self.rows],
            "requirements": [self._requirement(pair) for pair in self.catalogue.pairs()],
            "excluded": [
                {"requirement": row.id, "expect": row.expect, "why": row.excluded}
                for row in self.catalogue.rows.values()
                if row.excluded
            ],
        }

    def _requirement(self, pair: Pair) -> dict[str, Any]:
        row = self.catalogue.rows[pair[0]]
        return {
            "requirement": pair[0],
            "operation": pair[1],
            "level": str(row.level),
            "expect": row.expect,
            "needs": list(row.needs),
            "ask": row.ask,
            "status": self._status(pair),
            "caught": [each.case.name for each in self.rows if pair in each.caught],
            "tolerated": [each.case.name for each in self.rows if pair in each.tolerated],
            "missed": [each.case.name for each in self.rows if pair in each.missed],
            "unexpected": [each.case.name for each in self.rows if pair in each.unexpected],
        }

    def _status(self, pair: Pair) -> str:
        if self.catalogue.rows[pair[0]].level is Level.UNSPECIFIED:
            return "left open"
        if pair in self.without_defect:
            return "no defect"
        if any(pair in row.missed for row in self.rows):
            return "missed"
        return "seen" if any(pair in row.caught for row in self.rows) else "not run"


def _case(row: Row) -> dict[str, Any]:
    case, outcome = row.case, row.outcome
    return {
        "name": case.name,
        "kind": case.kind,
        "sentence": case.sentence,
        "status": row.status,
        "good": row.good,
        "breaks": _texts(case.breaks),
        "may_also_break": list(case.may_also_break),
        "caught": _texts(row.caught),
        "tolerated": _texts(row.tolerated),
        "missed": _texts(row.missed),
        "unexpected": _texts(row.unexpected),
        "seen": {"@".join(pair): text for pair, text in outcome.red.items()},
        "unjudged": {"@".join(pair): text for pair, text in outcome.unjudged.items()},
        "signs": dict(outcome.signs),
        "causes": list(outcome.causes),
        "complaints": complaints(row),
        "exhaustive": outcome.exhaustive,
        "exit_code": outcome.exit_code,
        "requests": outcome.requests,
        "created": outcome.created,
        "seconds": outcome.seconds,
        "error": outcome.error,
    }


def _texts(pairs: Iterable[Pair]) -> list[str]:
    return ["@".join(pair) for pair in pairs]


def classify(case: Case, outcome: CaseResult) -> Row:
    """Return the row of one case."""
    red = list(outcome.red)
    return Row(
        case,
        outcome,
        caught=tuple(pair for pair in case.breaks if pair in outcome.red),
        tolerated=tuple(pair for pair in red if pair not in case.breaks and case.allows(pair)),
        missed=tuple(pair for pair in case.breaks if pair not in outcome.red),
        unexpected=tuple(pair for pair in red if not case.allows(pair)),
    )


def complaints(row: Row) -> list[str]:
    """Return a line for each thing that is not as this case declares it."""
    if row.good:
        return []
    name = f"{row.case.kind} {row.case.name}"
    if row.outcome.error:
        return [f"{name}: the suite failed: {row.outcome.error}"]
    lines = [f"{name}: missed by {'@'.join(pair)}" for pair in row.missed]
    lines += [
        f"{name}: {'@'.join(pair)} is red without being declared: {row.outcome.red[pair]}"
        for pair in row.unexpected
    ]
    if row.case.kind != "defect":
        lines += [
            f"{name}: {'@'.join(pair)} was not judged: {why}" for pair, why in row.outcome.unjudged.items()
        ]
    return lines


def in_order(rows: Iterable[Row], cases: Sequence[Case]) -> tuple[Row, ...]:
    """Return the rows in the order of the cases, however they came in."""
    found = {row.case.name: row for row in rows}
    return tuple(found[case.name] for case in cases if case.name in found)
