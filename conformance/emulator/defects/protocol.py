"""Replies that break HTTP itself."""

from __future__ import annotations

from conformance.emulator.defects.shared import SHORT, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.replies import Reply


@defect(
    "move-204-with-body",
    "A formatter appends a null document to every reply, whatever its status.",
    breaks=on("move", ".answers-without-body"),
    also=on("move", "platform.reply.whole"),
)
def _(faults: Faults) -> None:
    def message(_reply: Reply) -> bytes:
        head = "HTTP/1.1 204 No Content\r\ncontent-type: application/json\r\ncontent-length: 4\r\n"
        return f"{head}x-correlation-id: {'0' * 8}-0000-4000-8000-{'0' * 12}\r\n\r\nnull".encode()

    faults.raw("moveRealityData", message, status=204)


@defect(
    "account-content-length-too-large",
    "A proxy rewrites the body and keeps the length of the old one.",
    breaks=on("account", "platform.reply.whole"),
)
def _(faults: Faults) -> None:
    faults.raw("getITwinAccount", _too_long, status=200)


def _too_long(reply: Reply) -> bytes:
    body = reply.content()
    head = f"HTTP/1.1 {reply.status} Status\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body) + 7}\r\n\r\n".encode() + body


for _short, _status in {"associate": 404, "move": 422, "resource": 422}.items():

    @defect(
        f"{_short}-breaks-off-refusals",
        "The worker dies while it writes the error, and the proxy closes the connection.",
        breaks=on(_short, "platform.reply.whole"),
    )
    def _(faults: Faults, short: str = _short, status: int = _status) -> None:
        faults.raw(SHORT[short], _too_long, status=status)
