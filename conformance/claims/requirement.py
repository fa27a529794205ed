"""One requirement: what the documentation promises of an operation."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from conformance.claims.level import Level

UNHASHED: Final = frozenset({"file", "line", "check", "generated", "observes", "rule", "member"})
"""Members that say how a row is judged, and nothing of what it says."""


@dataclass(frozen=True)
class Requirement:
    """One requirement: what the documentation says, where, how firmly, and what it takes to judge it.

    `operations` are operationIds; `needs` are words such as ``role.reader`` or ``token.expired``;
    `check` names or describes what judges it on every exchange, None where a scenario does; `generated` tells
    that generated requests judge it, each process of a run from a seed of its own.
    `observes` says what its verdict depends on, such as ``state`` or ``error/404``, of its own operation or
    (``state@operationId``) of another: what is broken there may turn it red as well. A derived one names the
    `rule` of `specs/rules.yaml` that it is an instance of, and the `member` that it speaks of.
    """

    id: str
    operations: tuple[str, ...]
    level: Level
    basis: str
    expect: str
    quote: str = ""
    page: str = ""
    source: str = ""
    excluded: str = ""
    ask: str = ""
    since: str = ""
    needs: tuple[str, ...] = ()
    observes: tuple[str, ...] = ()
    check: Any = None
    generated: bool = False
    file: str = ""
    line: int = 0
    rule: str = ""
    member: str = ""

    @property
    def sentence(self) -> str:
        """Return the page's own words, or the suite's where no page has any."""
        return self.quote or self.expect

    def hash(self) -> str:
        """Return a hash of what the row says, so that compare can tell a changed row."""
        row = {k: v for k, v in vars(self).items() if k not in UNHASHED}
        row["oracle"] = self.check  # the name that the key had before: the hash of a row outlives it
        return hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()
