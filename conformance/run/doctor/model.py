"""What a look at a target found: observations, what will not apply, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from conformance.results.verdicts import ExitCode


class State(StrEnum):
    """How something is: good, worth knowing, of the configuration, or nobody can judge."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"
    DOWN = "down"


@dataclass(frozen=True)
class Observation:
    """One line of the table: what was looked at, how it is, what was seen and what would cure it."""

    check: str
    about: str
    state: State
    seen: str
    cure: str = ""


@dataclass(frozen=True)
class Outlook:
    """Requirements that a run would find not applicable, and why."""

    verdicts: int
    requirements: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Diagnosis:
    """Everything that was found out about a target, without writing anything to it."""

    target: str
    base_url: str
    observations: tuple[Observation, ...]
    outlook: tuple[Outlook, ...]
    applicable: int
    requests: Mapping[str, int]

    @property
    def exit_code(self) -> ExitCode:
        """Return 2 where the configuration is wrong, 3 where a run could not judge, else 0."""
        states = {seen.state for seen in self.observations}
        if State.WRONG in states:
            return ExitCode.USAGE
        return ExitCode.CANNOT_JUDGE if State.DOWN in states else ExitCode.CONFORMS

    def to_document(self) -> dict[str, Any]:
        """Return the diagnosis as JSON."""
        document = asdict(self)
        return document | {"findings": document.pop("observations"), "exit_code": int(self.exit_code)}
