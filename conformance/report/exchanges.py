"""Reads `exchanges.ndjson`: the requests and responses behind the verdicts."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, Final

from conformance.results.text import scrub

FILE_NAME: Final = "exchanges.ndjson"
SHOWN_BODY: Final = 16 * 1024
"""So much of a body is shown: hundreds of large ones at once would not go into a small machine's memory."""
Record = Mapping[str, Any]


def load_exchanges(folder: Path, wanted: Container[str]) -> dict[str, Record]:
    """Return the wanted exchanges by id.

    A report without its evidence still says what was found, so a missing file, or a last line that a
    killed run did not finish, is no error.
    """
    found: dict[str, Record] = {}
    try:
        with (folder / FILE_NAME).open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                record = _record(line)
                if record.get("id") in wanted:
                    found[record["id"]] = scrub(_cut(record))
    except OSError:
        return found
    return found


def _cut(record: dict[str, Any]) -> dict[str, Any]:
    for message in filter(None, (record["request"], record.get("response"))):
        body = message.get("body") if isinstance(message, dict) else None
        if isinstance(body, str) and len(body) > SHOWN_BODY:
            message["body"] = f"{body[:SHOWN_BODY]}… ({len(body)} characters in {FILE_NAME})"
    return record


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    sound = (
        isinstance(record, dict)
        and isinstance(record.get("id"), str)
        and isinstance(record.get("request"), dict)
    )
    return record if sound else {}


def request_text(record: Record) -> str:
    """Return the request as it reads on the wire: line, headers, body."""
    request = record["request"]
    first = f"{request.get('method', '')} {request.get('url', '')}"
    return _message(first, request)


def response_text(record: Record) -> str:
    """Return the response as it reads on the wire, or what stood in its place."""
    response = record.get("response")
    if not isinstance(response, dict):
        return f"no response: {record.get('failure') or 'no reason was recorded'}"
    text = _message(f"HTTP {response.get('status')}", response)
    return f"{text}\n(cut off by the recorder)" if response.get("truncated") else text


def title(record: Record) -> str:
    """Return the exchange in one line: who asked what, and what came back."""
    request, response = record["request"], record.get("response")
    status = response.get("status") if isinstance(response, dict) else "no response"
    return (
        f"{request.get('method', '')} {request.get('url', '')} as {record.get('role') or 'nobody'} → {status}"
    )


def _message(first: str, message: Mapping[str, Any]) -> str:
    headers = message.get("headers")
    lines = [
        first,
        *(f"{name}: {value}" for name, value in (headers if isinstance(headers, dict) else {}).items()),
    ]
    body = message.get("body")
    return "\n".join([*lines, "", pretty(body)] if isinstance(body, str) and body else lines)


def pretty(body: str) -> str:
    """Return a JSON body indented, and any other as it is."""
    if not body.lstrip().startswith(("{", "[")):
        return body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
