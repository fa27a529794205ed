"""Ids and names that are given twice."""

from __future__ import annotations

from conformance.emulator.faults import Faults, defect


@defect(
    "resource-name-not-unique",
    "The unique index was made on the id alone.",
    breaks=("itwins.resource.duplicate-name-conflicts",),
)
def _(faults: Faults) -> None:
    faults.rule("name_taken", lambda _state, _repository, _name: False)
