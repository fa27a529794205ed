"""Small decisions about what goes over the wire: the prepared request, and words for a failure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import requests

from conformance.client.certificates import tls_trouble
from conformance.errors import HarnessError
from conformance.exchange.model import Request

ACCEPT: Final = "application/vnd.bentley.itwin-platform.v1+json"


def prepare(
    base_url: str, request: Request, extra: Mapping[str, str] | None = None
) -> requests.PreparedRequest:
    """Return the request as it will be sent, but for the token; the path goes out byte for byte as it is.

    `extra` are headers that the target wants with each request; one of the request itself outranks them.
    """
    if not request.path.startswith("/"):
        # Behind the host, anything else than a slash could make another host of it.
        raise HarnessError(f"{request.method} {request.path[:80]!r}: a path begins with a slash")
    headers = {"Accept": ACCEPT, "User-Agent": "itwin-conformance"}
    body = request.body()
    if body is not None:
        headers["Content-Type"] = "application/json"
    own = {name.lower() for name in request.headers}
    headers |= {name: value for name, value in (extra or {}).items() if name.lower() not in own}
    headers |= {k: v for k, v in request.headers.items() if v is not None}
    for name in [k for k, v in request.headers.items() if v is None]:
        headers.pop(name, None)
    prepared = requests.Request(request.method, base_url, headers=headers, params=None).prepare()
    prepared.prepare_url(base_url + "/", dict(request.query))
    query = prepared.url.partition("?")[2] if prepared.url else ""
    prepared.url = base_url + request.path + (f"?{query}" if query else "")
    if body is not None or request.writes:
        prepared.body = body or b""
        prepared.headers["Content-Length"] = str(len(body or b""))
    return prepared


def without_secrets(headers: Mapping[str, str], secret: Collection[str] = ()) -> dict[str, str]:
    """Return the headers with the credentials of Authorization and of the `secret` headers masked."""
    shown = {name: "***" if name.lower() in secret else value for name, value in headers.items()}
    authorization = shown.get("Authorization")
    if authorization is not None:
        scheme, blank, _ = authorization.partition(" ")
        shown["Authorization"] = f"{scheme} ***" if blank else "***"
    return shown


def failure_of(error: Exception) -> str:
    """Say in a few words what stood in the response's place; what begins with "broken" may be tried again."""
    if isinstance(error, requests.exceptions.SSLError):
        what, cure = tls_trouble(_cause(error))
        return f"TLS: {what}; {cure}" if what else f"TLS: {_innermost(error)}"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy failed: {_innermost(error)}"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "could not connect in time"
    if (
        isinstance(error, requests.exceptions.Timeout)
        or "TimeoutError" in repr(error)
        or "timed out" in str(error)
    ):
        return f"timeout: {_innermost(error)}"
    if "Failed to establish" in str(error) or "NewConnectionError" in repr(error):
        return f"could not connect: {_innermost(error)}"
    return f"broken: {_innermost(error)}"


def _innermost(error: BaseException) -> str:
    cause = _cause(error)
    return f"{type(cause).__name__}: {cause}"[:160]


def _cause(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None and cause is not error:
        error = cause
    return error
