"""What the lists of a target showed: names that a member of a request may have to have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.claims.endpoints import Endpoint
from conformance.claims.path_names import plain
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.ids import singular, squeezed

DEEPEST: Final = 4
MOST: Final = 200
"""So many values of one response are kept."""


@dataclass
class Learned:
    """Texts that reads showed: by the noun of what they list, and the name of the member."""

    _shown: dict[tuple[str, str], tuple[str, list[str]]] = field(default_factory=dict)

    def note(self, endpoint: Endpoint, exchange: Exchange) -> None:
        """Remember what the list of an operation shows."""
        if endpoint.method == "GET" and not endpoint.path_names and exchange.json is not ABSENT:
            for name, value in _texts(exchange.json, 0)[:MOST]:
                values = self._shown.setdefault((noun_of(endpoint), squeezed(name)), (endpoint.path, []))[1]
                if value not in values:
                    values.append(value)

    def value(self, endpoint: Endpoint, name: str, within: Sequence[str], refused: str) -> str:
        """Return a text that a member may have, "" for none: of a kernel, its name in a list of kernels.

        What the operation itself makes is not taken: another thing of that name is there already.
        """
        about = singular(squeezed(within[-1])) if within else noun_of(endpoint)
        own = plain(endpoint.path).partition("/{}")[0]
        for (noun, member), (path, values) in self._shown.items():
            is_same = plain(path) == own or noun == noun_of(endpoint)
            if about and about in noun and member == squeezed(name) and not is_same:
                return next((value for value in values if value != refused), "")
        return ""


def noun_of(endpoint: Endpoint) -> str:
    """Return what an operation is about, in one word: of ``/kernelspecs/{id}`` ``kernelspec``."""
    static = [part for part in endpoint.path.split("/") if part and "{" not in part]
    return singular(squeezed(static[-1])) if static else ""


def _texts(node: Any, depth: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if depth <= DEEPEST:
        for name, value in node.items() if isinstance(node, dict) else ():
            if isinstance(value, str):
                found.append((name, value))
        for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            found += _texts(value, depth + 1)
    return found
