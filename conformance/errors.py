"""Whose fault is it: the target's, the user's, the suite's, or could nobody judge.

Five exceptions tell the whole protocol between a scenario and the engine:

- `Violation`: the *target* violated a requirement; becomes ``FAIL`` or ``DEVIATION``.
- `NotJudged`: nobody could judge (throttled, unreachable, budget spent, a prerequisite
  failed); becomes ``CANNOT_JUDGE``.
- `NotApplicable`: the target lacks what the requirement is about; becomes ``NOT_APPLICABLE``.
- `UsageError`: the *user* asked for something that makes no sense; exit code 2.
- `HarnessError`: the *suite* itself is wrong; becomes ``HARNESS_ERROR``.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ConformanceError(Exception):
    """Base of everything that this suite raises on purpose."""


class UsageError(ConformanceError):
    """The command line, a targets file or another input file is wrong; the message says what to do."""


class HarnessError(ConformanceError):
    """The suite contradicts itself, for instance a scenario judges what it never declared."""


class Violation(ConformanceError):  # noqa: N818 - named for what it is: a violated requirement, not an error of ours
    """The target violated a requirement.

    `expected` and `actual` are short sentences that a report prints side by side;
    `evidence` holds the ids of the exchanges that prove it, newest last.
    """

    def __init__(self, expected: str, actual: str, evidence: tuple[str, ...] = ()) -> None:
        super().__init__(f"expected {expected}; got {actual}")
        self.expected = expected
        self.actual = actual
        self.evidence = evidence


class NotJudged(ConformanceError):  # noqa: N818 - an outcome, not an error of the suite
    """Nobody could judge; `reason` is the sentence that the report prints."""

    def __init__(self, reason: str, evidence: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a message that names the known word most like this one, or ""."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


class NotApplicable(NotJudged):
    """Nothing is promised to this target here: it has no such role, fixture or mode; `reason` says which."""
