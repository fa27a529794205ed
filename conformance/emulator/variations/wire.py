"""Other ways to be right on the wire: headers, spelling, order and speed."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from bisect import bisect_right
from dataclasses import replace
from typing import Any

from conformance.emulator.apis.operations import OPERATIONS
from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import variation
from conformance.emulator.defects.operations import EVERY, RESOURCE
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response

ALL = tuple(each.name for each in OPERATIONS)
READS = ("listRepositoryResources", "getRepositoryResource", "listRealityDataITwins")
_LAG = 0.8  # seconds that a write takes to show in a read
_VENDOR = "application/vnd.bentley.itwin-platform.v1+json"
_HEADERS = {
    "Server": "gateway/1.0",
    "Strict-Transport-Security": "max-age=31536000",
    "Set-Cookie": "affinity=7f3a; Path=/; HttpOnly",
    "Cache-Control": "no-store",
    "Vary": "Accept, Authorization",
}


def _in_errors(**members: Any) -> Change:
    return changes.body(EVERY, lambda body: body["error"].update(members), when=changes.is_refusal)


def _media_type(text: str) -> Change:
    return changes.on_response(EVERY, lambda _, response: replace(response, content_type=text))


def _shouting_id(_call: Call, response: Response) -> Response:
    return response.with_header("x-correlation-id", str(uuid.uuid4()).upper())


def _written(**options: Any) -> Change:
    def write(_call: Call, response: Response) -> Response:
        if response.json is None or response.body is not None:
            return response
        return replace(response, body=json.dumps(response.json, **options).encode())

    return changes.on_response(ALL, write)


def _cut_page(call: Call) -> None:
    query = {**call.request.query, "$top": "5"}
    text = "&".join(f"{name}={value}" for name, value in query.items())
    call.request = replace(call.request, query_string=text.encode())


async def _wait(_call: Call, response: Response) -> Response:
    await asyncio.sleep(0.2)
    return response


def _lagging_reads() -> Change:
    """Show a while longer what a read showed before the first write after it, whoever wrote."""
    writes: list[float] = []
    shown: dict[str, tuple[Response, float]] = {}
    """By what is read the response that was shown, and when it was true."""

    def note(_call: Call) -> None:
        writes.append(time.monotonic())

    def lag(call: Call, response: Response) -> Response:
        key = f"{call.request.path}?{call.request.query_string!r}"
        now = time.monotonic()
        before, true_at = shown.get(key, (response, now))
        since = bisect_right(writes, true_at)
        is_other = (before.status, before.json) != (response.status, response.json)
        if is_other and since < len(writes) and now - writes[since] < _LAG:
            return before
        shown[key] = (response, now)
        return response

    return changes.together(
        changes.then(EVERY, note, when=lambda _, response: response.status in {200, 201, 204}),
        changes.on_response(READS, lag),
    )


VARIATIONS = (
    variation("errors-with-null-target")(
        "The schema of an error lets target be null.", _in_errors(target=None)
    ),
    variation("errors-with-more-members")(
        "The schema of an error allows members of its own.",
        _in_errors(innererror={"traceId": "7"}, target="request"),
    ),
    variation("errors-in-other-words")(
        "Messages are for people and may be in another language.",
        _in_errors(message="Die Anfrage wurde abgelehnt."),
    ),
    variation("vendor-media-type")(
        "A JSON body may carry the platform's own media type.", _media_type(_VENDOR)
    ),
    variation("media-type-without-charset")("JSON needs no charset.", _media_type("application/json")),
    variation("media-type-in-capitals")(
        "Media types and their parameters are compared without regard to case.",
        _media_type('Application/JSON;charset="UTF-8"'),
    ),
    variation("correlation-id-in-capitals")(
        "The spelling of a GUID says nothing.", changes.on_response(EVERY, _shouting_id)
    ),
    variation("more-headers")(
        "Gateways, caches and browsers add headers of their own.",
        changes.together(*(changes.header(ALL, name, value) for name, value in _HEADERS.items())),
    ),
    variation("location-of-the-new-resource")(
        "HTTP recommends a Location with 201.", changes.header(RESOURCE, "Location", "/somewhere", status=201)
    ),
    variation("challenge-with-401")(
        "HTTP asks for WWW-Authenticate with 401.",
        changes.header(EVERY, "WWW-Authenticate", 'Bearer error="invalid_token"', status=401),
    ),
    variation("limits-explained")(
        "A 429 may tell tier, API, operation and application.",
        changes.together(
            *(
                changes.header(EVERY, f"ITwinPlatform-RateLimited-{word}", "true", status=429)
                for word in ("Tier", "API", "Operation", "Application")
            )
        ),
    ),
    variation("connections-closed-after-each-reply")(
        "A server may close a connection when it has answered.", changes.header(ALL, "Connection", "close")
    ),
    variation("json-escaped-and-indented")(
        "Escapes and blanks are a matter of taste in JSON.", _written(indent=2)
    ),
    variation("members-in-another-order")(
        "The members of a JSON object have no order.", _written(sort_keys=True)
    ),
    variation("newest-first")(
        "The order of a list is open.",
        changes.together(
            changes.body("listRepositoryResources", lambda body: body["resources"].reverse(), status=200),
            changes.body("listRealityDataITwins", lambda body: body["iTwins"].reverse(), status=200),
        ),
    ),
    variation("siblings-tell-more")(
        "The operations that the suite only uses may gain members at any time.",
        changes.body(
            tuple(name for name in ALL if name not in EVERY),
            lambda body: body.update(etag="7"),
            when=lambda _, response: isinstance(response.json, dict),
        ),
    ),
    variation("small-pages")(
        "A list may come in pages smaller than asked for, with a link to the next.",
        changes.before("listRepositoryResources", "respond", _cut_page),
    ),
    variation("slow-but-correct")("Every response takes 200 ms.", changes.on_response(ALL, _wait)),
    variation("reads-lag-behind-writes", patience=5.0)(
        "A read may show a write only after a while, within the target's patience.",
        changes.fresh(_lagging_reads),
    ),
)
