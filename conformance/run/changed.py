"""What changed since an earlier version of a definition, as selectors of a run."""

from __future__ import annotations

from conformance.claims.drift.kept_definition import touched_since
from conformance.claims.requirements import Catalogue
from conformance.errors import UsageError


def selectors_of_changed(old: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return a selector of each operation that changed since; `UsageError` where none did."""
    found = tuple(touched_since(old, catalogue))
    if not found:
        raise UsageError(f"--since {old}: no operation changed, so there is nothing to judge")
    return found
