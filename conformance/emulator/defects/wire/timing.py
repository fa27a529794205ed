"""Failures that show only after a pause, or only now and then."""

from __future__ import annotations

import time

from conformance.emulator.defects.changes import Change, every, fresh, on_response, respond
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import EVERY, SERVER_ERROR, SHORT, STATUS, named
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response

_PAUSE = 0.25  # seconds without any call, after which the service has gone to sleep
_BROKEN = Response(500, body=b"<h1>Server Error</h1>", content_type="text/html")


def _one_in_nine(short: str) -> Defect:
    return named(short, "fails-one-in-nine", STATUS)(
        "One of nine instances behind the balancer has a wrong connection string.",
        fresh(lambda: respond(SHORT[short], _BROKEN, when=every(9))),
    )


def _after_idle(short: str) -> Defect:
    def change() -> Change:
        last = [time.monotonic()]

        def clock(call: Call, response: Response) -> Response:
            pause, last[0] = time.monotonic() - last[0], time.monotonic()
            return SERVER_ERROR if pause > _PAUSE and call.operation == SHORT[short] else response

        return on_response(EVERY, clock)

    return named(short, "fails-after-idle", "platform.reply.after-idle", STATUS)(
        "The first request after a pause wakes the instance, which takes longer than the gateway waits.",
        fresh(change),
    )


DEFECTS = (*map(_one_in_nine, SHORT), *map(_after_idle, SHORT))
