"""Answer a request of an API over ASGI: find its operation, run the pipeline, send the response."""

from __future__ import annotations

import asyncio
import inspect
import time
import uuid
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from conformance.emulator.behaviours import assumed, documented, used_by_clients
from conformance.emulator.kernel.call import NOTHING, Call, Request, decode
from conformance.emulator.kernel.emulator import Emulator, Seen
from conformance.emulator.kernel.pipeline import run
from conformance.emulator.kernel.responses import Response, refuse
from conformance.emulator.kernel.routing import NotFound

_LARGEST_BODY = 8 * 1024 * 1024
TRANSPORT = "conformance.transport"

used_by_clients("http.paths", "Static path segments match in any case, with or without a trailing slash.")
used_by_clients("http.accept", "Any Accept header, or none, is answered with JSON.")
documented("http.correlation-id", "Every response carries x-correlation-id, a GUID.")
assumed("http.unknown-path", "A path that no operation has is answered with 404 and code NotFound.")
assumed("http.unknown-method", "A method that the path does not have is answered with 405 and Allow.")
assumed("http.content-type", "A body is read as JSON whatever its Content-Type says.")
assumed("http.large-body", "A body of more than 8 MiB is answered with 413.")


@dataclass(frozen=True)
class _Outcome:
    response: Response
    operation: str = ""
    client: str = ""


class Api:
    """The APIs of one emulator as an ASGI application."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one HTTP request."""
        emulator, started = self._emulator, time.perf_counter()
        body = await _body(receive)
        outcome = await self._outcome(scope, body)
        milliseconds = (time.perf_counter() - started) * 1000
        operation, client, status = outcome.operation, outcome.client, outcome.response.status
        emulator.recent.append(
            Seen(time.time(), scope["method"], scope["path"], operation, client, status, milliseconds)
        )
        if emulator.record is not None:
            emulator.record(_entry(scope, body or b"", outcome))
        await _send(outcome.response, scope, receive, send)

    async def _outcome(self, scope: Scope, body: bytes | None) -> _Outcome:
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        found = self._emulator.router.find(scope["method"], raw_path)
        if isinstance(found, NotFound):
            return _Outcome(_not_found(found))
        if body is None:
            too_large = refuse(413, "RequestTooLarge", "The request body is too large.")
            return _Outcome(too_large, found.operation)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(scope["method"], scope["path"], scope["query_string"], headers, body)
        call = Call(self._emulator.services, found.operation, found.ids, request)
        response = await respond(self._emulator, call)
        return _Outcome(response, found.operation, call.client)


async def respond(emulator: Emulator, call: Call) -> Response:
    """Run the call's pipeline and the hooks on its response; what was written is kept before this returns."""
    if emulator.settings.latency:
        await asyncio.sleep(emulator.settings.latency)
    response = await run(emulator.pipelines[call.operation], call)
    for hook in emulator.response_hooks[call.operation]:
        changed = hook(call, response)
        response = await changed if inspect.isawaitable(changed) else changed
    if emulator.store is not None:
        await emulator.store.committed()
    return response


def _not_found(found: NotFound) -> Response:
    if found.allowed:
        response = refuse(405, "MethodNotAllowed", "The resource does not support this method.")
        return response.with_header("Allow", ", ".join(found.allowed))
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


async def _send(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if response.raw is not None:
        scope[TRANSPORT].write(response.raw)
        scope[TRANSPORT].close()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    content = response.content()
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    given = {name for name, _ in headers}
    if b"x-correlation-id" not in given:
        headers.append((b"x-correlation-id", str(uuid.uuid4()).encode()))
    if content and b"content-type" not in given:
        headers.append((b"content-type", response.content_type.encode("latin-1")))
    if b"content-length" not in given and (content or response.status != 204):  # noqa: PLR2004 - No Content
        headers.append((b"content-length", str(len(content)).encode()))
    start: Message = {"type": "http.response.start", "status": response.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": content})


def _entry(scope: Scope, body: bytes, outcome: _Outcome) -> dict[str, Any]:
    """Return one exchange as it is recorded: no headers, no query, no credentials of repositories."""
    return {
        "at": time.time(),
        "method": scope["method"],
        "path": scope["path"],
        "operation": outcome.operation,
        "client": outcome.client,
        "body": _without_credentials(decode(body)),
        "status": outcome.response.status,
        "response": _without_credentials(outcome.response.json),
    }


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
