"""Answer a request of an API over ASGI: find its operation, run the pipeline, send the reply."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
import uuid
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from conformance.emulator.call import NOTHING, Call, decode
from conformance.emulator.instance import Emulator, Seen
from conformance.emulator.pipeline import run
from conformance.emulator.provenance import Source, note
from conformance.emulator.replies import Reply, refuse
from conformance.emulator.routing import NotFound

_LARGEST_BODY = 8 * 1024 * 1024
TRANSPORT = "conformance.transport"

note("http.paths", "Static path segments match in any case, with or without a trailing slash.", Source.CLIENT)
note("http.accept", "Any Accept header, or none, is answered with JSON.", Source.CLIENT)
note("http.correlation-id", "Every reply carries x-correlation-id, a GUID.", Source.DOC)
note(
    "http.unknown-path",
    "A path that no operation has is answered with 404 and code NotFound.",
    Source.ASSUMPTION,
)
note(
    "http.unknown-method",
    "A method that the path does not have is answered with 405 and Allow.",
    Source.ASSUMPTION,
)
note("http.content-type", "A body is read as JSON whatever its Content-Type says.", Source.ASSUMPTION)
note("http.large-body", "A body of more than 8 MiB is answered with 413.", Source.ASSUMPTION)


class Api:
    """The APIs of one emulator as an ASGI application."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        emulator = self._emulator
        started = time.perf_counter()
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        body = await _body(receive)
        found = emulator.router.find(scope["method"], raw_path)
        if isinstance(found, NotFound):
            reply, operation, client = _not_found(found), "", ""
        elif body is None:
            reply = refuse(413, "RequestTooLarge", "The request body is too large.")
            operation, client = found.operation, ""
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            operation = found.operation
            call = Call(
                emulator,
                operation,
                scope["method"],
                scope["path"],
                found.ids,
                scope["query_string"],
                headers,
                body,
            )
            reply = await answer(call)
            client = call.client
        milliseconds = (time.perf_counter() - started) * 1000
        emulator.recent.append(
            Seen(time.time(), scope["method"], scope["path"], operation, client, reply.status, milliseconds)
        )
        if emulator.record is not None:
            emulator.record(scope, operation, client, body or b"", reply)
        await _send(reply, scope, receive, send)


async def answer(call: Call) -> Reply:
    """Run the call's pipeline and the hooks on its reply; what was written is kept before this returns."""
    emulator = call.emulator
    if emulator.settings.latency:
        await asyncio.sleep(emulator.settings.latency)
    reply = await run(emulator.pipelines[call.operation], call)
    for hook in emulator.reply_hooks[call.operation]:
        changed = hook(call, reply)
        reply = await changed if inspect.isawaitable(changed) else changed
    if emulator.store is not None and emulator.state.journal.changes:
        await emulator.store.committed(emulator.state.journal)
    return reply


def _not_found(found: NotFound) -> Reply:
    if found.allowed:
        reply = refuse(405, "MethodNotAllowed", "The resource does not support this method.")
        return reply.with_header("Allow", ", ".join(found.allowed))
    return refuse(404, "NotFound", "Resource not found.")


async def _body(receive: Receive) -> bytes | None:
    message = await receive()
    if not message.get("more_body"):
        return message.get("body", b"") if len(message.get("body", b"")) <= _LARGEST_BODY else None
    parts, size = [message.get("body", b"")], 0
    while message.get("more_body"):
        message = await receive()
        size += len(message.get("body", b""))
        if size <= _LARGEST_BODY:
            parts.append(message.get("body", b""))
    return b"".join(parts) if size <= _LARGEST_BODY else None


async def _send(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    if reply.raw is not None:
        scope[TRANSPORT].write(reply.raw)
        scope[TRANSPORT].close()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    content = reply.content()
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    given = {name for name, _ in headers}
    if b"x-correlation-id" not in given:
        headers.append((b"x-correlation-id", str(uuid.uuid4()).encode()))
    if content and b"content-type" not in given:
        headers.append((b"content-type", reply.content_type.encode("latin-1")))
    if b"content-length" not in given and (content or reply.status != 204):  # noqa: PLR2004 - No Content
        headers.append((b"content-length", str(len(content)).encode()))
    start: Message = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": content})


def line(scope: Scope, operation: str, client: str, body: bytes, reply: Reply) -> str:
    """Return one exchange as a line of JSON, without headers, query and the credentials of repositories."""
    entry = {
        "at": time.time(),
        "method": scope["method"],
        "path": scope["path"],
        "operation": operation,
        "client": client,
        "body": _without_credentials(decode(body)),
        "status": reply.status,
        "reply": _without_credentials(reply.json),
    }
    return json.dumps(entry)


def _without_credentials(value: Any) -> Any:
    match value:
        case dict():
            return {
                key: "***" if key == "authentication" else _without_credentials(each)
                for key, each in value.items()
            }
        case list():
            return [_without_credentials(each) for each in value]
    return None if value is NOTHING else value
