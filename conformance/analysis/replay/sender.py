"""Sends recorded exchanges through the client, as the role and with the headers of then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

from conformance.analysis.replay.model import Send
from conformance.client import Client, budget_for
from conformance.client.auth.login import logged_in
from conformance.errors import NotJudged
from conformance.exchange.curl import OF_THE_CLIENT
from conformance.exchange.groups import concurrently
from conformance.exchange.model import Request
from conformance.exchange.recorded import RecordedExchange, RecordedResponse
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Ledger
from conformance.targets.model import Target

OURS: Final = frozenset({"authorization", *OF_THE_CLIENT})
"""Headers that the client sets by itself."""

DEFAULTS: Final = ("Accept", "Content-Type", "Authorization")
"""Headers that the client would add, and that an exchange without them was sent without."""


@contextmanager
def sender(target: Target) -> Iterator[Send]:
    """Give a `Send` to the target, within its limits; a target that is read-only is not written to."""
    ledger = Ledger(None, target.base_url)
    client = Client(logged_in(target), Recorder(Redactor()), budget_for(target, ledger), ledger)

    def checked(recorded: RecordedExchange) -> tuple[Request, str]:
        request, role = request_of(recorded), recorded.role or "owner"
        if request.writes and target.mode == "none":
            raise NotJudged(f"{target.name} is read-only, and {recorded.id} writes")
        if "Authorization" not in request.headers and role not in target.roles:
            raise NotJudged(f"{target.name} has no role {role}, as which {recorded.id} was sent")
        return request, role

    def send(batch: Sequence[RecordedExchange]) -> Sequence[RecordedResponse]:
        ready = [checked(recorded) for recorded in batch]

        def send_one(request: Request, role: str) -> RecordedResponse:
            exchange = client.send(request, role)
            return RecordedResponse(
                status=exchange.status or 0, headers=dict(exchange.headers), body=exchange.text
            )

        return concurrently(*(partial(send_one, request, role) for request, role in ready))

    try:
        yield send
    finally:
        client.close()


def request_of(recorded: RecordedExchange) -> Request:
    """Return the request that was recorded; its url is the path that is sent."""
    sent = recorded.request
    names = {name.lower() for name in sent.headers}
    headers: dict[str, str | None] = {
        name: value for name, value in sent.headers.items() if name.lower() not in OURS
    }
    headers |= {name: None for name in DEFAULTS if name.lower() not in names}
    return Request(
        method=sent.method,
        path=sent.url,
        headers=headers,
        content=None if sent.body is None else sent.body.encode("utf-8", errors="surrogatepass"),
        purpose=recorded.purpose or "judged",
    )
