"""Users that may do what they should not, or may not do what they should."""

from __future__ import annotations

from conformance.emulator.faults import Faults, defect


@defect(
    "associate-forgets-assign",
    "Only the first of two required permissions is looked up.",
    breaks=("reality-management.associate.needs-realitydata-assign",),
)
def _(faults: Faults) -> None:
    faults.needs("associateRealityData", "source", "realitydata_create")
    faults.needs("associateRealityData", "destination", "realitydata_create")


@defect(
    "move-checks-source-only",
    "The destination arrives in the body, where the permission filter does not look.",
    breaks=("reality-management.move.needs-permission-on-the-destination",),
)
def _(faults: Faults) -> None:
    faults.drop("moveRealityData", "authorize_destination")
