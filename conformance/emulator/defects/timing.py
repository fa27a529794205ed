"""Faults that show only at once, or only now and then."""

from __future__ import annotations

import asyncio

from conformance.emulator.call import Call
from conformance.emulator.faults import Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.replies import Reply

_GAP = 0.02  # seconds, long enough for an equal request to pass the same check


@defect(
    "resource-race-both-win",
    "The check and the insert are two statements without a transaction around them.",
    breaks=("itwins.resource.at-once-only-one-id-wins", "itwins.resource.at-once-only-one-name-wins"),
)
def _(faults: Faults) -> None:
    async def check_then_dawdle(call: Call, inner: Run) -> object:
        refusal = inner(call)
        await asyncio.sleep(_GAP)
        return refusal

    faults.wrap("createRepositoryResource", "conflict", check_then_dawdle)


@defect(
    "account-fails-one-in-nine",
    "One of nine instances behind the balancer has a wrong connection string.",
    breaks=("platform.status.documented",),
)
def _(faults: Faults) -> None:
    broken = Reply(500, body=b"<h1>Server Error</h1>", content_type="text/html")
    faults.on_reply("getITwinAccount", lambda _call, _reply: broken, when=faults.every(9))
