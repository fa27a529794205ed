"""A transport that no server can hold up or fill up: every response has a limit in seconds and in bytes.

The standard library's client reads what a server sends for as long as it sends. Here each `recv` gets what is
left of the response's deadline as its timeout, and a body is read no further than `MAX_BODY`. Two more things
a contract suite must see and a normal client hides: a body behind a 204, and fewer bytes than announced.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
import zlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager
from urllib3.util.retry import Retry

MAX_BODY: Final = 1024 * 1024
TROUBLE: Final = (requests.RequestException, HTTPError, http.client.HTTPException, OSError)
"""What a network, a server or a proxy can make the libraries raise; anything else is a mistake of ours."""
INTERIM: Final = frozenset(range(100, 200)) - {101}
MAX_INTERIM: Final = 100
STRAY_WAIT: Final = 0.02
"""Seconds to look for a body that must not be there, behind a 204."""
_stray_wait: Final[ContextVar[float]] = ContextVar("stray_wait", default=STRAY_WAIT)


@dataclass(frozen=True)
class Limits:
    """Seconds for connecting, for one read, and for a whole response."""

    connect: float = 10.0
    read: float = 20.0
    total: float = 30.0


class _DeadlineReader(io.RawIOBase):
    """Reads a response's bytes; every read gets at most what is left until the deadline."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, limits: Limits) -> None:
        self._sock = sock
        self._raw = raw
        self._limits = limits
        self._deadline = time.monotonic() + limits.total
        self.paused = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.paused:
            return 0
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"the response took longer than {self._limits.total:g} s")
        self._sock.settimeout(min(left, self._limits.read))
        _acknowledge_at_once(self._sock)
        return self._raw.readinto(buffer)

    def stray(self) -> bytes:
        """Return what arrives within a moment although the response is over."""
        self._sock.settimeout(_stray_wait.get())
        try:
            return self._sock.recv(4096)
        except OSError:
            return b""

    def close(self) -> None:
        self._raw.close()
        super().close()


def _acknowledge_at_once(sock: socket.socket) -> None:
    """Let the next bytes be acknowledged when they arrive, where the system knows how; it forgets this again.

    Many servers send the head of a response and then its body, and wait with the body until the head is
    acknowledged, which a kernel puts off for 40 ms: forty of fifty milliseconds of a request.
    """
    with contextlib.suppress(AttributeError, OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


@contextlib.contextmanager
def nobody_judges() -> Iterator[None]:
    """Lose no time in the block on a body that must not be there: only what has arrived already is read."""
    token = _stray_wait.set(0.0)
    try:
        yield
    finally:
        _stray_wait.reset(token)


def _response_class(limits: Limits) -> type[http.client.HTTPResponse]:
    class Response(http.client.HTTPResponse):
        """A response with a deadline that shows the body of a 204 too."""

        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            # The raw file keeps the socket open after the connection let go of it, so it is kept and wrapped.
            raw = self.fp.detach()
            self._reader = _DeadlineReader(sock, raw, limits)
            self.fp = io.BufferedReader(self._reader)
            self.stray = b""

        def _read_status(self) -> tuple[str, int, str]:
            """Read the status line of the final response, past interim ones such as 103 (RFC 9110, 15.2)."""
            for _ in range(MAX_INTERIM):
                status_line: tuple[str, int, str] = super()._read_status()  # type: ignore[misc] # no stub
                if status_line[1] not in INTERIM:
                    return status_line
                http.client.parse_headers(self.fp)
            raise http.client.HTTPException(f"more than {MAX_INTERIM} interim responses")

        def begin(self) -> None:
            super().begin()
            if self.status == http.HTTPStatus.NO_CONTENT:
                self.will_close = True
                self._reader.paused = True
                buffered = self.fp.peek()
                self._reader.paused = False
                self.stray = buffered or self._reader.stray()

    return Response


class BoundedAdapter(HTTPAdapter):
    """A requests adapter: responses are read at once, within limits, never redirected or decoded twice."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        super().__init__(max_retries=Retry(total=None, connect=1, read=0, redirect=0, status=0, other=0))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the signature of requests
        """Build a pool whose connections read under the deadline."""
        response = _response_class(self.limits)

        class Plain(HTTPConnection):
            response_class = response

        class Secure(HTTPSConnection):
            response_class = response

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.pools = {"http": PlainPool, "https": SecurePool}
        super().init_poolmanager(connections, maxsize, block, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = self.pools

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> PoolManager:
        """Return the pools behind a proxy, whose connections read under the deadline too."""
        manager: PoolManager = super().proxy_manager_for(proxy, **proxy_kwargs)
        if urlsplit(proxy).scheme in self.pools:  # SOCKS has connections of its own kind
            manager.pool_classes_by_scheme = self.pools
        return manager

    def send(  # noqa: PLR0913, PLR0917 - the signature of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, ARG002 - the signature of requests
        timeout: Any = None,  # noqa: ARG002 - the limits are ours
        verify: bool | str = True,  # noqa: FBT001, FBT002 - the signature of requests
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send and read the whole response; a body ends at `MAX_BODY` bytes (`response.truncated`)."""
        timeouts = (self.limits.connect, self.limits.read)
        response = super().send(
            request, stream=True, timeout=timeouts, verify=verify, cert=cert, proxies=proxies
        )
        content, truncated = _read(response)
        response._content = content  # noqa: SLF001 - what requests does itself after reading
        response._content_consumed = True  # type: ignore[attr-defined] # noqa: SLF001 - likewise done there
        response.truncated = truncated  # type: ignore[attr-defined] # our own mark on the response
        return response


def _read(response: requests.Response) -> tuple[bytes, bool]:
    stray: bytes = getattr(getattr(response.raw, "_original_response", None), "stray", b"")
    if stray:
        response.raw.close()
        return stray[:MAX_BODY], False
    chunks, size = [], 0
    try:
        while size <= MAX_BODY:
            chunk = response.raw.read1(65536, decode_content=False)
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        response.raw.close()
        raise requests.exceptions.ChunkedEncodingError(error, request=response.request) from error
    truncated = size > MAX_BODY
    if truncated:
        response.raw.close()
    else:
        response.raw.release_conn()
    return _decoded(b"".join(chunks), response.headers.get("Content-Encoding", ""), truncated=truncated)


def _decoded(content: bytes, encoding: str, *, truncated: bool) -> tuple[bytes, bool]:
    """Undo content codings, the last one first, each up to `MAX_BODY` bytes: a bomb goes no further.

    What is no such coding, or no such content, is left as it is.
    """
    for coding in reversed([each.strip().lower() for each in encoding.split(",")]):
        if coding in {"gzip", "x-gzip", "deflate"}:
            content, cut = _inflated(content)
            truncated = truncated or cut
    return content[:MAX_BODY], truncated


def _inflated(content: bytes) -> tuple[bytes, bool]:
    """Return what gzip (of any number of members) or deflate (with its header or without) holds."""
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        decoded, rest = b"", content
        with contextlib.suppress(zlib.error):
            while rest and len(decoded) < MAX_BODY:
                decompressor = zlib.decompressobj(wbits=bits)
                decoded += decompressor.decompress(rest, MAX_BODY - len(decoded))
                if decompressor.unconsumed_tail or not decompressor.eof:
                    return decoded, bool(decompressor.unconsumed_tail)
                rest = decompressor.unused_data
            return decoded, bool(rest)
    return content, False


def new_session(
    limits: Limits, *, ca: str = "", proxies: Mapping[str, str] | None = None
) -> requests.Session:
    """Return a session that follows no redirect, reads no netrc, and is bounded by the limits."""
    return harden(requests.Session(), limits, ca=ca, proxies=proxies)


def harden(
    session: requests.Session, limits: Limits, *, ca: str = "", proxies: Mapping[str, str] | None = None
) -> requests.Session:
    """Make any requests session as bounded as ours, and return it."""
    session.trust_env = False
    session.verify = ca or True
    session.proxies = dict(proxies or {})
    session.max_redirects = 0
    session.headers.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(limits))
    return session
