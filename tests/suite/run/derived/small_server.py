"""Serves a small API of a test over real sockets; what is wrong with it can be switched on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Call:
    """A request as a small API is given it; `body` is None where there is none, or no JSON."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    path: str = ""


@dataclass(frozen=True)
class Answer:
    """A status, a body (None for none) and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class SmallApi(Protocol):
    """An API that answers calls; `broken` names what is wrong with it, "" for nothing."""

    broken: str
    calls: list[Call]

    def definition(self) -> dict[str, Any]:
        """Return its OpenAPI definition."""

    def answer(self, call: Call) -> Answer:
        """Answer a call."""


@contextmanager
def served(api: SmallApi) -> Iterator[str]:
    """Serve an API on a free port while the block lasts, and return its address."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            with lock:
                call = self._call()
                api.calls.append(call)
                answer = api.answer(call)
                if api.broken == "misdescribed-error" and answer.status >= HTTPStatus.BAD_REQUEST:
                    answer = Answer(answer.status, {"why": "another form"})
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if content:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _call(self) -> Call:
            where = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                document = json.loads(body) if body else None
            except ValueError:
                document = None
            parts = tuple(unquote(part) for part in where.path.strip("/").split("/"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Call(self.command, parts, dict(parse_qsl(where.query)), headers, document, where.path)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the library
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def faults(body: Any, properties: Mapping[str, Any], required: tuple[str, ...]) -> list[str]:
    """Return the members of a body that are missing, unknown, or not as their schemas say."""
    if not isinstance(body, dict):
        return ["body"]
    found = [name for name in required if name not in body]
    found += [name for name in body if name not in properties]
    for name in body.keys() & properties.keys():
        if not _fits(body[name], properties[name]):
            found.append(name)
    return found


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list}
    if not isinstance(value, kinds[schema["type"]]) or (
        schema["type"] == "integer" and isinstance(value, bool)
    ):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1000))
    if isinstance(value, int):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True
