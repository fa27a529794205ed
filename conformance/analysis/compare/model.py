"""The words of a comparison: kinds of move, causes, and the exit code that they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import AliasChoices, Field, computed_field, model_validator

from conformance.results.model import FileModel, Text
from conformance.results.verdicts import ExitCode, Outcome


class Kind(StrEnum):
    """How one requirement of one operation stands now, against how it stood; in the order of a report."""

    NEW_VIOLATION = "new violation"
    EXPIRED = "expired"
    STILL = "still"
    WAIVED = "waived"
    FIXED = "fixed"
    NOT_JUDGED = "not judged any more"
    NEWLY_JUDGED = "newly judged"
    OBSERVATION = "observation changed"


class Cause(StrEnum):
    """Whose change a move may come from; in the order in which candidates are named, most specific first."""

    CUT_OFF = "run cut off"
    WAIVER = "waiver changed"
    CREDENTIALS = "credentials changed"
    BUDGET = "budget changed"
    REQUIREMENT = "requirement changed"
    SPEC = "spec changed"
    SUITE = "suite changed"
    CONFIGURATION = "configuration changed"
    ENVIRONMENT = "environment changed"
    SEED = "other requests generated"
    TARGET = "target changed"
    UNKNOWN = "unknown: not everything was recorded"


UNCHANGED: Final = "unchanged"
GATING: Final = frozenset({Kind.NEW_VIOLATION, Kind.EXPIRED})


class Move(FileModel):
    """One requirement of one operation whose standing changed, or a violation that stayed."""

    requirement: Text
    operation: Text
    move: Kind
    causes: tuple[Cause, ...] = ()
    """All candidates, the most specific first; empty where nothing changed."""
    before: Text = ""
    """The verdict of the old run, empty where it has none."""
    after: Text = ""
    detail: Text = ""
    waived: Text = ""
    """The reason of the waiver that covers it now."""
    red: bool = False
    """Whether the move alone fails a gate."""
    scenario: Text = Field(default="", validation_alias=AliasChoices("scenario", "variation"))
    """The scenario in which a violation that stayed is seen too now, else empty."""

    @computed_field  # type: ignore[prop-decorator] # pydantic documents it so
    @property
    def cause(self) -> str:
        """Return the most specific candidate, empty where nothing changed."""
        return self.causes[0].value if self.causes else ""

    @model_validator(mode="before")
    @classmethod
    def _with_causes(cls, value: Any) -> Any:
        """Read an older comparison, which names the likeliest cause only."""
        if isinstance(value, Mapping) and value.get("cause") and "causes" not in value:
            return {**value, "causes": [value["cause"]]}
        return value


class Comparison(FileModel):
    """All moves between two runs; `notes` say what else changed and what a reader has to know.

    `comparable` is false where the two runs have no common ground (another target, no verdicts at all): the
    moves are still there, and mean little.
    """

    old: Text
    new: Text
    comparable: bool = True
    notes: tuple[Text, ...] = ()
    causes: tuple[Text, ...] = ()
    """Which causes are new and which are gone."""
    behaviour: tuple[Text, ...] = ()
    """What changed in statuses and latency, also where no verdict moved."""
    moves: tuple[Move, ...]
    unchanged: int = Field(default=0, exclude=True)

    @computed_field  # type: ignore[prop-decorator] # pydantic documents it so
    @property
    def counts(self) -> dict[str, int]:
        """Return how many moves of each kind there are, every kind named, and how many pairs did not move."""
        found = Counter(move.move for move in self.moves)
        return {**{kind.value: found[kind] for kind in Kind}, UNCHANGED: self.unchanged}

    @model_validator(mode="before")
    @classmethod
    def _with_unchanged(cls, value: Any) -> Any:
        """Take how many did not move from the counts, as the document has it."""
        counts = value.get("counts") if isinstance(value, Mapping) else None
        return {**value, "unchanged": counts.get(UNCHANGED, 0)} if isinstance(counts, Mapping) else value

    @property
    def news(self) -> tuple[Move, ...]:
        """Return the moves without the violations that were there before."""
        return tuple(move for move in self.moves if move.move is not Kind.STILL)

    def of(self, kind: Kind) -> tuple[Move, ...]:
        """Return the moves of one kind."""
        return tuple(move for move in self.moves if move.move is kind)

    def to_document(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return self.model_dump(mode="json")


def gate(comparison: Comparison, *, force: bool = False) -> ExitCode:
    """Return the exit code of a gate on the comparison; violations that the old run had do not fail it.

    1: a new violation, or one whose waiver no longer covers it. 2: the runs are not comparable (unless
    `force`), or the suite itself failed where it judged before. 3: something that was judged could not be
    judged any more, so silence must not pass for health. 0: neither.
    """
    if not comparison.comparable and not force:
        return ExitCode.USAGE
    if any(move.red for move in comparison.moves):
        return ExitCode.VIOLATION
    lost = {move.after for move in comparison.of(Kind.NOT_JUDGED)}
    cut_off = any(Cause.CUT_OFF in move.causes for move in comparison.of(Kind.NOT_JUDGED))
    if Outcome.HARNESS_ERROR in lost:
        return ExitCode.USAGE
    return ExitCode.CANNOT_JUDGE if Outcome.CANNOT_JUDGE in lost or cut_off else ExitCode.CONFORMS
