"""What of the documentation a run exercised and judged, as `run.json` holds it."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from conformance.results.parts import Count, FileModel, Text

DIMENSIONS: Final = ("statuses", "media_types", "keywords", "parameters", "roles", "error_codes")
"""What is counted of each operation, in the order in which a report shows it."""

Cells = dict[Text, tuple[Count, Count]]
"""By what is documented: how many exchanges exercised it, and how many of those were judged."""


class OperationCoverage(FileModel):
    """What of one operation's documentation the exchanges of the run exercised, and how many were judged."""

    statuses: Cells = Field(default_factory=dict)
    """By documented status, such as 404."""
    media_types: Cells = Field(default_factory=dict)
    """By `request` or status, and media type, such as `201 application/json`."""
    keywords: Cells = Field(default_factory=dict)
    """By `request`, parameter or status, JSON pointer (`*` for any member) and schema keyword; what is sent
    may also break the keyword: `request /name type broken`."""
    parameters: Cells = Field(default_factory=dict)
    """By place and name, such as `path iTwinId`."""
    roles: Cells = Field(default_factory=dict)
    """The roles that the operation's requirements name, its owner, and no token where one is required."""
    error_codes: Cells = Field(default_factory=dict)
    """By status, code and what it is about, as the documented examples have them."""
    never: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    """By reason: what was not exercised, or not judged; a dimension, a blank, and the key there."""
    undocumented: dict[Text, Count] = Field(default_factory=dict)
    """Statuses that came back and are not documented."""

    def cells(self) -> dict[str, Cells]:
        """Return what was counted, by dimension."""
        return {name: getattr(self, name) for name in DIMENSIONS}


class Coverage(FileModel):
    """How much of the documentation was exercised, and how much of that was judged."""

    documented: Count = 0
    exercised: Count = 0
    judged: Count = 0
    operations: dict[Text, OperationCoverage] = Field(default_factory=dict)
    """By operationId; every operation that was selected."""

    @property
    def percent(self) -> float:
        """Return how much of what is documented was exercised and judged, in percent; 0 for nothing."""
        return 100 * self.judged / self.documented if self.documented else 0.0


def covered(operations: dict[str, OperationCoverage]) -> Coverage:
    """Return the coverage of these operations, with its totals."""
    pairs = [
        pair for each in operations.values() for cells in each.cells().values() for pair in cells.values()
    ]
    return Coverage(
        documented=len(pairs),
        exercised=sum(seen > 0 for seen, _ in pairs),
        judged=sum(judged > 0 for _, judged in pairs),
        operations=operations,
    )
