"""Other ways to be right on the wire: headers, spelling, speed, and a platform that is in use."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import replace
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import RESOURCE
from conformance.emulator.faults import EVERY, Faults, variation
from conformance.emulator.operations import OPERATIONS
from conformance.emulator.records import Repository, Resource
from conformance.emulator.replies import Reply, refuse

ALL = tuple(each.name for each in OPERATIONS)
READS = ("listRepositoryResources", "getRepositoryResource", "listRealityDataITwins")
_LAG = 0.8  # seconds that a write takes to show in a read


def _errors(call: Call, reply: Reply) -> bool:  # noqa: ARG001 - the signature of a test
    return reply.code() is not None


@variation("errors-with-null-target", "The schema of an error lets target be null.")
def _(faults: Faults) -> None:
    faults.body(EVERY, lambda body: body["error"].update(target=None), when=_errors)


@variation("errors-with-more-members", "The schema of an error allows members of its own.")
def _(faults: Faults) -> None:
    more = {"innererror": {"traceId": "7"}, "target": "request"}
    faults.body(EVERY, lambda body: body["error"].update(more), when=_errors)


@variation("errors-in-other-words", "Messages are for people and may be in another language.")
def _(faults: Faults) -> None:
    faults.body(
        EVERY, lambda body: body["error"].update(message="Die Anfrage wurde abgelehnt."), when=_errors
    )


@variation("vendor-media-type", "A JSON body may carry the platform's own media type.")
def _(faults: Faults) -> None:
    vendor = "application/vnd.bentley.itwin-platform.v1+json"
    faults.on_reply(EVERY, lambda _, reply: replace(reply, content_type=vendor))


@variation("media-type-without-charset", "JSON needs no charset.")
def _(faults: Faults) -> None:
    faults.on_reply(EVERY, lambda _, reply: replace(reply, content_type="application/json"))


@variation("media-type-in-capitals", "Media types and their parameters are compared without regard to case.")
def _(faults: Faults) -> None:
    faults.on_reply(EVERY, lambda _, reply: replace(reply, content_type='Application/JSON;charset="UTF-8"'))


@variation("correlation-id-in-capitals", "The spelling of a GUID says nothing.")
def _(faults: Faults) -> None:
    faults.on_reply(EVERY, lambda _, reply: reply.with_header("x-correlation-id", str(uuid.uuid4()).upper()))


@variation("more-headers", "Gateways, caches and browsers add headers of their own.")
def _(faults: Faults) -> None:
    for name, value in {
        "Server": "gateway/1.0",
        "Strict-Transport-Security": "max-age=31536000",
        "Set-Cookie": "affinity=7f3a; Path=/; HttpOnly",
        "Cache-Control": "no-store",
        "Vary": "Accept, Authorization",
    }.items():
        faults.header(ALL, name, value)


@variation("location-of-the-new-resource", "HTTP recommends a Location with 201.")
def _(faults: Faults) -> None:
    faults.header(RESOURCE, "Location", "/somewhere", status=201)


@variation("challenge-with-401", "HTTP asks for WWW-Authenticate with 401.")
def _(faults: Faults) -> None:
    faults.header(EVERY, "WWW-Authenticate", 'Bearer error="invalid_token"', status=401)


@variation("limits-explained", "A 429 may tell tier, API, operation and application.")
def _(faults: Faults) -> None:
    for word in ("Tier", "API", "Operation", "Application"):
        faults.header(EVERY, f"ITwinPlatform-RateLimited-{word}", "true", status=429)


@variation("connections-closed-after-each-reply", "A server may close a connection when it has answered.")
def _(faults: Faults) -> None:
    faults.header(ALL, "Connection", "close")


def _text(reply: Reply, **options: Any) -> Reply:
    return (
        reply
        if reply.json is None or reply.body is not None
        else replace(reply, body=json.dumps(reply.json, **options).encode())
    )


@variation("json-escaped-and-indented", "Escapes and blanks are a matter of taste in JSON.")
def _(faults: Faults) -> None:
    faults.on_reply(ALL, lambda _, reply: _text(reply, indent=2))


@variation("members-in-another-order", "The members of a JSON object have no order.")
def _(faults: Faults) -> None:
    faults.on_reply(ALL, lambda _, reply: _text(reply, sort_keys=True))


@variation("newest-first", "The order of a list is open.")
def _(faults: Faults) -> None:
    faults.body("listRepositoryResources", lambda body: body["resources"].reverse(), status=200)
    faults.body("listRealityDataITwins", lambda body: body["iTwins"].reverse(), status=200)


@variation("siblings-tell-more", "The operations that the suite only uses may gain members at any time.")
def _(faults: Faults) -> None:
    siblings = tuple(name for name in ALL if name not in EVERY)
    faults.body(
        siblings, lambda body: body.update(etag="7"), when=lambda _, reply: isinstance(reply.json, dict)
    )


@variation("small-pages", "A list may come in pages smaller than asked for, with a link to the next.")
def _(faults: Faults) -> None:
    def cut(call: Call) -> None:
        query = {**call.query, "$top": "5"}
        call.query_string = "&".join(f"{name}={value}" for name, value in query.items()).encode()

    faults.before("listRepositoryResources", "reply", "cut", cut)


@variation("slow-but-correct", "Every reply takes 200 ms.")
def _(faults: Faults) -> None:
    async def wait(_call: Call, reply: Reply) -> Reply:
        await asyncio.sleep(0.2)
        return reply

    for name in ALL:
        faults.emulator.reply_hooks[name].append(wait)


@variation(
    "reads-lag-behind-writes",
    "A read may show a write only after a while, within the target's patience.",
    patience=5.0,
)
def _(faults: Faults) -> None:
    writes: list[float] = []

    def note(_call: Call, reply: Reply) -> Reply:
        writes.append(time.monotonic())
        return reply

    shown: dict[str, Reply] = {}

    def lag(call: Call, reply: Reply) -> Reply:
        key = f"{call.path}?{call.query_string!r}"
        if key in shown and writes and time.monotonic() - writes[-1] < _LAG:
            return shown[key]
        shown[key] = reply
        return reply

    for name in EVERY:
        faults.on_reply(name, note, when=lambda _, reply: reply.status in {200, 201, 204})
    for name in READS:
        faults.on_reply(name, lag)


@variation("throttled-now-and-then", "A client that is told to wait waits, and goes on.")
def _(faults: Faults) -> None:
    seen = [0]

    def limit(call: Call) -> Reply | None:
        seen[0] += call.user.role == "owner"
        if seen[0] % 150 or call.user.role != "owner":
            return None
        return refuse(429, "RateLimitExceeded", "Wait.").with_header("Retry-After", "1")

    for name in ALL:
        faults.before(name, "throttle", "limit", limit)


@variation(
    "siblings-fail-now-and-then",
    "An operation that the suite only uses may fail and succeed when it is sent again.",
)
def _(faults: Faults) -> None:
    due = faults.every(11)
    for name in ("createITwin", "createRealityData", "createRepository", "listRealityDataITwins", "getITwin"):
        faults.before(
            name, "header", "weak", lambda call: Reply(503, body=b"busy") if due(call, Reply(503)) else None
        )


@variation("a-platform-in-use", "The target holds much more than what the suite makes.")
def _(faults: Faults) -> None:
    state = faults.emulator.state
    owner = next(user for user in state.users if user.role == "owner")
    plant_more(faults, owner.organization)


def plant_more(faults: Faults, organization: str) -> None:
    """Put repositories full of resources into every iTwin of the organization."""
    state = faults.emulator.state
    for itwin in state.itwins_of(organization):
        place = str(uuid.uuid4())
        document = {
            "id": place,
            "class": "GeographicInformationSystem",
            "subClass": "WebMapService",
            "uri": "https://example.com/map",
        }
        state.repositories.put(f"{itwin.id}\x1f{place}", Repository(itwin.id, place, document))
        for number in range(150):
            kept = {
                "id": f"zone-{number}",
                "class": document["class"],
                "subClass": document["subClass"],
                "displayName": f"Zone {number}",
            }
            state.add_resource(Resource(itwin.id, place, f"zone-{number}", kept))


@variation("names-taken-by-others", "Another organization has used the same words for its own things.")
def _(faults: Faults) -> None:
    outsider = next(user for user in faults.emulator.state.users if user.role == "outsider")
    plant_more(faults, outsider.organization)


@variation("a-second-run-at-the-same-time", "Two teams judge the same target at the same time.", crowded=True)
def _(_faults: Faults) -> None:
    """Change nothing: the crowd is the variation."""
