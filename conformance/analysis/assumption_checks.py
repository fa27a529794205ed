"""What a live target says to the emulator's assumptions: confirmed or refuted, and by what.

The assumptions and where their answers stand are data, `specs/emulator.assumptions.yaml`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.exchange.model import Exchange
from conformance.results.model import AssumptionCheck
from conformance.results.verdicts import VIOLATED, Outcome, Verdict

FILE: Final = "emulator.assumptions.yaml"
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a run may show whether a behaviour is the target's too; see the head of the data file."""

    requirement: str = ""
    seen: str = ""
    operation: str = ""
    role: str = ""
    among: tuple[int, ...] = ()
    status: int = 0


@dataclass(frozen=True, slots=True)
class Assumption:
    """One behaviour of the emulator, where it was learned, and what would show it."""

    behaviour: str
    source: str
    says: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class _Sight:
    """One occasion: what was seen, whether it agrees, and the exchanges that show it."""

    where: str
    what: str
    agrees: bool
    evidence: tuple[str, ...]


def load(folder: Path) -> tuple[Assumption, ...]:
    """Return the assumptions of a specs folder; none if it has no such file."""
    path = folder / FILE
    if not path.is_file():
        return ()
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["behaviours"]
    return tuple(
        Assumption(
            row["behaviour"], row["source"], row["says"], tuple(_answer(each) for each in row["answers"])
        )
        for row in rows
    )


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(**{**row, "among": tuple(row.get("among", ()))})


def check_assumptions(
    assumptions: Iterable[Assumption],
    verdicts: Iterable[Verdict],
    exchanges: Iterable[Exchange],
    mask: Callable[[str], str],
) -> list[AssumptionCheck]:
    """Return what the run showed, in the order of the assumptions, without those that had no occasion.

    What was seen is masked.
    """
    judged, sent = tuple(verdicts), tuple(exchanges)
    found = ((each, tuple(_sights(each, judged, sent))) for each in assumptions)
    return [_sum(each, sights, mask) for each, sights in found if sights]


def _sum(assumption: Assumption, sights: tuple[_Sight, ...], mask: Callable[[str], str]) -> AssumptionCheck:
    places: dict[str, dict[str, None]] = defaultdict(dict)
    for each in sights:
        places[each.what][each.where] = None
    parts = (f"{what} ({', '.join(where)})" for what, where in places.items())
    ids = dict.fromkeys(one for each in sights for one in each.evidence)
    return AssumptionCheck(
        behaviour=assumption.behaviour,
        source=assumption.source,
        says=assumption.says,
        observed=mask("; ".join(parts)),
        confirmed=all(each.agrees for each in sights),
        evidence=tuple(ids)[:SHOWN],
    )


def _sights(
    assumption: Assumption, verdicts: tuple[Verdict, ...], exchanges: tuple[Exchange, ...]
) -> Iterator[_Sight]:
    for answer in assumption.answers:
        if answer.requirement:
            for verdict in verdicts:
                if verdict.requirement == answer.requirement:
                    yield from _judged(answer, verdict)
        else:
            yield from _replied(answer, exchanges)


def _judged(answer: Answer, verdict: Verdict) -> Iterator[_Sight]:
    if not answer.seen:
        if verdict.outcome in {Outcome.PASS, *VIOLATED}:
            agrees = verdict.outcome is Outcome.PASS
            what = verdict.actual or ("as assumed" if agrees else "otherwise")
            yield _Sight(verdict.operation, what, agrees, verdict.evidence)
    elif verdict.outcome is Outcome.OBSERVED:
        for part in filter(None, verdict.observed.split(" | ")):
            agrees = re.fullmatch(answer.seen, part) is not None
            yield _Sight(answer.requirement.rpartition(".")[2], part, agrees, verdict.evidence)


def _replied(answer: Answer, exchanges: tuple[Exchange, ...]) -> Iterator[_Sight]:
    for exchange in exchanges:
        if (
            exchange.request.purpose == "judged"
            and (exchange.operation_id, exchange.role) == (answer.operation, answer.role)
            and exchange.status in answer.among
        ):
            agrees = exchange.status == answer.status
            yield _Sight(exchange.operation_id, exchange.summary(), agrees, (exchange.id,))
