"""Surveys an added API: its producers, and what of a definition needs schemathesis' graph."""

from __future__ import annotations

from conformance.claims.added import AddedApi
from conformance.generate.world.producers import Producers


def producers_of(api: AddedApi) -> Producers:
    """Return the producers of an API; schemathesis is asked only where the definition leaves a slot open."""
    plain = Producers(api.endpoints, api.override)
    if all(
        any(p.source not in {"example", "path"} or p.place != "path" for p in found)
        for found in plain.table.values()
    ):
        return plain
    from conformance.generate.world.graph import graph_links

    return Producers(api.endpoints, api.override, graph_links(api.document, api.endpoints))
