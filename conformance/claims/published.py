"""Whether an added API's definition, as it is published now, is still the one that was added."""

from __future__ import annotations

import hashlib
from typing import Final

from conformance.claims.added import AddedApi
from conformance.claims.definition import load_definition
from conformance.claims.definition.source import read_location
from conformance.errors import UsageError

PATIENCE: Final = 5.0
"""Seconds that a run waits for the published definition at most."""


def newer_definition(api: AddedApi) -> str:
    """Return what to say of a definition that is published otherwise, or cannot be read; "" for nothing."""
    override = api.override
    if not override.published_at:
        return ""
    try:
        now = _hash_of(override.published_at, several=bool(override.entry))
    except UsageError as error:
        return f"{api.name}: whether its definition is the published one could not be seen: {error}"
    if now == api.hash:
        return ""
    look = f"conformance drift {api.name} {override.published_at} shows what changed"
    return f"{api.name}: another version of its definition is published than the one that was added: {look}"


def _hash_of(location: str, *, several: bool) -> str:
    if several:
        return load_definition(location, rename_duplicates=True).hash
    return hashlib.sha256(read_location(location, PATIENCE)).hexdigest()
