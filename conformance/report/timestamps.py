"""Reads the timestamps that `run.json` writes as ISO 8601 text."""

from __future__ import annotations

from datetime import datetime


def timestamp_of(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 text names, or None where it names none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def milliseconds(text: str) -> int:
    """Return the milliseconds since the epoch that an ISO 8601 text names, 0 where it names none."""
    moment = timestamp_of(text)
    return round(moment.timestamp() * 1000) if moment else 0
