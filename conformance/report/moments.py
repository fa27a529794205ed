"""Reads the moments that `run.json` writes as ISO 8601 text."""

from __future__ import annotations

from datetime import datetime


def moment_of(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 text names, or None where it names none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
