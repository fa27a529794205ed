"""A small server before another one that hands requests on, or does something terrible instead."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlsplit


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as it arrived: `number` counts from 1, `at` is in seconds."""

    number: int
    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    sock: socket.socket = field(repr=False)
    upstream: str

    @property
    def token(self) -> str:
        """Return the token of the request, or ""."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    def forward(self) -> bytes:
        """Send the request to the server behind, and return its response as it stands on the wire."""
        parts = urlsplit(self.upstream)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=30)
        try:
            sent = {k: v for k, v in self.headers.items() if k not in {"connection", "host"}}
            path = urlsplit(self.path)._replace(scheme="", netloc="").geturl()
            connection.request(self.method, path, self.body, sent)
            return _on_the_wire(connection.getresponse())
        finally:
            connection.close()

    def response(self, content: bytes, status: str = "200 OK", *headers: str) -> bool:
        """Answer with this body; the connection stays open."""
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(content)}"]
        self.sock.sendall("\r\n".join([*lines, *headers, "", ""]).encode() + content)
        return True

    def hand_on(self) -> bool:
        """Answer as the server behind does."""
        self.sock.sendall(self.forward())
        return True

    def reset(self) -> bool:
        """Break the connection off with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        return False


Behaviour = Callable[[ReceivedRequest], bool]
"""Answers a request; returns whether the connection stays open."""


@dataclass
class FaultProxy:
    """A listening server; `seen` holds every request that arrived."""

    upstream: str
    behave: Behaviour
    seen: list[ReceivedRequest] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=socket.socket)
    _idle: threading.Condition = field(default_factory=threading.Condition)
    _busy: int = 0

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def open(self) -> None:
        """Listen on a free port."""
        self._listener.close()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Listen no more: whoever comes now is refused."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def wait_until_idle(self, seconds: float = 30.0) -> None:
        """Wait until every request that arrived is answered, or its client is gone."""
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, timeout=seconds)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, suppress(OSError, ValueError, http.client.HTTPException):
            reader = sock.makefile("rb")
            while line := reader.readline():
                method, path, _ = line.decode("latin-1").split(" ", 2)
                headers = _headers(reader)
                body = reader.read(int(headers.get("content-length", "0")))
                with self._idle:
                    number = len(self.seen) + 1
                    received = ReceivedRequest(
                        number, time.monotonic(), method, path, headers, body, sock, self.upstream
                    )
                    self.seen.append(received)
                    self._busy += 1
                try:
                    if not self.behave(received):
                        return
                finally:
                    with self._idle:
                        self._busy -= 1
                        self._idle.notify_all()


def _headers(reader: BinaryIO) -> dict[str, str]:
    parsed = http.client.parse_headers(reader)
    return {name.lower(): value for name, value in parsed.items()}


def _on_the_wire(response: http.client.HTTPResponse) -> bytes:
    content = response.read()
    head = [f"HTTP/1.1 {response.status} {response.reason}"]
    hop = {"connection", "transfer-encoding", "content-length"}
    head += [f"{k}: {v}" for k, v in response.getheaders() if k.lower() not in hop]
    if response.status != http.HTTPStatus.NO_CONTENT:
        head.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + content


@contextmanager
def fault_proxy(upstream: str, behave: Behaviour = ReceivedRequest.hand_on) -> Iterator[FaultProxy]:
    """Open a proxy before this server until the block ends."""
    proxy = FaultProxy(upstream, behave)
    proxy.open()
    try:
        yield proxy
    finally:
        proxy.shut()
