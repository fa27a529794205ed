"""The words that a shell completes: requirements, operations, tags and APIs, as the claims have them."""

from __future__ import annotations


def requirements(incomplete: str) -> list[str]:
    """Return the ids of requirements that begin so."""
    from conformance.claims.requirements import load_claims

    return [name for name in load_claims().rows if name.startswith(incomplete)]


def selectors(incomplete: str) -> list[str]:
    """Return what `--only` understands that begins so."""
    from conformance.claims.requirements import load_claims

    operations = load_claims().operations.values()
    words = {word for each in operations for word in (each.id, each.api, *each.tags)}
    return [*sorted(word for word in words if word.startswith(incomplete)), *requirements(incomplete)]
