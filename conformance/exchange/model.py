"""One request and its response, as they went over the wire: the evidence behind every verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from conformance.claims.openapi import Operation
from conformance.exchange.groups import current_group


class _Absence(Enum):
    """What stands in the place of a value that is not there; read aloud, it is the same in every run."""

    ABSENT = "absent"

    def __str__(self) -> str:
        """Return how a report says it."""
        return self.value

    __repr__ = __str__


ABSENT: Final = _Absence.ABSENT
"""What `Exchange.at` returns where the response's body has no such member."""

CORRELATION_ID: Final = "x-correlation-id"
GATEWAY_STATUSES: Final = frozenset({502, 503, 504})
"""Statuses with which a gateway says that it got no answer of the API behind it."""
VARIABLE: Final = re.compile(r"(?<=/)(?![A-Za-z-]{1,30}(?:/|$))[^/]+")
"""A segment of a set-up request's path that differs from one to the next: anything but a few letters."""


@dataclass(frozen=True)
class Undo:
    """How to undo what a request creates: DELETE `path`, with ``{id}`` from the response's `pointer`.

    Of several pointers with ``|`` between them the first that finds an id is the right one; ``location`` is
    the end of the header Location.

    `find` is the path and query of a list in which the thing stands, with ``{name}`` for the name that the
    request gave it: there its id is looked up where no response said it. `itself`: the request makes
    the very thing at its path, and no link between others.
    """

    what: str
    path: str
    pointer: str = ""
    find: str = ""
    itself: bool = False


@dataclass(frozen=True)
class Request:
    """What a scenario wants to send; the client adds host, token and limits.

    `operation` is the documented operation that this is a request of, or None for set-up requests, which are
    never judged. `path` is the exact path that is sent, already encoded. `params` are the path parameters by
    name. `off_spec` marks a request that leaves the documented path or protocol on purpose: the platform
    checks stay silent. `tolerated` are undocumented statuses that an odd request may be answered with.
    `undo` says how to delete what the request creates, `moves` is the id of what it may move to another place
    that its body names; `may_throttle` says that a 429 is wanted.
    """

    method: str
    path: str
    operation: Operation | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    json: Any = ABSENT
    content: bytes | None = None
    off_spec: bool = False
    tolerated: frozenset[int] = frozenset()
    purpose: str = "judged"
    undo: Undo | None = None
    moves: str = ""
    may_throttle: bool = False

    @property
    def writes(self) -> bool:
        """Tell whether the method may change something at the target."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    @property
    def is_ours(self) -> bool:
        """Tell whether it goes to the API with the role's own token, and no other one or none."""
        return self.purpose != "token" and "Authorization" not in self.headers

    def body(self) -> bytes | None:
        """Return the body's bytes, or None where none is sent. Lone surrogates travel as JSON escapes."""
        if self.content is not None or self.json is ABSENT:
            return self.content
        try:
            return json.dumps(self.json, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return json.dumps(self.json).encode()


def request_for(operation: Operation, params: Mapping[str, str], **options: Any) -> Request:
    """Return a request of a documented operation with its path parameters percent-encoded into the path."""
    if operation.undo is not None:
        undo = operation.undo
        options.setdefault("undo", Undo(undo["what"], fill(undo["path"], params), undo.get("pointer", "")))
    options.setdefault("moves", params.get(operation.moves, ""))
    return Request(operation.method, fill(operation.path, params), operation, dict(params), **options)


def fill(path: str, params: Mapping[str, str]) -> str:
    """Return the path with its parameters percent-encoded into it."""
    for name, value in params.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="", errors="surrogatepass"))
    return path


@dataclass(frozen=True)
class Exchange:
    """A request as it was sent and the response to it, or the `failure` that stood in the response's place.

    Headers of the request hold no token (the client keeps those back). Times are seconds since the epoch
    and milliseconds. Exchanges of one `group`, where it is not empty, were sent at the same time.
    """

    id: str
    role: str
    request: Request
    url: str
    sent_headers: Mapping[str, str]
    sent_body: bytes | None
    started: float
    elapsed_ms: float
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    truncated: bool = False
    failure: str = ""
    scenario: str = ""
    group: str = field(default_factory=current_group)

    @property
    def operation_id(self) -> str:
        """Return the operationId, or method and path for a call that is not judged."""
        operation = self.request.operation
        if operation is not None:
            return operation.id
        return f"{self.request.method} {VARIABLE.sub('{id}', self.request.path)}"

    @property
    def text(self) -> str:
        """Return the response's body as text; invalid UTF-8 shows as replacement characters."""
        return self.content.decode("utf-8", errors="replace")

    @cached_property
    def json(self) -> Any:
        """Return the response's parsed body, or `ABSENT` where it is no JSON in UTF-8 (RFC 8259, 8.1)."""
        try:
            return json.loads(self.content.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return ABSENT

    def at(self, pointer: str) -> Any:
        """Return the value at a JSON pointer of the response's body, or `ABSENT`; never raises."""
        return value_at(self.json, pointer)

    def header(self, name: str) -> str | None:
        """Return a header of the response without regard to case."""
        return self._lower_headers.get(name.lower())

    @cached_property
    def _lower_headers(self) -> dict[str, str]:
        """Return the headers by their names in lower case; of several the first."""
        return {name.lower(): value for name, value in reversed(list(self.headers.items()))}

    @property
    def is_half_a_document(self) -> bool:
        """Tell whether the body is announced as JSON and is none: such a response proves nothing."""
        announced = "json" in (self.header("Content-Type") or "") and bool(self.content)
        return announced and self.json is ABSENT

    @property
    def is_broken(self) -> bool:
        """Tell whether the connection ended without a whole response."""
        return self.failure.startswith("broken")

    @property
    def is_timed_out(self) -> bool:
        """Tell whether the response was waited for in vain."""
        return self.failure.startswith("timeout")

    @property
    def is_gateway_page(self) -> bool:
        """Tell whether a gateway answered in the API's place: an API's own 5xx has its error or an id."""
        own = self.header(CORRELATION_ID) is not None or isinstance(self.at("/error"), dict)
        return self.status in GATEWAY_STATUSES and not own

    @property
    def is_noise(self) -> bool:
        """Tell whether something on the way took the place of the API's answer, which a retry may get."""
        return self.is_broken or self.is_gateway_page

    @property
    def no_answer(self) -> str:
        """Return why the API did not answer, or an empty string where it did."""
        if self.is_gateway_page:
            return f"{self.status} of a gateway in the API's place"
        return (self.failure or "nothing came back") if self.status is None else ""

    def summary(self) -> str:
        """Return status, error code and targets in one phrase, such as ``409 AssociationExists``."""
        if self.status is None:
            return f"no response ({self.failure})"
        code = self.at("/error/code")
        words = [str(self.status), code if isinstance(code, str) else ""]
        return " ".join(word for word in words if word)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def objects_of(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON document, each before what it holds."""
    if isinstance(document, dict):
        yield document
    if isinstance(document, dict | list):
        for member in document.values() if isinstance(document, dict) else document:
            yield from objects_of(member)


def value_at(document: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer (RFC 6901), or `ABSENT`; never raises."""
    for raw in pointer.split("/")[1:]:
        key = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return ABSENT
    return document
