"""How a recorded exchange reads in a report."""

from __future__ import annotations

import json
from collections.abc import Mapping

from conformance.exchange.recorded import RecordedExchange


def request_text(record: RecordedExchange) -> str:
    """Return the request as it reads on the wire: line, headers, body."""
    request = record.request
    return _message(f"{request.method} {request.url}", request.headers, request.body)


def response_text(record: RecordedExchange) -> str:
    """Return the response as it reads on the wire, or what stood in its place."""
    response = record.response
    if response is None:
        return f"no response: {record.failure or 'no reason was recorded'}"
    text = _message(f"HTTP {response.status}", response.headers, response.body)
    return f"{text}\n(cut off by the recorder)" if response.truncated else text


def title(record: RecordedExchange) -> str:
    """Return the exchange in one line: who asked what, and what came back."""
    request, status = record.request, record.status or "no response"
    return f"{request.method} {request.url} as {record.role or 'nobody'} → {status}"


def _message(first: str, headers: Mapping[str, str], body: str | None) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", pretty(body)] if body else lines)


def pretty(body: str) -> str:
    """Return a JSON body indented, and any other as it is."""
    if not body.lstrip().startswith(("{", "[")):
        return body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
