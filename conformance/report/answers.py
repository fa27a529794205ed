"""Words what a live target said to the emulator's assumptions: questions answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def answered(confirmations: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return one line for each behaviour, the refuted ones first; empty for a run that answered none."""
    return [
        f"{'as assumed' if each['confirmed'] else 'OTHERWISE'}: {each['says']} "
        f"[{each['behaviour']}, {each['source']}] Seen: {each['observed']}"
        for each in sorted(confirmations, key=lambda each: bool(each["confirmed"]))
    ]


def headline(confirmations: Iterable[Mapping[str, Any]]) -> str:
    """Return how many questions the target answered, and how many of them otherwise than assumed."""
    found = list(confirmations)
    otherwise = sum(not each["confirmed"] for each in found)
    return f"Questions answered ({len(found)}, of which {otherwise} otherwise than the emulator assumes)"
