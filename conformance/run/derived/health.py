"""Notices that a target was changed under the run: reads that succeeded before are sent again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import Endpoint
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange
from conformance.generate.rules.sender import Sender

CANARIES: Final = 3
PAUSE: Final = 1.0
SHOWN: Final = 3
SERVER_ERROR: Final = 500


@dataclass
class Health:
    """Keeps what was written since reads last succeeded; `sick` says which of it broke them, "" for none.

    `unreachable` says why the target answers nothing at all, "" while it does.
    """

    sender: Sender
    endpoints: Sequence[Endpoint]
    pause: Callable[[float], None]
    unreachable: Callable[[], str]
    sick: str = ""
    _since: list[Exchange] = field(default_factory=list)

    def note(self, exchange: Exchange) -> None:
        """Remember a write that was carried out, or broke off."""
        if exchange.request.writes and (carried_out(exchange) or (exchange.status or 0) >= SERVER_ERROR):
            self._since.append(exchange)

    def check(self) -> bool:
        """Tell whether reads still succeed that succeeded before; once they do not, they never do again."""
        if self.sick:
            return False
        broken: list[Endpoint] = []
        try:
            broken = [e for e in self._canaries() if not self._answers(e)]
            if broken:
                self.pause(PAUSE)
                broken = [e for e in broken if not self._answers(e)]
        except NotJudged:
            if not self.unreachable():
                return True
            broken = broken or self._canaries()
        if not broken:
            self._since.clear()
            return True
        suspects = ", ".join(f"{x.request.method} {x.request.path} ({x.id})" for x in self._since[-SHOWN:])
        self.sick = (
            f"the target was changed under us: {broken[0].label} succeeded before and fails since "
            f"{suspects or 'something that this run did not send'}; forbid it with never: in the override"
        )
        return False

    def _canaries(self) -> list[Endpoint]:
        found = []
        for endpoint in self.endpoints:
            valid = (
                self.sender.known(endpoint) if endpoint.method == "GET" and not endpoint.path_names else None
            )
            if valid is not None and not isinstance(valid, NotJudged) and carried_out(valid.exchange):
                found.append(endpoint)
        return found[:CANARIES]

    def _answers(self, endpoint: Endpoint) -> bool:
        try:
            return carried_out(self.sender.send(self.sender.succeeded(endpoint).draft))
        except NotJudged as why:
            if not why.evidence:  # it was not sent
                raise
            return False
