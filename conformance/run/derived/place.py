"""Tells whether an API is where the target says, before its refusals are taken for its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conformance.claims.added import AddedApi
from conformance.exchange.model import Exchange

NOT_FOUND: Final = 404
SEVERAL: Final = 2
"""So many operations without an id in their paths tell where an API is."""


def nothing_there(api: AddedApi, base_url: str, exchanges: Sequence[Exchange]) -> str:
    """Return why nothing of a definition can be at this address, "" where anything of it may be."""
    sent = [each for each in exchanges if each.operation_id in api.operations]
    tried = {each.operation_id for each in sent}
    plain = [name for name in tried if "{" not in api.operations[name].path]
    if len(plain) < SEVERAL or {each.status for each in sent} != {NOT_FOUND}:
        return ""
    address = f"{base_url.rstrip('/')}{api.prefix_at(base_url)}"
    base = api.endpoints[0].base or "/"
    return (
        f"each of the {len(tried)} operations that were tried answers 404: nothing of {api.name} is at "
        f"{address}; check base_url (the base path of the definition is {base})"
    )
