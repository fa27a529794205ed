"""Sends the records of a replay through the client, as the role and with the headers of then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from conformance.analysis.replay.model import Send
from conformance.analysis.reproduction import Record
from conformance.client import Client, budget_for
from conformance.errors import NotJudged
from conformance.exchange.model import Request
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Ledger
from conformance.targets.model import Target

OURS: Final = frozenset(
    {"authorization", "content-length", "user-agent", "host", "connection", "accept-encoding"}
)
"""Headers that the client sets by itself."""

DEFAULTS: Final = ("Accept", "Content-Type", "Authorization")
"""Headers that the client would add, and that a record without them was sent without."""


@contextmanager
def sender(target: Target) -> Iterator[Send]:
    """Give a `Send` to the target, within its limits; a target that is read-only is not written to."""
    ledger = Ledger(None, target.base_url)
    client = Client(target, Recorder(Redactor()), budget_for(target, ledger), ledger)

    def send(record: Record) -> tuple[int, Mapping[str, str], str]:
        request, role = request_of(record), str(record.get("role") or "owner")
        if request.writes and target.mode == "none":
            raise NotJudged(f"{target.name} is read-only, and {record['id']} writes")
        if "Authorization" not in request.headers and role not in target.roles:
            raise NotJudged(f"{target.name} has no role {role}, as which {record['id']} was sent")
        exchange = client.send(request, role)
        return exchange.status or 0, exchange.headers, exchange.text

    try:
        yield send
    finally:
        client.close()


def request_of(record: Record) -> Request:
    """Return the request that the record was the record of."""
    sent = record["request"]
    recorded: Mapping[str, str] = sent.get("headers") or {}
    names = {name.lower() for name in recorded}
    headers: dict[str, str | None] = {
        name: value for name, value in recorded.items() if name.lower() not in OURS
    }
    headers |= {name: None for name in DEFAULTS if name.lower() not in names}
    body = sent.get("body")
    return Request(
        method=sent["method"],
        path=record["path"],
        headers=headers,
        content=None if body is None else body.encode("utf-8", errors="surrogatepass"),
        purpose=str(record.get("purpose") or "judged"),
    )
