"""What an undo sends is taken by a target that has nothing in the platform's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.client.budget import Budget
from conformance.client.undo_sender import UndoSender
from conformance.exchange.model import Exchange, Request
from conformance.exchange.redaction import Redactor


@dataclass
class Picky:
    """Answers 406 to whoever does not take any form."""

    accepted: list[str | None] = field(default_factory=list)

    def __call__(self, request: Request, role: str, *, is_retry: bool = False) -> Sequence[Exchange]:
        """Answer."""
        accept = request.headers.get("Accept")
        self.accepted.append(accept)
        status = 204 if accept == "*/*" else 406
        return [Exchange("x1", role, request, "http://there", {}, None, float(is_retry), 0.0, status)]


def test_an_undo_that_is_not_acceptable_is_sent_again_in_any_form() -> None:
    """Once it is known, each later one is sent so at first."""
    picky = Picky()
    sender = UndoSender(picky, Budget(), 0.0, Redactor())
    assert sender.delete("owner", "/things/1", is_retry=False).status == 204
    assert sender.delete("owner", "/things/2", is_retry=False).status == 204
    assert picky.accepted == [None, "*/*", "*/*"]
