"""Say what a defect and a variation are: named changes of one emulator, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.emulator.defects.changes import Change


@dataclass(frozen=True)
class Defect:
    """A way to break the contract; the sentence says how it comes about in a real service.

    ``breaks`` are the requirements that it violates, each ``id`` (on all of its operations) or
    ``id@operationId``. What else may be violated follows from what rows say they observe; ``may_also_break``
    are patterns of pairs for the few defects of which that is not the whole truth.
    """

    name: str
    sentence: str
    breaks: tuple[str, ...]
    change: Change
    may_also_break: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variation:
    """A legitimate way to be right; the sentence says why it is.

    ``patience`` is how long a client has to wait for a write to show, in seconds; ``concurrent`` asks for a
    second run on the same emulator at the same time.
    """

    name: str
    sentence: str
    change: Change
    patience: float = 0.0
    concurrent: bool = False


def variation(
    name: str, *, patience: float = 0.0, concurrent: bool = False
) -> Callable[[str, Change], Variation]:
    """Return what makes the variation of this name of a sentence and a change."""
    return lambda sentence, change: Variation(name, sentence, change, patience, concurrent)
