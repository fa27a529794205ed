"""Carry one request through its pipeline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.emulator.identity.tokens import Token
    from conformance.emulator.instance import Emulator
    from conformance.emulator.records import ITwin, RealityData, Repository, User

NOTHING = object()
"""The value of a body that is absent or is not JSON."""


class Call:
    """One request: what was sent, and what the steps found out about it so far.

    ``ids`` are the path's variable segments by name, decoded. ``query`` has lower-case names.
    ``itwin`` is the iTwin of the path or, for move, of the body. ``facts`` is free room for steps.
    """

    __slots__ = (
        "_json",
        "body",
        "client",
        "emulator",
        "facts",
        "headers",
        "ids",
        "itwin",
        "method",
        "operation",
        "path",
        "query_string",
        "reality_data",
        "repository",
        "token",
        "user",
    )

    itwin: ITwin
    repository: Repository
    reality_data: RealityData
    token: Token
    user: User

    def __init__(  # noqa: PLR0913, PLR0917 - a request has these parts, in this order
        self,
        emulator: Emulator,
        operation: str,
        method: str,
        path: str,
        ids: Mapping[str, str],
        query_string: bytes,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        self.emulator = emulator
        self.operation = operation
        self.method = method
        self.path = path
        self.ids = ids
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.client = ""
        self.facts: dict[str, Any] = {}
        self._json: Any = self

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters with lower-case names; the last of equal names counts."""
        text = self.query_string.decode("latin-1")
        return {name.lower(): value for name, value in parse_qsl(text, keep_blank_values=True)}

    def values(self, name: str) -> list[str]:
        """Return every value of a query parameter, in the order in which they were sent."""
        pairs = parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True)
        return [value for key, value in pairs if key.lower() == name]

    @property
    def json(self) -> Any:
        """Return the decoded body, or :data:`NOTHING` if it is absent or malformed."""
        if self._json is self:
            self._json = decode(self.body)
        return self._json

    def rule(self, name: str, *values: object) -> Any:
        """Apply a named rule of this emulator to the values."""
        return self.emulator.rules[name](*values)

    def representation(self) -> bool:
        """Return whether ``Prefer: return=representation`` was sent."""
        return "return=representation" in self.headers.get("prefer", "").replace(" ", "").lower()


def decode(body: bytes) -> Any:
    """Return the JSON value of the body, or :data:`NOTHING` if it is not JSON that a service could keep."""
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return NOTHING


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
