"""What one exchange exercises of what is documented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from conformance.analysis.coverage.documented import Documented, Parameter, codes_in, media_type
from conformance.analysis.coverage.schemas import Place
from conformance.claims.openapi import Operation
from conformance.exchange.model import ABSENT, Exchange, Request
from conformance.exchange.recorded import RecordedExchange

NO_TOKEN: Final = "no token"  # noqa: S105 - what a table calls a request without one
BROKEN: Final = " broken"
"""Ends the key of a keyword that a request did not keep to."""
Item = tuple[str, str]
"""A dimension, and the key of what is documented there."""


@dataclass(frozen=True)
class Watched:
    """One operation, what is documented of it, and the path by which its exchanges are known."""

    operation: Operation
    documented: Documented
    path: re.Pattern[str]


def watched(operation: Operation, documented: Documented) -> Watched:
    """Return the operation as its exchanges are looked at; a target may have its path below another one."""
    parts = re.split(r"{([^}]+)}", operation.path)
    pattern = "".join("([^/]*)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return Watched(operation, documented, re.compile(f"{pattern}$"))


def exchange_of(recorded: RecordedExchange, operation: Operation) -> Exchange:
    """Return a recorded exchange as the checks look at it."""
    request, response = recorded.request, recorded.response
    return Exchange(
        id=recorded.id,
        role=recorded.role,
        request=Request(request.method, "", operation, off_spec=recorded.off_spec),
        url=request.url,
        sent_headers=request.headers,
        sent_body=None if request.body is None else request.body.encode(errors="surrogatepass"),
        started=recorded.started,
        elapsed_ms=recorded.elapsed_ms,
        status=response.status if response else None,
        headers=response.headers if response else {},
        content=(response.body or "").encode(errors="surrogatepass") if response else b"",
        truncated=response.truncated if response else False,
        failure=recorded.failure,
    )


def items(exchange: Exchange, about: Watched) -> Iterator[Item]:
    """Yield what an exchange with a response exercised; the same item may come more than once."""
    documented = about.documented
    given = _given(exchange, about)
    says_who = not documented.secured or any(
        (place, name.lower()) in documented.credentials for place, name in given
    )
    yield "roles", exchange.role if says_who else NO_TOKEN
    yield from _sent(exchange, about, given)
    key = documented.key_of(exchange.status or 0)
    if key is None:
        return
    yield "statuses", key
    message, kind = documented.responses[key], media_type(exchange.header("Content-Type") or "")
    if (documented_kind := message.key_of(kind)) is not None:
        yield "media_types", f"{key} {documented_kind}"
    if exchange.json is ABSENT:
        return
    for code in codes_in(exchange.json, kind):
        if code in message.codes:
            yield "error_codes", f"{key} {code}"
    place = message.content.get(documented_kind or "") or next(iter(message.content.values()), None)
    for pointer, keyword, _ in place.applied(exchange.json) if place is not None else ():
        yield "keywords", f"{key} {pointer} {keyword.name}"


def _sent(exchange: Exchange, about: Watched, given: Mapping[tuple[str, str], Any]) -> Iterator[Item]:
    for parameter, value in _parameters(about, given):
        yield "parameters", str(parameter)
        yield from _tried(str(parameter), parameter.schema, value)
    message = about.documented.request
    if exchange.sent_body is None or not message.content:
        return
    kind = message.key_of(media_type(given.get(("header", "content-type"), "")))
    if kind is not None:
        yield "media_types", f"request {kind}"
    try:
        body = json.loads(exchange.sent_body)
    except (ValueError, RecursionError):
        return
    yield from _tried(
        "request", message.content.get(kind or "") or next(iter(message.content.values())), body
    )


def _tried(where: str, place: Place, value: Any) -> Iterator[Item]:
    """Yield each keyword that a sent value keeps to or breaks."""
    for pointer, keyword, part in place.applied(value):
        yield "keywords", f"{where} {pointer} {keyword.name}{'' if keyword.holds(part) else BROKEN}"


def _given(exchange: Exchange, about: Watched) -> dict[tuple[str, str], Any]:
    """Return what the request has, by place and name; headers in small letters."""
    headers = {name.lower(): value for name, value in exchange.sent_headers.items()}
    address = urlsplit(exchange.url)
    found = about.path.search(address.path)
    sent: dict[tuple[str, str], Any] = {
        ("path", name): unquote(text)
        for name, text in zip(about.operation.path_parameters, found.groups() if found else (), strict=False)
    }
    sent |= {
        ("query", name): texts if len(texts) > 1 else texts[0]
        for name, texts in parse_qs(address.query, keep_blank_values=True).items()
    }
    sent |= {("header", name): value for name, value in headers.items()}
    return sent | {("cookie", name): value for name, value in _cookies(headers.get("cookie", "")).items()}


def _parameters(about: Watched, given: Mapping[tuple[str, str], Any]) -> Iterator[tuple[Parameter, Any]]:
    """Yield each documented parameter that the request has, with the value that was sent."""
    for parameter in about.documented.parameters:
        name = parameter.name.lower() if parameter.place == "header" else parameter.name
        value = given.get((parameter.place, name), ABSENT)
        if value is not ABSENT:
            yield parameter, _typed(value, parameter.types)


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: each.value for name, each in SimpleCookie(text).items()}
    except CookieError:
        return {}


def _typed(value: Any, types: tuple[str, ...]) -> Any:
    """Return the text of a parameter as the JSON value that its schema speaks of, where it can be one."""
    if "array" in types:
        return value if isinstance(value, list) else value.split(",")
    if "string" in types or not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if not isinstance(found, dict | list | None) else value
