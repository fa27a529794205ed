"""What one violation says without ids, seeds and texts of the server: a deviation that can be compared."""

from __future__ import annotations

import re
from typing import Final

from conformance.results.text import one_line
from conformance.results.verdicts import Verdict

_OF_ONE_RUN: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\bct-[\w-]+", re.IGNORECASE
)
_EXAMPLE: Final = re.compile(r"\s*\(smallest [^\n]*\bseed\b.*", re.DOTALL)
_SUMMARY: Final = re.compile(r"(?P<status>\d{3})(?: [A-Za-z]\w*)?")


def deviation_of(verdict: Verdict) -> str:
    """Return what was expected and what came, as a text that is the same in every run."""
    seen = _without_ids(verdict.actual)
    summary = _SUMMARY.fullmatch(seen)
    if summary and not verdict.expected.startswith("status"):
        seen = summary["status"]
    return f"{_without_ids(verdict.expected)} -> {seen}"


def _without_ids(text: str) -> str:
    return one_line(_OF_ONE_RUN.sub("…", _EXAMPLE.sub("", text)))
