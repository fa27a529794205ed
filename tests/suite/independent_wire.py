"""What stands between the wire and the independent server: one request, one response, and faults of both."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.suite.independent_store import Json, Store


@dataclass
class Incoming:
    """One request as it came in: `path` with its query, names of headers in lower case."""

    store: Store
    method: str
    path: str
    headers: dict[str, str]
    content: bytes


@dataclass
class Outgoing:
    """One response as it goes out; a body of bytes is sent as it is, None sends none."""

    status: int
    body: Json | bytes | None
    headers: dict[str, str] = field(
        default_factory=lambda: {"x-correlation-id": str(uuid.uuid4()), "Content-Type": "application/json"}
    )


Serve = Callable[[Incoming], Outgoing]
Fault = Callable[[Incoming, Serve], Outgoing]
"""Stands between the wire and the server; what it is given serves the request as the healthy server does."""


def no_fault(incoming: Incoming, serve: Serve) -> Outgoing:
    """Serve the request as it is."""
    return serve(incoming)


class Handler(BaseHTTPRequestHandler):
    """Answers each request of a connection, one request of all connections at a time."""

    protocol_version = "HTTP/1.1"

    def __init__(self, store: Store, serve: Serve, lock: threading.Lock, *args: Any) -> None:
        self.store = store
        self.serve = serve
        self.lock = lock
        super().__init__(*args)

    def answer(self) -> None:
        """Answer one request."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.lock:
            out = self.serve(Incoming(self.store, self.command, self.path, headers, content))
        text = out.body if isinstance(out.body, bytes) else b""
        if isinstance(out.body, dict):
            text = json.dumps(out.body).encode()
        self.send_response(out.status)
        for name, value in out.headers.items():
            if name != "Content-Type" or out.body is not None:
                self.send_header(name, value)
        if out.status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of http.server
        """Say nothing."""


for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(Handler, f"do_{verb}", Handler.answer)
