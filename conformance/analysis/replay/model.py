"""The words of a replay: the violation, who sends, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

from conformance.errors import UsageError
from conformance.exchange.recorded import RecordedExchange, RecordedResponse
from conformance.results.verdicts import ExitCode


class Send(Protocol):
    """Sends recorded exchanges again, at the same time where there are several, and returns their responses.

    The url of each is a path with its query and carries the new ids. An exchange without an Authorization
    header is sent without one, any other as its role. `NotJudged` where a response did not come.
    """

    def __call__(self, batch: Sequence[RecordedExchange]) -> Sequence[RecordedResponse]:
        """Send the batch; the responses are in the order of its exchanges."""
        ...


class Reproduced(StrEnum):
    """What a replay proves."""

    HOLDS = "still violated"
    GONE = "not violated any more"
    UNKNOWN = "cannot be said"


@dataclass(frozen=True, slots=True)
class ViolationReference:
    """A violated requirement of one operation; without an operation, the only one that it is violated on."""

    requirement: str
    operation: str = ""

    def __str__(self) -> str:
        return f"{self.requirement}@{self.operation}" if self.operation else self.requirement


@dataclass(frozen=True, slots=True)
class Replayed:
    """One exchange that was sent again; `differences` are sentences; none if the response is as recorded."""

    id: str
    request: str
    recorded: str
    now: str
    evidence: bool
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Whether the violation is still there, why one may say so, and what was sent."""

    violation: ViolationReference
    run_id: str
    outcome: Reproduced
    reason: str
    expected: str
    actual: str
    exchanges: tuple[Replayed, ...] = ()
    left_behind: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 where the violation is still there, 3 where nobody can say, else 0."""
        return {
            Reproduced.HOLDS: ExitCode.VIOLATION,
            Reproduced.GONE: ExitCode.CONFORMS,
            Reproduced.UNKNOWN: ExitCode.CANNOT_JUDGE,
        }[self.outcome]

    def to_document(self) -> dict[str, Any]:
        """Return the result as JSON."""
        document = asdict(self)
        document["run"] = document.pop("run_id")
        return {**document, "violation": str(self.violation), "outcome": self.outcome.value}


def parse_violation(text: str) -> ViolationReference:
    """Return the violation that ``REQUIREMENT@OPERATION`` names; the operation may be left out."""
    requirement, at, operation = text.strip().partition("@")
    if not requirement or (at and not operation):
        raise UsageError(f"{text!r} names no violation; write REQUIREMENT@OPERATION, as in the report")
    return ViolationReference(requirement, operation)
