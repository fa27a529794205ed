"""Words what a live target said to the emulator's assumptions: questions answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.results.model import AssumptionCheck


def answered(checks: Iterable[AssumptionCheck]) -> list[str]:
    """Return one line for each behaviour, the refuted ones first; empty for a run that answered none."""
    return [
        f"{'as assumed' if each.confirmed else 'OTHERWISE'}: {each.says} "
        f"[{each.behaviour}, {each.source}] Seen: {each.observed}"
        for each in sorted(checks, key=lambda each: each.confirmed)
    ]


def headline(checks: Sequence[AssumptionCheck]) -> str:
    """Return how many questions the target answered, and how many of them otherwise than assumed."""
    otherwise = sum(not each.confirmed for each in checks)
    return f"Questions answered ({len(checks)}, of which {otherwise} otherwise than the emulator assumes)"
