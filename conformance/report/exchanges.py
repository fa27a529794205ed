"""Shows recorded exchanges as they read on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping

from conformance.exchange.recorded import RecordedExchange, RecordedRequest, RecordedResponse


def request_text(exchange: RecordedExchange) -> str:
    """Return the request: line, headers, body."""
    request = exchange.request
    return _message(f"{request.method} {request.url}", request)


def response_text(exchange: RecordedExchange) -> str:
    """Return the response: status, headers, body; or what stood in its place."""
    response = exchange.response
    if response is None:
        return f"no response: {exchange.failure or 'no reason was recorded'}"
    text = _message(f"HTTP {response.status}", response)
    return f"{text}\n(cut off by the recorder)" if response.truncated else text


def title(exchange: RecordedExchange) -> str:
    """Return the exchange in one line: who asked what, and what came back."""
    request = exchange.request
    return (
        f"{request.method} {request.url} as {exchange.role or 'nobody'} → {exchange.status or 'no response'}"
    )


def _message(first: str, message: RecordedRequest | RecordedResponse) -> str:
    headers: Mapping[str, str] = message.headers
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", pretty(message.body)] if message.body else lines)


def pretty(body: str) -> str:
    """Return a JSON body indented, its escapes decoded, and any other as it is."""
    if not body.lstrip().startswith(("{", "[")):
        return body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
