"""The trace that a request begins (W3C Trace Context), so that its owner finds it in the server's traces."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Final

TRACEPARENT: Final = "traceparent"
_FORM: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def new_traceparent() -> str:
    """Return the header's value for a trace of its own, marked as sampled."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id(headers: Mapping[str, str]) -> str:
    """Return the trace that these headers of a request name, 32 hex digits; empty where they name none."""
    value = next((text for name, text in headers.items() if name.lower() == TRACEPARENT), "")
    match = _FORM.fullmatch(value.strip())
    return match[1] if match else ""
