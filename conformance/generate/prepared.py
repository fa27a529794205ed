"""Requests that need no target to be drawn: drawn once for each definition and version of the libraries."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from conformance.claims.kept import kept
from conformance.claims.openapi import Operation
from conformance.generate.drawn import Drawn, drawn_from

POOL: Final = 24
"""Requests of one operation from which a small run takes some."""
SEED: Final = 1
OURS: Final = ("prepared", "drawn", "schemathesis_adapter", "hypothesis_setup")
"""The modules on which it depends what is drawn."""


def coverage_of(operation: Operation) -> list[Drawn]:
    """Return one request for each way to break a part of it."""

    def draw() -> Iterable[Drawn]:
        from conformance.generate.schemathesis_adapter import coverage

        return coverage(operation)

    return _kept(operation, "coverage", draw)


def pool_of(operation: Operation, *, valid: bool) -> list[Drawn]:
    """Return some requests that follow the schema, or break it; none where none can be drawn."""

    def draw() -> Iterable[Drawn]:
        from hypothesis.errors import Unsatisfiable

        from conformance.generate.schemathesis_adapter import explore

        found: list[Drawn] = []
        try:
            explore(operation, lambda drawn, _: found.append(drawn), valid=valid, number=SEED, times=POOL)
        except Unsatisfiable:
            return []
        return found

    return _kept(operation, "valid" if valid else "invalid", draw)


def _kept(operation: Operation, what: str, draw: Callable[[], Iterable[Drawn]]) -> list[Drawn]:
    libraries = [sys.version_info[:2], *map(version, ("schemathesis", "hypothesis"))]
    ours = [Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8") for name in OURS]
    key = [what, operation.id, operation.document, libraries, ours]
    text = json.dumps(key, sort_keys=True, default=str).encode()
    return [drawn_from(each) for each in kept("requests", text, lambda: [each.to_json() for each in draw()])]
