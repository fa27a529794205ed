"""A check that a requirement describes itself: a status, and what its body holds, repeats or lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.checks.check import ResponseCheck
from conformance.checks.values import same, shown
from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import ABSENT, Exchange, value_at
from conformance.exchange.redaction import Redactor


class DescribedCheck(ResponseCheck):
    """The body of one status is as the mapping under a requirement's `check:` says, by JSON pointers."""

    def __init__(self, redactor: Redactor, described: Mapping[str, Any]) -> None:
        super().__init__(redactor)
        self.described = described

    def applies(self, exchange: Exchange, documented: ResponseSpec | None) -> bool:  # noqa: ARG002 - the status alone decides
        """Tell whether the response has the status and is JSON."""
        return exchange.status == self.described["status"] and exchange.json is not ABSENT

    def look(self, exchange: Exchange, operation: Operation) -> str:
        """Return every deviation of the body."""
        return "; ".join(self._deviations(exchange, operation))

    def _deviations(self, exchange: Exchange, operation: Operation) -> Iterable[str]:
        for pointer, wanted in self.described.get("const", {}).items():
            value = exchange.at(pointer)
            if value != wanted:
                yield f"{pointer} is {shown(value)}, not {shown(wanted)}"
        for pointer, expression in self.described.get("equal", {}).items():
            sent = _sent(exchange, expression, operation)
            if sent is not ABSENT and not same(exchange.at(pointer), sent):
                yield f"{pointer} is {shown(exchange.at(pointer))}, sent was {shown(sent)}"
        for pointer in self.described.get("present", ()):
            if exchange.at(pointer) is ABSENT:
                yield f"{pointer} is missing"
        for pointer in self.described.get("absent", ()):
            if exchange.at(pointer) is not ABSENT:
                yield f"{pointer} is there"


def _sent(exchange: Exchange, expression: str, operation: Operation) -> Any:
    """Return what an OpenAPI runtime expression (``$request.path.id``, ``$request.body#/id``) means here."""
    where, _, name = expression.removeprefix("$request.").partition(".")
    if where == "path":
        assert name in operation.path_parameters, expression  # noqa: S101 - proven by `conformance check`
        return exchange.request.params.get(name, ABSENT)
    return value_at(exchange.request.json, expression.partition("#")[2])
