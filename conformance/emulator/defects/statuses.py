"""Successes with another status than the documented one."""

from __future__ import annotations

from conformance.emulator.defects.shared import ACCOUNT, ASSOCIATE, MOVE, RESOURCE, anything_on, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.replies import Reply


@defect(
    "associate-answers-201",
    "Somebody read that POST means Created.",
    breaks=(*on("associate", ".answers-200", "platform.status.documented", "platform.model.agrees"),),
    also=anything_on("associate"),
)
def _(faults: Faults) -> None:
    faults.status(ASSOCIATE, 200, 201)


@defect(
    "move-answers-200",
    "The framework's answer to PATCH is 200, and nobody set another.",
    breaks=on("move", ".answers-204", "platform.status.documented", "platform.model.agrees"),
    also=anything_on("move"),
)
def _(faults: Faults) -> None:
    faults.on_reply(MOVE, lambda _call, _reply: Reply(200, {}), status=204)


@defect(
    "resource-answers-200",
    "The framework's answer to POST is 200, and nobody set another.",
    breaks=on("resource", ".answers-201", "platform.status.documented", "platform.model.agrees"),
    also=anything_on("resource"),
)
def _(faults: Faults) -> None:
    faults.status(RESOURCE, 201, 200)


@defect(
    "account-answers-206",
    "The answer is thought to be a part of the iTwin.",
    breaks=on("account", ".answers-200", "platform.status.documented"),
    also=anything_on("account"),
)
def _(faults: Faults) -> None:
    faults.status(ACCOUNT, 200, 206)
