"""The causes of a run as cards: what is wrong, since when, whose change, and how to see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.analysis.compare.model import Move
from conformance.analysis.history.digest import RunDigest, key_of
from conformance.report.html.comparison import Changes, other_causes
from conformance.report.html.past import day
from conformance.report.statistics import Explained, explained, plural, why_tolerated
from conformance.results.causes import EVERY_OPERATION, Diagnosis, Since
from conformance.results.model import RunReport
from conformance.results.text import shorten
from conformance.results.verdicts import VIOLATED, Verdict

SHOWN: Final = 4
"""So many cards stand in the first view; the others are folded."""
FOLDED: Final = 96
"""So many more are on the page at all; whatever is left stands in the list of verdicts."""
NAMED: Final = 2
"""So many operations, or known defects, are named in a card."""
TITLE: Final = 300


@dataclass(frozen=True, slots=True)
class Card:
    """One cause, or one violation that stands alone, as the page shows it."""

    explained: Explained
    title: str
    """What is wrong."""
    where: str
    """The operations on which it shows."""
    since: str
    """Since when it is so; empty where nobody knows."""
    change: str
    """Whose change it was; empty where no earlier run was compared."""
    tolerated: str
    """Why it makes nothing red; empty where it does."""

    @property
    def lead(self) -> Verdict:
        """Return the violation that says most."""
        return self.explained.verdicts[0]

    @property
    def diagnosis(self) -> tuple[Diagnosis, ...]:
        """Return the known defects that it looks like most."""
        return self.explained.cause.diagnosis[:NAMED] if self.explained.cause else ()

    @property
    def theme(self) -> str:
        """Return what of the API it is about, empty for a violation that stands alone."""
        return self.explained.cause.theme.value if self.explained.cause else ""

    @property
    def size(self) -> str:
        """Return how many violations it explains."""
        return plural(len(self.explained.verdicts), "violation")


def cards(run: RunReport, changes: Changes | None, runs: Sequence[RunDigest]) -> list[Card]:
    """Return a card for each cause and each violation that stands alone, what makes the run red first."""
    moves = {(move.requirement, move.operation): move for move in changes.moves} if changes else {}
    return [_card(run, each, moves, runs) for each in explained(run)]


def _card(
    run: RunReport, found: Explained, moves: Mapping[tuple[str, str], Move], runs: Sequence[RunDigest]
) -> Card:
    lead, cause = found.verdicts[0], found.cause
    requirement = run.requirement(lead.requirement)
    alone = requirement.expect or requirement.quote or lead.requirement
    return Card(
        found,
        title=shorten(cause.sentence if cause else alone, TITLE),
        where=_where(found.verdicts, cause.operation if cause else lead.operation),
        since=_since(found, runs),
        change=_change(moves[v.pair] for v in found.verdicts if v.pair in moves),
        tolerated="" if found.red else why_tolerated(run, lead),
    )


def _where(verdicts: Iterable[Verdict], operation: str) -> str:
    if operation != EVERY_OPERATION:
        return operation
    names = list(dict.fromkeys(verdict.operation for verdict in verdicts))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _since(found: Explained, runs: Sequence[RunDigest]) -> str:
    """Return since when, as the cause says it, or as the first violation's last runs do."""
    since = found.cause.since if found.cause else Since()
    if since.date and since.run not in {"", runs[-1].run_id if runs else ""}:
        return f"since {since.date}"
    if len(runs) < 2:  # noqa: PLR2004 - one run is no past
        return ""
    if since.run == runs[-1].run_id:
        return "new in this run"
    key, first = key_of(found.verdicts[0].pair), runs[-1]
    for digest in reversed(runs):
        outcome = digest.verdicts.get(key)
        if outcome in VIOLATED:
            first = digest
        elif outcome in {"PASS", "OBSERVED"}:
            return "new in this run" if first is runs[-1] else f"since {day(first)}"
    return "" if first is runs[-1] else f"since {day(first)} or longer"


def _change(moves: Iterable[Move]) -> str:
    """Return the likeliest answer to whose change it was, of the moves of its violations."""
    found = Counter((move.cause, other_causes(move)) for move in moves if move.cause)
    if not found:
        return ""
    (cause, others), _ = found.most_common(1)[0]
    return f"{cause} ({others})" if others else str(cause)
