"""Words what a live target showed of the emulator's assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.results.model import AssumptionCheck


def checked(checks: Iterable[AssumptionCheck]) -> list[str]:
    """Return one line for each assumption that was checked, the refuted ones first."""
    return [
        f"{'as assumed' if each.confirmed else 'OTHERWISE'}: {each.says} "
        f"[{each.behaviour}, {each.source}] Seen: {each.observed}"
        for each in sorted(checks, key=lambda each: each.confirmed)
    ]


def headline(checks: Sequence[AssumptionCheck]) -> str:
    """Return how many assumptions were checked, and how many of them are otherwise on the target."""
    otherwise = sum(not each.confirmed for each in checks)
    return f"Assumptions checked ({len(checks)}, of which {otherwise} otherwise than the emulator assumes)"
