"""What is run: one emulator for each case, healthy or with one fault; and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final, Literal, Protocol

from conformance.claims.requirements import Catalogue
from conformance.errors import HarnessError

Kind = Literal["healthy", "defect", "variation"]
Pair = tuple[str, str]
"""A requirement id and an operationId."""

PATIENCE: Final = 0.6
"""Seconds that a write may take to show on an emulator whose variation asks for no more."""
HEALTHY: Final = "healthy"
WATCHERS: Final = ("platform.input.invalid-refused", "platform.input.valid-answered")
"""Promises that generated requests speak for: they may see whatever another one of the operation names."""

MODEL: Final = "platform.model.agrees"
"""The promise that sequences of calls speak for: what one operation breaks, the next one meets."""


class Fault(Protocol):
    """What a register of defects tells about one of them."""

    @property
    def name(self) -> str:
        """Return the name."""
        ...

    @property
    def sentence(self) -> str:
        """Return how it comes about, or why it is right."""
        ...

    @property
    def breaks(self) -> tuple[str, ...]:
        """Return the requirements that it violates, ``id`` or ``id@operationId``."""
        ...

    @property
    def also(self) -> tuple[str, ...]:
        """Return patterns of what else may be violated."""
        ...

    @property
    def patience(self) -> float:
        """Return the seconds that a write may take to show."""
        ...

    @property
    def crowded(self) -> bool:
        """Return whether a second run goes on at the same time."""
        ...


@dataclass(frozen=True)
class Case:
    """One emulator to judge: `breaks` must be seen as violated, `also` (patterns) may be, nothing else."""

    name: str
    kind: Kind
    sentence: str = ""
    breaks: tuple[Pair, ...] = ()
    also: tuple[str, ...] = ()
    patience: float = PATIENCE
    crowded: bool = False

    def allows(self, pair: Pair) -> bool:
        """Tell whether this pair may be violated."""
        text = "@".join(pair)
        operations = {operation for _, operation in self.breaks}
        watched = pair[0] in WATCHERS and pair[1] in operations
        met = pair[0] == MODEL and bool(operations)
        return watched or met or pair in self.breaks or any(fnmatchcase(text, each) for each in self.also)


@dataclass(frozen=True)
class CaseResult:
    """What one case's run said: the violated pairs with what was seen, and those that nobody could judge."""

    name: str
    red: Mapping[Pair, str] = field(default_factory=dict)
    unjudged: Mapping[Pair, str] = field(default_factory=dict)
    exit_code: int = 2
    requests: int = 0
    created: int = 0
    seconds: float = 0.0
    error: str = ""


def healthy() -> Case:
    """Return the case without any fault."""
    return Case(HEALTHY, "healthy", "The emulator as it is.")


def case_of(fault: Fault, kind: Kind, catalogue: Catalogue) -> Case:
    """Return the case of a registered fault; a requirement that does not exist is a `HarnessError`."""
    return Case(
        fault.name,
        kind,
        fault.sentence,
        tuple(dict.fromkeys(pair for text in fault.breaks for pair in pairs_of(text, fault.name, catalogue))),
        tuple(text if "@" in text else f"{text}@*" for text in fault.also),
        max(fault.patience, PATIENCE),
        fault.crowded,
    )


def pairs_of(text: str, name: str, catalogue: Catalogue) -> Iterable[Pair]:
    """Return the judged pairs that ``id`` or ``id@operationId`` stands for."""
    requirement, _, operation = text.partition("@")
    row = catalogue.rows.get(requirement)
    if row is None or row.excluded:
        raise HarnessError(f"{name} breaks {requirement}, which is {'excluded' if row else 'no requirement'}")
    if operation and operation not in row.operations:
        raise HarnessError(f"{name} breaks {text}, and that requirement does not speak of the operation")
    return [(requirement, each) for each in row.operations if operation in ("", each)]
