"""The definition that an API is judged by, and which of its operations another version touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.claims.definition import load_definition
from conformance.claims.definition.source import is_url
from conformance.claims.drift.operations import drift, touched
from conformance.claims.endpoints import Endpoint, endpoints
from conformance.claims.folders import specs_dir
from conformance.claims.openapi import JsonObject, load_documents
from conformance.claims.requirements import Catalogue, load_claims
from conformance.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class KeptDefinition:
    """A definition and its operations under the ids that requirements name."""

    document: JsonObject
    endpoints: Sequence[Endpoint]


def kept_definitions(catalogue: Catalogue) -> dict[str, KeptDefinition]:
    """Return the definitions of all APIs by their name: those with scenarios, and those that were added."""
    written = load_documents(specs_dir())
    own = {name: KeptDefinition(each, endpoints(each)) for name, each in written.items()}
    added = catalogue.added.items()
    return own | {name: KeptDefinition(api.document, api.endpoints) for name, api in added}


def definition(name: str) -> JsonObject:
    """Return the definition of a file, folder, URL, or API of this name; `UsageError` where it is none."""
    if is_url(name) or Path(name).exists():
        return load_definition(name, rename_duplicates=True).document
    known = kept_definitions(load_claims())
    if name not in known:
        there = f"the APIs are {', '.join(sorted(known))}"
        raise UsageError(f"{name}: no such file, and no API of this name{did_you_mean(name, known)}; {there}")
    return known[name].document


def touched_since(old: str, catalogue: Catalogue) -> list[str]:
    """Return the ids of the operations of an API that changed since this definition of it.

    It is the API with most operations of the definition; `UsageError` where there is none.
    """
    before = definition(old)
    labels = {each.label for each in endpoints(before)}
    known = kept_definitions(catalogue).values()
    now = max(known, key=lambda each: len(labels & {e.label for e in each.endpoints}))
    ids = {each.label: each.id for each in now.endpoints}
    if not labels & ids.keys():
        raise UsageError(f"--since {old}: no API here has one of its {len(labels)} operations")
    return [ids[label] for label in touched(drift(before, now.document), ids)]
