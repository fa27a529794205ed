"""schemathesis' own dependency graph of a definition: not public there, so it is read here alone."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from conformance.claims.endpoints import Endpoint

if TYPE_CHECKING:
    from conformance.claims.openapi import JsonObject

FAULTS: Final = (AttributeError, KeyError, TypeError, ValueError, RecursionError, LookupError)
"""What code that is not public may end with on a definition that it does not expect."""


def graph_links(
    document: JsonObject, endpoints: Sequence[Endpoint]
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return who may make each parameter: by (label, parameter), labels with the expression of the value.

    A label is method and path. {} where schemathesis can make nothing of the definition.
    """
    import schemathesis
    from schemathesis.core.errors import SchemathesisError

    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    try:
        graph = schemathesis.openapi.from_dict(_normalized(document)).analysis.dependency_graph
        for response in graph.iter_links():
            maker = _label(response.producer_operation_ref)
            for link in response.links.values():
                user = _label(link.operation_ref)
                for name, expression in link.parameters.items():
                    where, _, parameter = name.partition(".")
                    if where == "path":
                        found.setdefault((user, parameter), []).append((maker, expression))
    except (*FAULTS, SchemathesisError):
        return {}
    known = {each.label for each in endpoints}
    return {key: [m for m in makers if m[0] in known] for key, makers in found.items()}


def _label(reference: str) -> str:
    path, _, method = reference.removeprefix("#/paths/").rpartition("/")
    return f"{method.upper()} {path.replace('~1', '/').replace('~0', '~')}"


def _normalized(document: JsonObject) -> JsonObject:
    copied: dict[str, Any] = copy.deepcopy(document)
    for key in ("security", "tags"):
        copied.pop(key, None)
    return copied
