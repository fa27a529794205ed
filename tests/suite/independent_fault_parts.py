"""What faults of the independent server are made of, and where each of them is registered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from tests.suite.independent_server import TOKENS
from tests.suite.independent_store import Json
from tests.suite.independent_wire import Fault, Incoming, Outgoing, Serve

ACCOUNT: Final = r"/itwins/[^/]+/account"
CREATE: Final = r"/itwins/[^/]+/repositories/[^/]+/resources"
ASSOCIATE: Final = r"/reality-management/reality-data/[^/]+/itwins/[^/]+"
MOVE: Final = r"/reality-management/reality-data/[^/]+/move"
JUDGED: Final = {"GET": (ACCOUNT,), "POST": (CREATE, ASSOCIATE), "PATCH": (MOVE,)}


@dataclass(frozen=True)
class Described:
    """A fault and what its reporter would write in the tracker."""

    sentence: str
    fault: Fault


FAULTS: Final[dict[str, Described]] = {}


def described(sentence: str) -> Callable[[Fault], Fault]:
    """Register a fault under its function's name."""

    def register(fault: Fault) -> Fault:
        FAULTS[fault.__name__] = Described(sentence, fault)
        return fault

    return register


def together(*names: str) -> Fault:
    """Return several faults as one."""
    both: Fault = FAULTS[names[0]].fault
    for name in names[1:]:
        both = partial(_around, FAULTS[name].fault, both)
    return both


def _around(outer: Fault, inner: Fault, incoming: Incoming, serve: Serve) -> Outgoing:
    return outer(incoming, partial(_inside, inner, serve))


def _inside(inner: Fault, serve: Serve, incoming: Incoming) -> Outgoing:
    return inner(incoming, serve)


def is_call(incoming: Incoming, method: str, pattern: str) -> bool:
    """Tell whether the request has this method and this path."""
    path = incoming.path.partition("?")[0].rstrip("/")
    return incoming.method == method and re.fullmatch(pattern, path, re.IGNORECASE) is not None


def is_judged(incoming: Incoming) -> bool:
    """Tell whether the request is one of an operation that is judged."""
    return any(is_call(incoming, incoming.method, pattern) for pattern in JUDGED.get(incoming.method, ()))


def error_of(out: Outgoing) -> Json:
    """Return the error of a response, empty where it has none."""
    error = out.body.get("error") if isinstance(out.body, dict) else None
    return error if isinstance(error, dict) else {}


def sent_by(incoming: Incoming) -> Any:
    """Return what the body of a request holds, None where it is no JSON."""
    try:
        return json.loads(incoming.content)
    except ValueError:
        return None


def with_body(incoming: Incoming, body: Any) -> Incoming:
    """Return the request with another body."""
    return replace(incoming, content=json.dumps(body).encode())


def as_owner(incoming: Incoming) -> Incoming:
    """Return the request with the owner's token."""
    return replace(incoming, headers=incoming.headers | {"authorization": f"Bearer {next(iter(TOKENS))}"})
