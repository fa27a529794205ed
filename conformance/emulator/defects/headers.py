"""Replies whose headers are not the documented ones."""

from __future__ import annotations

from conformance.emulator.faults import EVERY, Faults, defect


@defect(
    "throttled-without-retry-after",
    "The limit moved to a new gateway, whose policy sets no header.",
    breaks=("platform.rate.retry-after",),
)
def _(faults: Faults) -> None:
    faults.header(EVERY, "Retry-After", None, status=429)
