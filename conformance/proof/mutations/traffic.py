"""What went through the proxy so far: whose credentials were let in, what was sent, what was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.claims.endpoints import Endpoint
from conformance.proof.fault_proxy import ReceivedRequest
from conformance.proof.mutations.response import Response

CREDENTIAL: Final = re.compile(r"authorization|cookie|key|token|secret|auth|session", re.IGNORECASE)
"""What the name of a header has in it that says who sends a request."""


@dataclass
class Traffic:
    """What was seen; `prefix` is the path before each path of the definition."""

    endpoints: Sequence[Endpoint]
    prefix: str = ""
    owner: Mapping[str, str] = field(default_factory=dict)
    good: dict[str, Response] = field(default_factory=dict)
    """The newest success of each operation."""
    shown: dict[tuple[str, str], Response] = field(default_factory=dict)
    """The newest success of each operation by the last value in its path."""
    sent: dict[str, list[Any]] = field(default_factory=dict)
    """The values of each member of the bodies that were carried out."""
    created: list[Any] = field(default_factory=list)
    """The values in the responses to what was created."""
    touched: set[tuple[str, str]] = field(default_factory=set)
    """Method and path of the requests whose response was changed."""
    told: dict[str, Response] = field(default_factory=dict)
    """What is answered to a GET of a path, whatever the server says."""

    @cached_property
    def secret_queries(self) -> frozenset[str]:
        """Return which members of the query the definition declares as credentials."""
        schemes = [scheme for each in self.endpoints for way in each.security for scheme in way]
        return frozenset(str(each.get("name")) for each in schemes if each.get("in") == "query")

    def endpoint(self, method: str, path: str) -> Endpoint | None:
        """Return the operation of a request; one without a parameter where another has one."""
        found = [each for each in self.endpoints if each.method == method and self._matches(each, path)]
        return min(found, key=lambda each: len(each.path_names), default=None)

    def _matches(self, endpoint: Endpoint, path: str) -> bool:
        parts = re.split(r"{[^}]+}", self.prefix + endpoint.path)
        return re.fullmatch("[^/]+".join(map(re.escape, parts)), path) is not None

    def learn(self, passage: Passage) -> None:
        """Keep what a request and its true response say."""
        received, response, endpoint = passage.received, passage.response, passage.endpoint
        if not response.succeeded or endpoint is None:
            return
        if not self.owner and passage.credentials:
            self.owner = passage.credentials
        if passage.credentials != self.owner:
            return
        self.good[endpoint.label] = response
        self.shown[endpoint.label, passage.last] = response
        for name, value in scalars(passage.body):
            self.sent.setdefault(name, []).append(value)
        if received.method in {"POST", "PUT"}:
            said = [*scalars(response.json), *scalars(passage.body), ("", passage.last)]
            self.created += [value for _, value in said if not isinstance(value, bool) and value != ""]


@dataclass(frozen=True)
class Passage:
    """One request on its way, and what the server answered; `before` is a GET of the same path before it."""

    received: ReceivedRequest
    endpoint: Endpoint | None
    traffic: Traffic
    response: Response
    before: Response | None = None

    @property
    def path(self) -> str:
        """Return the path without its query."""
        return urlsplit(self.received.path).path

    @property
    def last(self) -> str:
        """Return the last part of the path."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def body(self) -> Any:
        """Return the request's body as JSON; None where it is none."""
        try:
            return json.loads(self.received.body)
        except ValueError:
            return None

    @property
    def writes(self) -> bool:
        """Tell whether the method is that of a write with a body."""
        return self.received.method in {"POST", "PUT", "PATCH"}

    @property
    def is_item(self) -> bool:
        """Tell whether the path ends with the id of a thing."""
        return self.endpoint is not None and self.endpoint.path.endswith("}")

    @property
    def credentials(self) -> dict[str, str]:
        """Return the headers and, with a ? before the name, the parts of the query that say who sends it."""
        headers = {k: v for k, v in self.received.headers.items() if CREDENTIAL.search(k) and v}
        query = parse_qsl(urlsplit(self.received.path).query)
        names = self.traffic.secret_queries
        return headers | {f"?{name}": value for name, value in query if name in names and value}

    def as_owner(self) -> Response:
        """Return what the server answers to the same request of the first who was let in."""
        owner = self.traffic.owner
        headers = {k: v for k, v in self.received.headers.items() if not CREDENTIAL.search(k)}
        headers |= {name: value for name, value in owner.items() if not name.startswith("?")}
        parts = urlsplit(self.received.path)
        names = self.traffic.secret_queries
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in names]
        query += [(name[1:], value) for name, value in owner.items() if name.startswith("?")]
        path = parts._replace(query=urlencode(query)).geturl()
        return Response.from_wire(replace(self.received, headers=headers, path=path).forward())


def scalars(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text, number and boolean of a JSON value with the name of its member."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner, name)
    elif value is not None:
        yield name, value
