"""What is run: one emulator for each case, healthy or with one fault; and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Final, Literal, Protocol
from zlib import crc32

from conformance.claims.requirements import Catalogue
from conformance.errors import HarnessError

Kind = Literal["healthy", "defect", "variation"]
Pair = tuple[str, str]
"""A requirement id and an operationId."""

PATIENCE: Final = 0.6
"""Seconds that a write may take to show on an emulator whose variation asks for no more."""
HEALTHY: Final = "healthy"
EVERYTHING: Final = "everything"
"""What a row observes of which any violation of its operation may be a sign, or the consequence."""
Scope = Literal["focused", "compared", "exhaustive"]
"""Which scenarios judge a defect: those that may see it, until all of it is seen; all; or both, compared.

What is not a defect, and a defect of which the focused run does not see all, is judged by all of them.
"""
Aspect = tuple[str, str]
"""An operationId, or * for any, and what is observed of it: ``error/404`` is a part of ``error``."""


class Defect(Protocol):
    """What is declared of a defect."""

    @property
    def name(self) -> str:
        """Return the name."""
        ...

    @property
    def sentence(self) -> str:
        """Return how it comes about."""
        ...

    @property
    def breaks(self) -> tuple[str, ...]:
        """Return the requirements that it violates, ``id`` or ``id@operationId``."""
        ...

    @property
    def may_also_break(self) -> tuple[str, ...]:
        """Return patterns of what else may be violated, where that does not follow from `breaks`."""
        ...


class Variation(Protocol):
    """What is declared of a variation."""

    @property
    def name(self) -> str:
        """Return the name."""
        ...

    @property
    def sentence(self) -> str:
        """Return why it is right."""
        ...

    @property
    def patience(self) -> float:
        """Return the seconds that a write may take to show."""
        ...

    @property
    def concurrent(self) -> bool:
        """Return whether a second run goes on at the same time."""
        ...


@dataclass(frozen=True)
class Case:
    """One emulator to judge: `breaks` must be seen as violated, `tolerated` may be, nothing else."""

    name: str
    kind: Kind
    sentence: str = ""
    breaks: tuple[Pair, ...] = ()
    may_also_break: tuple[str, ...] = ()
    tolerated: frozenset[Pair] = frozenset()
    patience: float = PATIENCE
    concurrent: bool = False
    scope: Scope = "exhaustive"

    def allows(self, pair: Pair) -> bool:
        """Tell whether this pair may be violated."""
        return pair in self.breaks or pair in self.tolerated


@dataclass(frozen=True)
class CaseResult:
    """What one case's run said: the violated pairs with what was seen, and those that nobody could judge."""

    name: str
    red: Mapping[Pair, str] = field(default_factory=dict)
    unjudged: Mapping[Pair, str] = field(default_factory=dict)
    signs: Mapping[str, str] = field(default_factory=dict)
    """The deviation of each violation by requirement@operation: the signature that a diagnosis compares."""
    causes: tuple[str, ...] = ()
    """The sentences of the causes that the run found."""
    exit_code: int = 2
    requests: int = 0
    created: int = 0
    seconds: float = 0.0
    error: str = ""
    exhaustive: bool = True

    def is_as_declared(self, case: Case) -> bool:
        """Tell whether all is violated that this case breaks, and nothing that it must not."""
        return self.red.keys() >= set(case.breaks) and all(map(case.allows, self.red)) and not self.error


def healthy() -> Case:
    """Return the case without any fault."""
    return Case(HEALTHY, "healthy", "The emulator as it is.")


def variation_case(variation: Variation) -> Case:
    """Return the case of a variation."""
    patience = max(variation.patience, PATIENCE)
    return Case(
        variation.name, "variation", variation.sentence, patience=patience, concurrent=variation.concurrent
    )


def defect_case(defect: Defect, catalogue: Catalogue) -> Case:
    """Return the case of a defect; a requirement that does not exist is a `HarnessError`."""
    breaks = tuple(dict.fromkeys(p for text in defect.breaks for p in pairs_of(text, defect.name, catalogue)))
    patterns = tuple(text if "@" in text else f"{text}@*" for text in defect.may_also_break)
    tolerated = frozenset(
        pair
        for pair in catalogue.pairs()
        if _follows(pair, breaks, catalogue) or any(fnmatchcase("@".join(pair), each) for each in patterns)
    )
    return Case(defect.name, "defect", defect.sentence, breaks, patterns, tolerated)


def _follows(pair: Pair, breaks: Iterable[Pair], catalogue: Catalogue) -> bool:
    """Tell whether the pair observes what a broken pair shows to be broken, on whichever operation."""
    seen = _observed(pair, catalogue)
    shown = {each for broken in breaks for each in _observed(broken, catalogue) if each[0] == broken[1]}
    return any(where in (on, "*") and _overlap(what, aspect) for on, aspect in shown for where, what in seen)


def _observed(pair: Pair, catalogue: Catalogue) -> set[Aspect]:
    requirement, operation = pair
    entries = (text.partition("@") for text in (requirement, *catalogue.rows[requirement].observes))
    return {(on or operation, aspect) for aspect, _, on in entries}


def _overlap(one: str, other: str) -> bool:
    return (
        EVERYTHING in (one, other) or f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
    )


def focused(cases: Sequence[Case], percent: float, day: date) -> list[Case]:
    """Return the cases, each defect judged by what may see it, and so many percent of them by both ways.

    Which ones goes by the day, so that each has its turn.
    """
    groups = max(1, round(100 / percent)) if percent > 0 else 0
    turn = day.toordinal() % groups if groups else -1
    return [
        replace(
            case, scope="compared" if groups and crc32(case.name.encode()) % groups == turn else "focused"
        )
        for case in cases
    ]


def pairs_of(text: str, name: str, catalogue: Catalogue) -> Iterable[Pair]:
    """Return the judged pairs that ``id`` or ``id@operationId`` stands for."""
    requirement, _, operation = text.partition("@")
    row = catalogue.rows.get(requirement)
    if row is None or row.excluded:
        raise HarnessError(f"{name} breaks {requirement}, which is {'excluded' if row else 'no requirement'}")
    if operation and operation not in row.operations:
        raise HarnessError(f"{name} breaks {text}, and that requirement does not speak of the operation")
    return [(requirement, each) for each in row.operations if operation in ("", each)]
