"""The words of a replay: the finding, who sends, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from conformance.analysis.reproduction import Record
from conformance.errors import UsageError
from conformance.results.verdicts import ExitCode


class Send(Protocol):
    """Sends one record to the target and returns status, headers and body of the response.

    The record is a line of exchanges.ndjson whose url, path and body carry the new ids; its member ``path``
    is the path and query without the recorded host, so that it can be sent to wherever the target stands now.
    A record without an Authorization header is sent without one, any other as its ``role``. `NotJudged` where
    no response came.
    """

    def __call__(self, record: Record) -> tuple[int, Mapping[str, str], str]:
        """Send the record."""
        ...


class Reproduced(StrEnum):
    """What a replay proves."""

    HOLDS = "still holds"
    GONE = "does not hold any more"
    UNKNOWN = "cannot be said"


@dataclass(frozen=True, slots=True)
class Finding:
    """A violated requirement of one operation; an empty one means the only one that it is violated on."""

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
    """Whether the finding still holds, why one may say so, and what was sent."""

    finding: Finding
    run_id: str
    outcome: Reproduced
    reason: str
    expected: str
    actual: str
    exchanges: tuple[Replayed, ...] = ()
    left_behind: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 where the violation is there still, 3 where nobody can say, else 0."""
        return {
            Reproduced.HOLDS: ExitCode.VIOLATION,
            Reproduced.GONE: ExitCode.CONFORMS,
            Reproduced.UNKNOWN: ExitCode.CANNOT_JUDGE,
        }[self.outcome]

    def to_document(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "finding": str(self.finding),
            "run": self.run_id,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "expected": self.expected,
            "actual": self.actual,
            "exchanges": [
                {
                    "id": one.id,
                    "request": one.request,
                    "recorded": one.recorded,
                    "now": one.now,
                    "evidence": one.evidence,
                    "differences": list(one.differences),
                }
                for one in self.exchanges
            ],
            "left_behind": list(self.left_behind),
        }


def parse_finding(text: str) -> Finding:
    """Return the finding that ``REQUIREMENT@OPERATION`` names; the operation may be left out."""
    requirement, at, operation = text.strip().partition("@")
    if not requirement or (at and not operation):
        raise UsageError(f"{text!r} is no finding; write REQUIREMENT@OPERATION, as in the report")
    return Finding(requirement, operation)
