"""Writes that are acknowledged and lost, or stored in the wrong place."""

from __future__ import annotations

from conformance.emulator.faults import Faults, defect


@defect(
    "move-stores-nothing",
    "The unit of work is never saved, and the reply is written before anybody notices.",
    breaks=("reality-management.move.lists-exactly-the-destination",),
)
def _(faults: Faults) -> None:
    faults.drop("moveRealityData", "apply")
