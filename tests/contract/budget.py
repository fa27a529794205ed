"""How many generated requests a scenario may send."""

from __future__ import annotations

from conformance.run.run import Run


def share_of_budget(run: Run, *, quick: int, nightly: int, least: int = 1) -> int:
    """Return how many generated requests this profile sends, as far as the budget goes."""
    wanted = quick if run.options.profile == "quick" else nightly
    return max(least, min(wanted, run.client.budget.left() // 10))
