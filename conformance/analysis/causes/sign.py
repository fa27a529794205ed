"""What one violation shows, without ids, seeds and texts of the server: signs of two runs can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.analysis.causes.kinds import Kind
from conformance.claims.requirement import Requirement
from conformance.exchange.model import Exchange
from conformance.results.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Deviation:
    """How a response differs from what is required.

    `about` says it exactly, such as ``201>200`` or ``/error/code iTwinNotFound>NotFound``, and is the same in
    every run; `wanted` are the statuses that were required and `seen` the one that came, where they differ.
    """

    kind: Kind
    about: str
    wanted: frozenset[int] = frozenset()
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """One violation with what it shows; `exchange` decided it, None where it is not at hand."""

    verdict: Verdict
    row: Requirement
    deviation: Deviation
    exchange: Exchange | None = None
    place: int = 0
    """The place of the requirement in the catalogue: what is general stands before what is special."""

    @property
    def operation(self) -> str:
        """Return the operationId."""
        return self.verdict.operation

    @property
    def kind(self) -> Kind:
        """Return the kind of its deviation."""
        return self.deviation.kind

    @property
    def about(self) -> str:
        """Return its deviation to the letter."""
        return self.deviation.about

    @property
    def name(self) -> str:
        """Return requirement@operation."""
        return "@".join(self.verdict.pair)

    @property
    def is_watcher(self) -> bool:
        """Tell whether the requirement is one that any deviation of the operation may break."""
        return self.row.generated or "everything" in self.row.observes

    @property
    def aspects(self) -> tuple[str, ...]:
        """Return what the requirement observes of its own operation."""
        return tuple(text for text in self.row.observes if "@" not in text)

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of which it speaks, or its deviation's first word."""
        return self.about.partition(" ")[0]

    @property
    def is_of_error(self) -> bool:
        """Tell whether it is about the body of an error."""
        return (
            self.kind in {Kind.CODE, Kind.DETAILS}
            or self.row.check == "error-schema"
            or self.about.startswith("/error")
        )

    @property
    def names_id(self) -> bool:
        """Tell whether it is about the id under which a thing is found again."""
        return self.kind is Kind.VALUE and self.pointer.lower().endswith("/id")

    @property
    def refuses_right_requests(self) -> bool:
        """Tell whether a plain request that must succeed is refused."""
        return self.kind is Kind.REFUSED and "success" in self.aspects

    def is_about(self, *names: str) -> bool:
        """Tell whether the requirement observes anything under one of these names."""
        return any(text.partition("/")[0] in names for text in self.aspects)
