"""Bodies that are no JSON: forms, files and plain text."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode

from conformance.claims.endpoints import Content
from conformance.claims.openapi import JsonObject
from conformance.claims.schemas import deref

BOUNDARY: Final = "conformance-boundary"


def as_text(value: Any) -> str:
    """Return a value as it stands in a path, a query or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return json.dumps(value) if isinstance(value, dict) else str(value)


def encoded(content: Content, body: Any) -> tuple[bytes, str]:
    """Return the bytes of a body that is no JSON, and their media type."""
    fields = body if isinstance(body, dict) else {}
    if content.media.startswith("multipart/"):
        properties = content.schema.get("properties") or {}
        parts = [_part(name, value, properties.get(name)) for name, value in fields.items()]
        data = "".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in parts) + f"--{BOUNDARY}--\r\n"
        return data.encode(), f"{content.media}; boundary={BOUNDARY}"
    if content.media == "application/x-www-form-urlencoded":
        return urlencode({name: as_text(value) for name, value in fields.items()}).encode(), content.media
    return as_text(body if not isinstance(body, dict) else "").encode() or b"ct", content.media


def _part(name: str, value: Any, schema: JsonObject | None) -> str:
    """Return one part of a form; a file has a name and a media type."""
    plain = deref({}, schema)
    entry = plain.get("items") if isinstance(plain.get("items"), dict) else plain
    is_file = isinstance(entry, dict) and (entry.get("format") == "binary" or "contentMediaType" in entry)
    filename = '; filename="ct.txt"\r\nContent-Type: text/plain' if is_file else ""
    return f'Content-Disposition: form-data; name="{name}"{filename}\r\n\r\n{as_text(value)}'
