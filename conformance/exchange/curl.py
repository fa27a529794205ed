"""A shell line that sends a recorded request again."""

from __future__ import annotations

import shlex
from typing import Final

from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor
from conformance.exchange.trace import TRACEPARENT

OF_THE_CLIENT: Final = frozenset(
    {"host", "content-length", "connection", "user-agent", "accept-encoding", TRACEPARENT}
)
"""Headers that any client sets by itself; a request that is sent again has a trace of its own."""


def curl(exchange: Exchange, redactor: Redactor) -> str:
    """Return a shell line that sends the request again; the token is `$TOKEN`, never the token itself."""
    words = ["curl", "-sS", "-i", "-X", exchange.request.method, "--path-as-is"]
    headers = dict(exchange.sent_headers)
    for name, value in headers.items():
        if name.lower() == "authorization":
            scheme = value.split(" ", 1)[0]
            shown = f"{scheme} $TOKEN" if " " in value else "$TOKEN"
            words += ["-H", f'"{name}: {shown}"']
        elif name.lower() not in OF_THE_CLIENT:
            words += ["-H", shlex.quote(f"{name}: {redactor.mask(value)}" if value else f"{name};")]
    if exchange.sent_body is not None:
        body = redactor.mask(exchange.sent_body.decode("utf-8", errors="replace"))
        words += ["--data-binary", shlex.quote(body)]
    words.append(shlex.quote(redactor.mask(exchange.url)))
    return " ".join(words)
