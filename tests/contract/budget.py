"""How many generated requests a scenario may send."""

from __future__ import annotations

from conformance.run.run import Run


def share_of_budget(run: Run, *, quick: int, nightly: int, least: int = 1) -> int:
    """Return how many generated requests this profile sends, as far as the budget goes."""
    wanted = quick if is_small(run) else nightly
    return max(least, min(wanted, run.client.budget.left() // 10))


def is_small(run: Run) -> bool:
    """Tell whether this profile sends but a few requests of each kind."""
    return run.options.profile == "quick"
