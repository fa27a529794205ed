"""Every form in which HTTP lets a server answer is read as what it means (RFC 9110 to 9112)."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import replace

import pytest

from conformance.claims.folders import specs_dir
from conformance.claims.openapi import Operation, load_operations
from conformance.client import transport
from conformance.client.transport import MAX_BODY
from conformance.exchange.model import Exchange, Request
from conformance.proof.fault_proxy import Behaviour, ReceivedRequest, fault_proxy
from tests.suite.client.test_sender import client_of

READ = Request("GET", "/x", purpose="setup", headers={"Authorization": None})
BODY = b'{"a": 1}'
TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def raw(*parts: bytes, stay: bool = True) -> Behaviour:
    """Answer with these bytes, and keep the connection open or close it."""

    def behave(received: ReceivedRequest) -> bool:
        received.sock.sendall(b"".join(parts))
        return stay

    return behave


def read(behave: Behaviour) -> Exchange:
    """Send one request and return its exchange."""
    with fault_proxy("http://127.0.0.1:9", behave) as proxy:
        client = client_of(proxy.url)
        try:
            return client.send(READ)
        finally:
            client.close()


def sized(body: bytes, *lines: bytes) -> bytes:
    """Return a response with these header lines and the length of its body."""
    return (
        TEXT + b"".join(line + b"\r\n" for line in lines) + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


FORMS: Mapping[str, Behaviour] = {
    "with 100 before it": raw(b"HTTP/1.1 100 Continue\r\n\r\n", sized(BODY)),
    "with 102 and 103 before it": raw(
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n",
        sized(BODY),
    ),
    "without a reason": raw(sized(BODY).replace(b"200 OK", b"200 ")),
    "in chunks with extensions and trailers": raw(
        TEXT,
        b"Transfer-Encoding: chunked\r\n\r\n",
        b'4;a="b"\r\n{"a"\r\n4\r\n: 1}\r\n0\r\nX-Trailer: 1\r\n\r\n',
    ),
    "until the connection closes": raw(TEXT, b"\r\n", BODY, stay=False),
    "by HTTP/1.0": raw(sized(BODY).replace(b"HTTP/1.1", b"HTTP/1.0"), stay=False),
    "with headers in any case and blanks": raw(
        sized(BODY).replace(b"Content-Type: application/json", b"cOnTeNt-TyPe:\t application/json  ")
    ),
    "in gzip": raw(sized(gzip.compress(BODY), b"Content-Encoding: GZIP")),
    "in gzip of two members": raw(
        sized(gzip.compress(BODY[:4]) + gzip.compress(BODY[4:]), b"Content-Encoding: x-gzip")
    ),
    "in deflate": raw(sized(zlib.compress(BODY), b"Content-Encoding: deflate")),
    "in deflate without its header": raw(sized(zlib.compress(BODY)[2:-4], b"Content-Encoding: deflate")),
    "in two codings": raw(sized(gzip.compress(zlib.compress(BODY)), b"Content-Encoding: deflate, gzip")),
    "in no coding by name": raw(sized(BODY, b"Content-Encoding: identity")),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_response_is_read_in_every_legal_form(form: str) -> None:
    """Status and body are those of the final response, decoded."""
    seen = read(FORMS[form])
    assert (seen.status, seen.json, seen.header("Content-Type")) == (200, {"a": 1}, "application/json")


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b" " * (3 * MAX_BODY)), b"".join([gzip.compress(b" " * MAX_BODY)] * 3)],
    ids=["one member", "three members"],
)
def test_what_unfolds_to_too_much_is_cut(body: bytes) -> None:
    """One member or many: no more than the limit is kept, and it is said."""
    seen = read(raw(sized(body, b"Content-Encoding: gzip")))
    assert (len(seen.content), seen.truncated) == (MAX_BODY, True)


def test_a_coding_that_is_none_is_left_as_it_is() -> None:
    """What is announced as gzip and is none stays what the server sent."""
    assert read(raw(sized(BODY, b"Content-Encoding: gzip"))).content == BODY


def test_interim_responses_come_to_an_end() -> None:
    """A server that never gets to its answer gave none."""
    with fault_proxy("http://127.0.0.1:9", raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200)) as proxy:
        client = client_of(proxy.url)
        with pytest.raises(Exception, match="no response"):
            client.send(READ)
        client.close()


@pytest.mark.parametrize(
    ("operation", "content"), [(None, b""), (load_operations(specs_dir())["moveRealityData"], BODY)]
)
def test_a_body_that_must_not_be_there_is_looked_for_where_it_is_judged(
    operation: Operation | None, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows a 204 is waited for and kept; a set-up request, which nobody judges, loses no time."""
    read_head = threading.Event()

    def behave(received: ReceivedRequest) -> bool:
        received.sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        read_head.wait(20 if operation is None else 0.01)
        received.sock.sendall(BODY)
        return False

    monkeypatch.setattr(transport, "_stray_wait", ContextVar("patient", default=30.0))
    with fault_proxy("http://127.0.0.1:9", behave) as proxy:
        client = client_of(proxy.url)
        seen = client.send(replace(READ, operation=operation))
        read_head.set()
        client.close()
    assert seen.content == content


class Noting:
    """A socket, and what is read from it, that note in which order they are used."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.noted: list[object] = []

    def settimeout(self, seconds: float) -> None:
        """Take any time."""

    def setsockopt(self, *option: int) -> None:
        """Note the option."""
        self.noted.append(option)

    def readinto(self, buffer: bytearray) -> int:
        """Note the read."""
        self.noted.append("read")
        return len(buffer)


@pytest.mark.parametrize("known", [True, False])
def test_what_arrives_is_acknowledged_at_once(monkeypatch: pytest.MonkeyPatch, *, known: bool) -> None:
    """Before each read, where the system knows how: a server may wait with the body until then."""
    if known:
        monkeypatch.setattr(socket, "TCP_QUICKACK", 12, raising=False)
    else:
        monkeypatch.delattr(socket, "TCP_QUICKACK", raising=False)
    sock = Noting()
    reader = transport._DeadlineReader(sock, sock, transport.Limits())  # type: ignore[arg-type] # what it uses of them
    assert [reader.readinto(bytearray(3)), reader.readinto(bytearray(2))] == [3, 2]
    option = (socket.IPPROTO_TCP, 12, 1)
    assert sock.noted == ([option, "read", option, "read"] if known else ["read", "read"])
