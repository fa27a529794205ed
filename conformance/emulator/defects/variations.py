"""Other ways to be right: what the pages leave open, answered otherwise.

A variation breaks nothing; a suite that calls one a violation cries wolf.
"""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.faults import EVERY, Faults, variation
from conformance.emulator.replies import Reply, insufficient_permissions


@variation(
    "account-refuses-strangers-with-403",
    "Page 003 lists no 403 and the other pages use it for the same case.",
)
def _(faults: Faults) -> None:
    def refuse(call: Call) -> Reply | None:
        member = call.rule("is_member", call.emulator.state, call.user, call.itwin)
        return None if member else insufficient_permissions()

    faults.replace("getITwinAccount", "authorize", refuse)


@variation("errors-with-null-target", "The schema of an error lets target be null.")
def _(faults: Faults) -> None:
    faults.body(
        EVERY, lambda body: body["error"].update(target=None), when=lambda _, reply: bool(reply.code())
    )


@variation("vendor-media-type", "A JSON body may carry the platform's own media type.")
def _(faults: Faults) -> None:
    vendor = "application/vnd.bentley.itwin-platform.v1+json"
    faults.on_reply(EVERY, lambda _, reply: replace(reply, content_type=vendor))
