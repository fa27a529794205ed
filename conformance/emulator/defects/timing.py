"""Faults that show only at once, only after a pause, or only now and then."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import (
    ACCOUNT,
    ASSOCIATE,
    MOVE,
    RESOURCE,
    SERVER_ERROR,
    SHORT,
    anything_on,
    on,
)
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.replies import Reply, refuse

_GAP = 0.02  # seconds, long enough for an equal request to pass the same check
_PAUSE = 0.25  # seconds without any call, after which an instance has gone to sleep


@defect(
    "resource-race-both-win",
    "The check and the insert are two statements without a transaction around them.",
    breaks=on("resource", ".at-once-only-one-id-wins", ".at-once-only-one-name-wins"),
)
def _(faults: Faults) -> None:
    async def check_then_dawdle(call: Call, inner: Run) -> object:
        refusal = inner(call)
        await asyncio.sleep(_GAP)
        return refusal

    faults.wrap("createRepositoryResource", "conflict", check_then_dawdle)


@defect(
    "resource-race-names-both-win",
    "The id has a unique index, the name has a query before the insert.",
    breaks=on("resource", ".at-once-only-one-name-wins"),
)
def _(faults: Faults) -> None:
    async def recheck(call: Call, inner: Run) -> object:
        refusal = inner(call)
        await asyncio.sleep(_GAP)
        if refusal is None and call.rule(
            "id_taken", call.emulator.state, call.repository, call.facts["sent"]["id"]
        ):
            return refuse(409, "iTwinRepositoryResourceExists", "The resource already exists.")
        return refusal

    faults.wrap(RESOURCE, "conflict", recheck)


@defect(
    "resource-race-loses-one",
    "The list of resources is one document, and the last writer wins.",
    breaks=on("resource", ".at-once-none-is-lost"),
    also=on("resource", ".at-once-only-one-*"),
)
def _(faults: Faults) -> None:
    busy: set[str] = set()

    async def store(call: Call, inner: Run) -> None:
        place = call.repository.id
        if place in busy:
            return
        busy.add(place)
        await asyncio.sleep(_GAP)
        busy.discard(place)
        inner(call)

    faults.wrap(RESOURCE, "apply", store)


@defect(
    "associate-race-both-win",
    "The check and the insert are two statements without a transaction around them.",
    breaks=on("associate", ".at-once-only-one-wins"),
)
def _(faults: Faults) -> None:
    async def store(call: Call, inner: Run) -> None:
        await asyncio.sleep(_GAP)
        now = call.emulator.state.reality_data.get(call.reality_data.id)
        if now is not None and call.itwin.id not in now.itwins:
            call.reality_data = now
            inner(call)

    faults.wrap(ASSOCIATE, "apply", store)


@defect(
    "associate-race-loses-one",
    "The associations are one document, which is read, changed and written without asking for its version.",
    breaks=on("associate", ".at-once-none-is-lost"),
)
def _(faults: Faults) -> None:
    async def store(call: Call, inner: Run) -> Reply | None:
        await asyncio.sleep(_GAP)
        now = call.emulator.state.reality_data.get(call.reality_data.id)
        if now is not None and call.itwin.id in now.itwins:
            return refuse(409, "AssociationExists", "Association with the same iTwin already exists.")
        inner(call)
        return None

    faults.wrap(ASSOCIATE, "apply", store)


@defect(
    "move-race-leaves-two-places",
    "Each of two moves takes the source away and adds its own destination.",
    breaks=on("move", ".at-once-leaves-one-place"),
    also=on("move", ".at-once-only-one-wins"),
)
def _(faults: Faults) -> None:
    async def store(call: Call, inner: Run) -> None:  # noqa: ARG001 - what it replaces
        before = call.reality_data.itwins
        await asyncio.sleep(_GAP)
        now = call.emulator.state.reality_data.get(call.reality_data.id) or call.reality_data
        kept = tuple(each for each in now.itwins if each not in before)
        call.emulator.state.reality_data.put(now.id, replace(now, itwins=(*kept, call.itwin.id)))

    faults.wrap(MOVE, "apply", store)


@defect(
    "move-race-all-win",
    "The check and the update are two statements without a transaction around them.",
    breaks=on("move", ".at-once-only-one-wins"),
)
def _(faults: Faults) -> None:
    async def store(call: Call, inner: Run) -> None:
        await asyncio.sleep(_GAP)
        inner(call)

    faults.wrap(MOVE, "apply", store)


@defect(
    "account-race-mixes-answers",
    "The answer is built in a field that all requests share.",
    breaks=on("account", ".at-once-alike"),
)
def _(faults: Faults) -> None:
    under_way = [0]

    async def mix(_call: Call, reply: Reply) -> Reply:
        under_way[0] += 1
        await asyncio.sleep(_GAP)
        mixed = under_way[0] > 1
        under_way[0] -= 1
        return (
            replace(reply, json={"iTwin": {**reply.json["iTwin"], "number": "another"}}) if mixed else reply
        )

    faults.on_reply(ACCOUNT, mix, status=200)


for _short in SHORT:

    @defect(
        f"{_short}-fails-one-in-nine",
        "One of nine instances behind the balancer has a wrong connection string.",
        breaks=on(_short, "platform.status.documented"),
        also=anything_on(_short),
    )
    def _(faults: Faults, short: str = _short) -> None:
        broken = Reply(500, body=b"<h1>Server Error</h1>", content_type="text/html")
        faults.on_reply(SHORT[short], lambda _call, _reply: broken, when=faults.every(9))

    @defect(
        f"{_short}-fails-after-idle",
        "The first request after a pause wakes the instance, which takes longer than the gateway waits.",
        breaks=on(_short, "platform.reply.after-idle", "platform.status.documented"),
        also=anything_on(_short),
    )
    def _(faults: Faults, short: str = _short) -> None:
        last = [time.monotonic()]

        def clock(call: Call, reply: Reply) -> Reply:
            pause, last[0] = time.monotonic() - last[0], time.monotonic()
            return SERVER_ERROR if pause > _PAUSE and call.operation == SHORT[short] else reply

        faults.on_reply(EVERY, clock)
