"""Keeps the exchanges of a run: in memory, and every one as a redacted record in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.exchange.exchanges import Exchanges
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor

RECORDED_BODY: Final = 64 * 1024
"""How many characters of a body are kept in a report."""
REMEMBERED_BODY: Final = 4 * 1024
"""How many bytes of a response are kept in memory once its scenario has seen it."""


def to_record(exchange: Exchange, redactor: Redactor) -> dict[str, Any]:
    """Return the exchange as one redacted JSON record of `exchanges.ndjson`."""
    request = exchange.request
    return {
        "id": exchange.id,
        "scenario": exchange.scenario,
        "group": exchange.group,
        "role": exchange.role,
        "operation": redactor.mask(exchange.operation_id),
        "purpose": request.purpose,
        **({"off_spec": True} if request.off_spec else {}),
        "started": round(exchange.started, 3),
        "elapsed_ms": round(exchange.elapsed_ms, 2),
        "request": {
            "method": request.method,
            "url": redactor.mask(exchange.url),
            "headers": redactor.headers(exchange.sent_headers),
            "body": _shown(exchange.sent_body, redactor),
        },
        "response": None
        if exchange.status is None
        else {
            "status": exchange.status,
            "headers": redactor.headers(exchange.headers),
            "body": _shown(exchange.content, redactor),
            "truncated": exchange.truncated,
        },
        "failure": redactor.mask(exchange.failure),
    }


def _shown(body: bytes | None, redactor: Redactor) -> str | None:
    if body is None:
        return None
    text = redactor.mask(body[:RECORDED_BODY].decode("utf-8", errors="replace"))
    return text if len(body) <= RECORDED_BODY else f"{text}… ({len(body)} bytes in all)"


@dataclass
class Recorder:
    """Keeps the exchanges of a run: in memory, and every one redacted in `exchanges.ndjson`."""

    redactor: Redactor
    path: str | None = None
    exchanges: Exchanges = field(default_factory=Exchanges)
    _file: Any = None

    def record(self, exchange: Exchange) -> Exchange:
        """Write the exchange down at once, so that a killed run has its evidence too; return what is kept."""
        kept = replace(exchange, content=exchange.content[:REMEMBERED_BODY])
        self.exchanges.add(kept)
        if self.path is None:
            return kept
        if self._file is None:
            self._file = open(self.path, "a", encoding="utf-8")  # noqa: SIM115, PTH123 - stays open for the run
        line = json.dumps(to_record(exchange, self.redactor), ensure_ascii=True)
        self._file.write(line + "\n")
        self._file.flush()
        return kept

    def __iter__(self) -> Iterator[Exchange]:
        """Iterate over the exchanges, oldest first."""
        return (self.exchanges[name] for name in tuple(self.exchanges))

    def close(self) -> None:
        """Close the file; recording again opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None
