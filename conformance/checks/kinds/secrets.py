"""The tokens and secrets of the run."""

from __future__ import annotations

from conformance.checks.check import ResponseCheck, check
from conformance.claims.openapi import Operation
from conformance.exchange.model import Exchange


@check("token-never-echoed")
class TokenNeverEchoed(ResponseCheck):
    """No response holds a token or secret of this run, in a header or in the body."""

    def look(self, exchange: Exchange, _: Operation) -> str:
        """Search headers and body."""
        text = "\n".join([*exchange.headers.values(), exchange.text])
        return "the response repeats a token or secret" if self.redactor.contains(text) else ""
