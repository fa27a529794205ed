"""Replies whose body is not the documented one."""

from __future__ import annotations

from conformance.emulator.faults import Faults, defect


@defect(
    "associate-swaps-ids",
    "Two parameters of the same type were passed in the wrong order.",
    breaks=(
        "reality-management.associate.answer-names-the-reality-data",
        "reality-management.associate.answer-names-the-itwin",
    ),
)
def _(faults: Faults) -> None:
    def swap(body: dict[str, dict[str, str]]) -> None:
        both = body["iTwinAssociation"]
        both["id"], both["iTwinId"] = both["iTwinId"], both["id"]

    faults.body("associateRealityData", swap, status=200)


@defect(
    "resource-refusal-without-details",
    "An exception filter writes the error and leaves out what it was about.",
    breaks=("itwins.resource.id-required-detail", "itwins.resource.name-required-detail"),
)
def _(faults: Faults) -> None:
    faults.body("createRepositoryResource", lambda body: body["error"].pop("details") and None, status=422)
