"""What a live target says to the emulator's assumptions: confirmed or refuted, and by what.

The assumptions and where their answers stand are data, `specs/emulator.assumptions.yaml`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.exchange.model import Exchange
from conformance.results.verdicts import Outcome, Verdict

FILE: Final = "emulator.assumptions.yaml"
SHOWN: Final = 5
_HELD: Final = frozenset({Outcome.PASS})
_BROKEN: Final = frozenset({Outcome.FAIL, Outcome.DEVIATION})


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
class Confirmation:
    """What one run showed about one behaviour; `observed` has one part for each occasion."""

    behaviour: str
    source: str
    says: str
    observed: str
    confirmed: bool
    evidence: tuple[str, ...] = ()


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


def confirm(
    assumptions: Iterable[Assumption], verdicts: Iterable[Verdict], exchanges: Iterable[Exchange]
) -> list[Confirmation]:
    """Return what the run showed, in the order of the assumptions, without those that had no occasion."""
    judged, sent = tuple(verdicts), tuple(exchanges)
    found = ((each, tuple(_sights(each, judged, sent))) for each in assumptions)
    return [_sum(each, sights) for each, sights in found if sights]


def as_documents(confirmations: Iterable[Confirmation], mask: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the confirmations as they stand in `run.json`; what was seen is masked."""
    return [
        asdict(each) | {"observed": mask(each.observed), "evidence": list(each.evidence)}
        for each in confirmations
    ]


def _sum(assumption: Assumption, sights: tuple[_Sight, ...]) -> Confirmation:
    places: dict[str, dict[str, None]] = defaultdict(dict)
    for each in sights:
        places[each.what][each.where] = None
    parts = (f"{what} ({', '.join(where)})" for what, where in places.items())
    ids = dict.fromkeys(one for each in sights for one in each.evidence)
    return Confirmation(
        assumption.behaviour,
        assumption.source,
        assumption.says,
        "; ".join(parts),
        all(each.agrees for each in sights),
        tuple(ids)[:SHOWN],
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
        if verdict.outcome in _HELD | _BROKEN:
            what = verdict.actual or ("as assumed" if verdict.outcome in _HELD else "otherwise")
            yield _Sight(verdict.operation, what, verdict.outcome in _HELD, verdict.evidence)
    elif verdict.outcome is Outcome.OBSERVED:
        for part in filter(None, verdict.fingerprint.split(" | ")):
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
