"""Replies that break HTTP itself."""

from __future__ import annotations

from conformance.emulator.faults import Faults, defect
from conformance.emulator.replies import Reply


@defect(
    "move-204-with-body",
    "A formatter appends a null document to every reply, whatever its status.",
    breaks=("reality-management.move.answers-without-body", "platform.reply.whole"),
)
def _(faults: Faults) -> None:
    def message(_reply: Reply) -> bytes:
        return b"HTTP/1.1 204 No Content\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\nnull"

    faults.raw("moveRealityData", message, status=204)


@defect(
    "account-content-length-too-large",
    "A proxy rewrites the body and keeps the length of the old one.",
    breaks=("platform.reply.whole",),
)
def _(faults: Faults) -> None:
    def message(reply: Reply) -> bytes:
        body = reply.content()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body) + 7}\r\n\r\n"
        return head.encode() + body

    faults.raw("getITwinAccount", message, status=200)
