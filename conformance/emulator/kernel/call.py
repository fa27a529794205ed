"""Carry one request through its pipeline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from conformance.emulator.identity.tokens import Token
from conformance.emulator.kernel.services import Services
from conformance.emulator.state.records import ITwin, RealityData, Repository, User
from conformance.emulator.state.state import State

NOTHING = object()
"""The value of a body that is absent or is not JSON."""


@dataclass(frozen=True)
class Request:
    """What was sent; ``path`` is decoded, names of headers are in lower case."""

    method: str
    path: str
    query_string: bytes
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters with lower-case names; the last of equal names counts."""
        return {name.lower(): value for name, value in self._pairs()}

    def values(self, name: str) -> list[str]:
        """Return every value of a query parameter, in the order in which they were sent."""
        return [value for key, value in self._pairs() if key.lower() == name]

    @property
    def wants_representation(self) -> bool:
        """Return whether ``Prefer: return=representation`` was sent."""
        return "return=representation" in self.headers.get("prefer", "").replace(" ", "").lower()

    @property
    def authorization(self) -> str:
        """Return the Authorization header, empty if there is none."""
        return self.headers.get("authorization", "").strip()

    def _pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True)


class Call:
    """One request on its way through an operation, and what the steps found out about it so far.

    ``ids`` are the path's variable segments by name, decoded. ``itwin`` is the iTwin of the path or,
    for move, of the body. ``facts`` is free room for steps.
    """

    __slots__ = (
        "_json",
        "facts",
        "ids",
        "itwin",
        "operation",
        "reality_data",
        "repository",
        "request",
        "services",
        "token",
        "user",
    )

    itwin: ITwin
    repository: Repository
    reality_data: RealityData
    token: Token
    user: User

    def __init__(self, services: Services, operation: str, ids: Mapping[str, str], request: Request) -> None:
        self.services = services
        self.operation = operation
        self.ids = ids
        self.request = request
        self.facts: dict[str, Any] = {}
        self._json: Any = self

    @property
    def state(self) -> State:
        """Return what the platform knows."""
        return self.services.state

    @property
    def client(self) -> str:
        """Return the id of the application that calls, empty as long as its token is not checked."""
        return self.user.client_id if hasattr(self, "user") else ""

    @property
    def json(self) -> Any:
        """Return the decoded body, or :data:`NOTHING` if it is absent or malformed."""
        if self._json is self:
            self._json = decode(self.request.body)
        return self._json

    @json.setter
    def json(self, value: Any) -> None:
        """Put another value in the place of the decoded body."""
        self._json = value

    def rule(self, name: str, *values: object) -> Any:
        """Apply a named rule of this emulator to the values."""
        return self.services.rules[name](*values)

    def permissions(self, itwin: ITwin) -> frozenset[str]:
        """Return the permissions that the user holds on the iTwin."""
        held: frozenset[str] = self.rule("permissions", self.state, self.user, itwin)
        return held


def decode(body: bytes) -> Any:
    """Return the JSON value of the body, or :data:`NOTHING` if it is not JSON that a service could keep."""
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return NOTHING


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
