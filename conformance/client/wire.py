"""Small decisions about what goes over the wire: the prepared request, proxies, and words for a failure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from ssl import SSLError, create_default_context
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import requests

from conformance.errors import HarnessError, UsageError
from conformance.exchange.model import Request
from conformance.targets.model import Target
from conformance.targets.urls import is_loopback

ACCEPT: Final = "application/vnd.bentley.itwin-platform.v1+json"


def prepare(base_url: str, request: Request) -> requests.PreparedRequest:
    """Return the request as it will be sent, but for the token; the path goes out byte for byte as it is."""
    if not request.path.startswith("/"):
        # Behind the host, anything else than a slash could make another host of it.
        raise HarnessError(f"{request.method} {request.path[:80]!r}: a path begins with a slash")
    headers = {"Accept": ACCEPT, "User-Agent": "itwin-conformance"}
    body = request.body()
    if body is not None:
        headers["Content-Type"] = "application/json"
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


def proxies_of(target: Target) -> dict[str, str]:
    """Return the proxies for the target's hosts, as requests wants them; none for this machine."""
    found = {"http": target.proxy, "https": target.proxy} if target.proxy else dict(getproxies())
    for url in (target.base_url, target.token_url, target.issuer):
        parts = urlsplit(url)
        host = parts.hostname or ""
        spared = is_loopback(host) or bool(proxy_bypass(host))
        if host and spared and not target.proxy:
            found[f"{parts.scheme}://{host}"] = ""
    return found


def check_ca(target: Target) -> None:
    """Refuse a `ca` that is no readable file of certificates before anything is sent."""
    if not target.ca:
        return
    try:
        create_default_context(cafile=target.ca if Path(target.ca).is_file() else None, capath=target.ca)
    except (SSLError, OSError) as error:
        raise UsageError(
            f"target {target.name}: ca = {target.ca!r} holds no certificates: {error}"
        ) from error
    if not Path(target.ca).exists():
        raise UsageError(f"target {target.name}: ca = {target.ca!r}: there is no such file")


def without_token(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with the credentials of Authorization masked."""
    shown = dict(headers)
    authorization = shown.get("Authorization")
    if authorization is not None:
        scheme, blank, _ = authorization.partition(" ")
        shown["Authorization"] = f"{scheme} ***" if blank else "***"
    return shown


def failure_of(error: Exception) -> str:
    """Say in a few words what stood in the response's place; what begins with "broken" may be tried again."""
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS: {_innermost(error)}"
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
    while (cause := error.__cause__ or error.__context__) is not None and cause is not error:
        error = cause
    return f"{type(error).__name__}: {error}"[:160]
