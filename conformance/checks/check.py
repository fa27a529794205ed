"""What a check is: something that is judged on the exchanges of a run, whichever scenario sent them.

Each check stands in a module of its own in `kinds/` and registers itself under the name that a requirement's
`check:` gives; nothing else lists it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final, TypeVar

from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import Exchange
from conformance.exchange.redaction import Redactor

ERROR: Final = 400
Look = Callable[[Exchange, Operation], str]
"""Says what was seen of a requirement in one response; "" where it holds."""
Applies = Callable[[Exchange, ResponseSpec | None], bool]
"""Tells whether a check speaks of a response, given what its status is documented to hold (if it is)."""


@dataclass(frozen=True)
class Seen:
    """What a check saw in an exchange; `what` is "" where the requirement holds."""

    exchange: Exchange
    what: str = ""


class Check:
    """A check over the exchanges of one run; it may remember earlier ones. Its docstring says what holds.

    `optional` says what a target may rightly leave out, so that there was nothing to look at; "" if nothing.
    """

    optional = ""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor

    def exchange(self, exchange: Exchange) -> Iterable[Seen]:  # noqa: ARG002 - by default a check sees nothing
        """Look at the next exchange of the run."""
        return ()

    def rate_limit(self, exchange: Exchange, *, lifted: bool) -> Iterable[Seen]:  # noqa: ARG002 - the same
        """Look at an exchange that came after the wait that a 429 asked for: answered, or refused again."""
        return ()


class ResponseCheck(Check):
    """A check that looks at each documented response by itself."""

    def exchange(self, exchange: Exchange) -> Iterable[Seen]:
        """Look at a response of a documented operation, unless its request left the documented path."""
        operation = exchange.request.operation
        if (
            operation is None
            or exchange.request.off_spec
            or exchange.status is None
            or exchange.is_gateway_page
        ):
            return ()
        if not self.applies(exchange, operation.responses.get(exchange.status)):
            return ()
        return (Seen(exchange, self.look(exchange, operation)),)

    def applies(self, exchange: Exchange, documented: ResponseSpec | None) -> bool:  # noqa: ARG002 - by default all
        """Tell whether the check speaks of this response."""
        return True

    def look(self, exchange: Exchange, operation: Operation) -> str:
        """Return what breaks the requirement in this response; "" where it holds."""
        raise NotImplementedError


Kind = TypeVar("Kind", bound=type[Check])
_KINDS: Final[dict[str, type[Check]]] = {}


def check(name: str) -> Callable[[Kind], Kind]:
    """Register a class as the check of this name."""

    def register(kind: Kind) -> Kind:
        _KINDS[name] = kind
        return kind

    return register


def response_check(
    name: str, applies: Applies = lambda *_: True, *, optional: str = ""
) -> Callable[[Look], Look]:
    """Register a function as the check of this name, for the responses that it applies to."""

    def register(look: Look) -> Look:
        members = {
            "__doc__": look.__doc__,
            "applies": lambda _, exchange, documented: applies(exchange, documented),
            "look": lambda _, exchange, operation: look(exchange, operation),
            "optional": optional,
        }
        _KINDS[name] = type(look.__name__, (ResponseCheck,), members)
        return look

    return register


def known_checks() -> Mapping[str, type[Check]]:
    """Return every check by its name."""
    from conformance.checks import kinds  # noqa: PLC0415 - the kinds import this module to register themselves

    for module in pkgutil.iter_modules(kinds.__path__):
        import_module(f"{kinds.__name__}.{module.name}")
    return _KINDS


def of_success(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    """Tell whether the response is a success with a documented body."""
    return with_body(exchange, documented) and (exchange.status or 0) < ERROR


def of_error(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    """Tell whether the response is an error with a documented body."""
    return with_body(exchange, documented) and (exchange.status or 0) >= ERROR


def with_body(_: Exchange, documented: ResponseSpec | None) -> bool:
    """Tell whether the response is documented with a body."""
    return documented is not None and documented.schema is not None


def without_body(_: Exchange, documented: ResponseSpec | None) -> bool:
    """Tell whether the response is documented without a body."""
    return documented is not None and documented.schema is None
