"""What a reader is told of a comparison: a kind of move in words, and the counts in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "new violation": ("new violation", "new violations"),
    "expired": ("violation whose waiver ended", "violations whose waiver ended"),
    "still": ("still violated", "still violated"),
    "waived": ("now waived", "now waived"),
    "fixed": ("fixed", "fixed"),
    "not judged any more": ("not judged any more", "not judged any more"),
    "newly judged": ("newly judged", "newly judged"),
    "observation changed": ("observed otherwise", "observed otherwise"),
    "unchanged": ("unchanged", "unchanged"),
}
"""Each kind of move, for one and for several; in the order of a comparison."""


def said(kind: str, number: int = 1) -> str:
    """Return the kind of a move as a reader understands it without knowing the command."""
    one, several = SAID.get(kind, (kind, kind))
    return one if number == 1 else several


def counted(counts: Mapping[str, int]) -> str:
    """Return the counts of a comparison as one line, what did not happen left out."""
    found = {kind: counts.get(kind, 0) for kind in SAID}
    words = [f"{number} {said(kind, number)}" for kind, number in found.items() if number]
    return ", ".join(words) or "no verdict on either side"
