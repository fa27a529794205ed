"""How firmly the documentation stands behind a requirement."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How firmly the documentation stands behind a requirement."""

    MUST = "must"
    SHOULD = "should"
    UNSPECIFIED = "unspecified"
