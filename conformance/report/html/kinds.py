"""How the page tells verdicts apart: by outcome, and a violation by whether and why it is not red."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from conformance.results.model import RunReport
from conformance.results.verdicts import VIOLATED, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name in the address, its word, its sign, and the outcome whose colour it has."""

    name: str
    word: str
    sign: str
    colour: Outcome


KINDS: Final = {
    "F": Kind("FAIL", "violated", "\N{MULTIPLICATION X}", Outcome.FAIL),
    "D": Kind("DEVIATION", "deviating", "!", Outcome.DEVIATION),
    "W": Kind("WAIVED", "waived", "w", Outcome.DEVIATION),
    "Y": Kind("NEW", "violated and too new to be red", "n", Outcome.DEVIATION),
    "H": Kind(
        "HARNESS_ERROR", "failed in the suite itself", "\N{DOUBLE EXCLAMATION MARK}", Outcome.HARNESS_ERROR
    ),
    "C": Kind("CANNOT_JUDGE", "not judged", "?", Outcome.CANNOT_JUDGE),
    "P": Kind("PASS", "kept", "\N{CHECK MARK}", Outcome.PASS),
    "O": Kind("OBSERVED", "observed", "\N{WHITE BULLET}", Outcome.OBSERVED),
    "N": Kind("NOT_APPLICABLE", "not applicable", "\N{EN DASH}", Outcome.NOT_APPLICABLE),
}
"""By letter, the gravest first."""
_BY_OUTCOME: Final = {Outcome(kind.name): code for code, kind in KINDS.items() if kind.name in set(Outcome)}


def kind_of(run: RunReport, verdict: Verdict) -> str:
    """Return the letter of a verdict's kind; a violation that is not red is none of the red ones."""
    if verdict.outcome not in VIOLATED:
        return _BY_OUTCOME[verdict.outcome]
    if run.is_red(verdict):
        return "F"
    if verdict.waived:
        return "W"
    return "Y" if run.is_provisional(verdict.requirement) else "D"


def counts(run: RunReport) -> list[tuple[str, Kind, int]]:
    """Return letter, kind and number of each kind that the run has, the gravest first."""
    found = Counter(kind_of(run, verdict) for verdict in run.verdicts)
    return [(code, kind, found[code]) for code, kind in KINDS.items() if found[code]]
