"""Responses with another status, shape, media type or code than the documented ones, on any operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change, Edit
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import (
    ACCOUNT,
    ASSOCIATE,
    ENVELOPE,
    EVERY,
    MOVE,
    RESOURCE,
    SCHEMA,
    SHORT,
    STATUS,
    SUCCESS,
    account,
    associate,
    in_success,
    move,
    named,
    platform,
    resource,
)
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response

_JSON = "platform.body.announced-as-json"
_WHOLE = "platform.reply.whole"
_MODEL = "platform.model.agrees"
_PAGE = b"<html><body><h1>Error</h1></body></html>"
_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s" % (
    len(_PAGE),
    _PAGE,
)

_MEDIA_TYPES = {
    "associate": ("text/html", "The framework's default media type came back with an upgrade."),
    "move": ("text/plain", "A logging middleware writes refusals itself and forgets what they are."),
    "resource": ("application/xml", "Content negotiation picks the first formatter in the list."),
    "account": ("application/octet-stream", "A cache in front of the API serves bytes."),
}
_ERRORS: dict[str, tuple[str, Edit]] = {
    "error-is-flat": ("The envelope is left out.", lambda body: body["error"]),
    "error-is-text": ("The error is one sentence.", lambda body: {"error": body["error"]["message"]}),
    "error-lacks-a-code": ("Only some exceptions have one.", lambda body: body["error"].pop("code") and None),
    "error-has-null-message": ("It is not translated.", lambda body: body["error"].update(message=None)),
}
_CODES = (
    ("associate", "AssociationExists", "Conflict", ".conflict-code"),
    ("associate", "InvalidRealityDataRequest", "InvalidRequest", ".invalid-code"),
    ("associate", "RealityDataNotFound", "NotFound", ".unknown-reality-data-not-found"),
    ("move", "AlreadyExists", "AssociationExists", ".conflict-code"),
    ("move", "InvalidRealityDataRequest", "InvalidRequest", ".invalid-code"),
    ("move", "RealityDataNotFound", "NotFound", ".unknown-reality-data-not-found"),
    ("resource", "iTwinRepositoryResourceExists", "iTwinRepositoryExists", ".conflict-code"),
    ("resource", "InvalidiTwinsRequest", "InvalidRequest", ".invalid-code"),
    ("resource", "iTwinRepositoryNotFound", "RepositoryNotFound", ".unknown-repository-not-found"),
    ("resource", "iTwinNotFound", "iTwinRepositoryNotFound", ".unknown-itwin-code"),
    ("account", "iTwinNotFound", "NotFound", ".not-found-code"),
)


def _with_body(short: str) -> Iterator[Defect]:
    """Yield the defects of an operation whose success has a body."""
    documented, member = SUCCESS[short]
    yield named(short, "answers-flat", SCHEMA)(
        "The wrapper object was dropped when the serializer changed.",
        in_success(short, lambda body: body[member]),
    )
    yield named(short, "answers-an-array", SCHEMA)(
        "The query for one became a query for many.", in_success(short, lambda body: {member: [body[member]]})
    )
    yield named(short, "answers-with-more", SCHEMA)(
        "A new column of the table is serialized along with the others.",
        in_success(short, lambda body: body[member].update(etag="1")),
    )
    yield named(short, "answers-nothing", SCHEMA)(
        "The body is built after the response was sent.",
        changes.on_response(
            SHORT[short], lambda _, response: replace(response, json=None, body=b""), status=documented
        ),
    )


def _html_errors(short: str) -> Defect:
    def page(_call: Call, response: Response) -> Response:
        own = response.code() is not None and response.status != 401  # noqa: PLR2004 - those are the gateway's
        return replace(response, body=_PAGE, content_type="text/html") if own else response

    return named(short, "html-errors", ENVELOPE, _JSON)(
        "The proxy's own error page stands in for the API's.", changes.on_response(SHORT[short], page)
    )


def _media_type(short: str, media_type: str, sentence: str) -> Defect:
    change = changes.on_response(SHORT[short], lambda _, response: replace(response, content_type=media_type))
    return named(short, f"announces-{media_type.partition('/')[2]}", _JSON)(sentence, change)


def _without_accept(call: Call, _response: Response) -> bool:
    return not call.request.headers.get("accept")


def _echo(call: Call, response: Response) -> Response:
    error: dict[str, Any] = response.json["error"]
    said = f"{error['message']} Request: {call.request.headers.get('authorization', '')}"
    return replace(response, json={"error": {**error, "message": said}})


def _with_body_of_204(_response: Response) -> bytes:
    head = "HTTP/1.1 204 No Content\r\ncontent-type: application/json\r\ncontent-length: 4\r\n"
    return f"{head}x-correlation-id: {'0' * 8}-0000-4000-8000-{'0' * 12}\r\n\r\nnull".encode()


def _dead_worker() -> Change:
    due, page = changes.every(6), Response(502, raw=_GATEWAY)
    return changes.before(EVERY, "header", lambda call: page if due(call, page) else None)


def _cut_short(response: Response) -> bytes:
    content = response.content()
    head = f"HTTP/1.1 {response.status} Status\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(content) + 7}\r\n\r\n".encode() + content


DEFECTS = (
    associate("answers-201", ".answers-200", STATUS, _MODEL)(
        "Somebody read that POST means Created.", changes.status(ASSOCIATE, 200, 201)
    ),
    move("answers-200", ".answers-204", STATUS, _MODEL)(
        "The framework's answer to PATCH is 200, and nobody set another.",
        changes.respond(MOVE, Response(200, {}), status=204),
    ),
    resource("answers-200", ".answers-201", STATUS, _MODEL)(
        "The framework's answer to POST is 200, and nobody set another.", changes.status(RESOURCE, 201, 200)
    ),
    account("answers-206", ".answers-200", STATUS)(
        "The answer is thought to be a part of the iTwin.", changes.status(ACCOUNT, 200, 206)
    ),
    *(each for short in SUCCESS for each in _with_body(short)),
    *(
        platform(f"every-{name}", ENVELOPE)(sentence, changes.body(EVERY, edit, when=changes.is_refusal))
        for name, (sentence, edit) in _ERRORS.items()
    ),
    platform("errors-say-nothing", "platform.error.message")(
        "The resource file with the messages was not deployed.",
        changes.body(EVERY, lambda body: body["error"].update(message=""), when=changes.is_refusal),
    ),
    platform("errors-have-no-name", "platform.error.code")(
        "The codes come from a table whose new entries nobody filled in.",
        changes.body(EVERY, lambda body: body["error"].update(code=""), when=changes.is_refusal),
    ),
    *map(_html_errors, SHORT),
    *(_media_type(short, *entry) for short, entry in _MEDIA_TYPES.items()),
    *(
        named(short, f"answers-{new}-for-{old}", row)(
            "The table of codes was put in order, and nobody asked the clients.",
            changes.code(SHORT[short], old, new),
        )
        for short, old, new, row in _CODES
    ),
    account("without-accept-is-xml", "platform.accept.any-documented-form", SCHEMA, _JSON)(
        "Without an Accept header the first formatter of the list is taken, and that one writes XML.",
        changes.respond(
            ACCOUNT,
            Response(200, body=b"<iTwin/>", content_type="application/xml"),
            status=200,
            when=_without_accept,
        ),
    ),
    account("echoes-the-token", "platform.reply.token-never-echoed")(
        "The error page of a development server shows the request that it could not serve.",
        changes.on_response(ACCOUNT, _echo, status=404),
    ),
    move("204-with-body", ".answers-without-body")(
        "A formatter appends a null document to every response, whatever its status.",
        changes.raw(MOVE, _with_body_of_204, status=204),
    ),
    platform("every-sixth-request-stops-at-the-gateway", "platform.reply.stable")(
        "One of the six workers behind the gateway is dead, and nobody took it out.",
        changes.fresh(_dead_worker),
    ),
    account("content-length-too-large", _WHOLE)(
        "A proxy rewrites the body and keeps the length of the old one.",
        changes.raw(ACCOUNT, _cut_short, status=200),
    ),
    *(
        named(short, "breaks-off-refusals", _WHOLE)(
            "The worker dies while it writes the error, and the proxy closes the connection.",
            changes.raw(SHORT[short], _cut_short, status=refused),
        )
        for short, refused in {"associate": 404, "move": 422, "resource": 422}.items()
    ),
)
