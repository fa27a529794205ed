"""APIs that were added by their definition alone: `specs/<api>/definition.*` and a short `override.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.claims import definition
from conformance.claims.definition import Repair, load_definition
from conformance.claims.definition.source import SUFFIXES
from conformance.claims.endpoints import Content, Endpoint, endpoints
from conformance.claims.kept import kept
from conformance.claims.openapi import JsonObject, Operation, ResponseSpec
from conformance.claims.override import FILE, NOTHING, Override, read_override, refuse_unknown
from conformance.claims.schemas import deref
from conformance.claims.text_files import read_bytes
from conformance.errors import UsageError

STATUS: Final = re.compile(r"\d{3}")


@dataclass(frozen=True)
class AddedApi:
    """An API with its definition, what its override says, and its operations by id."""

    name: str
    document: JsonObject
    endpoints: Sequence[Endpoint] = field(repr=False)
    override: Override = NOTHING
    repairs: Sequence[Repair] = ()
    hash: str = ""
    operations: Mapping[str, Operation] = field(default_factory=dict, repr=False)

    def prefix_at(self, base_url: str) -> str:
        """Return what stands between a target's address and each path: "" where the base path is in it."""
        base = self.endpoints[0].base
        return "" if urlsplit(base_url).path.rstrip("/").endswith(base) else base


def added_apis(folder: Path, taken: Mapping[str, Any]) -> list[AddedApi]:
    """Return the added APIs of the claims and of `specs/` in the working folder; `taken` are operationIds."""
    found: dict[str, AddedApi] = {}
    names = set(taken)
    places = dict.fromkeys(p.resolve() for p in (folder, Path.cwd() / "specs") if p.is_dir())
    for place in places:
        for own in sorted(each for each in place.iterdir() if each.is_dir() and each.name not in found):
            override = read_override(own / FILE)
            file = _definition_in(own, override)
            if file is not None:
                found[own.name] = _api(file, own, override, names)
                names |= set(found[own.name].operations)
    return list(found.values())


def _definition_in(folder: Path, override: Override) -> Path | None:
    """Return the file that an API's definition begins in; None where the folder holds no added API."""
    if override.entry:
        if not (folder / override.entry).resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"{folder / FILE}: entry: {override.entry} leads out of the API's folder")
        return folder / override.entry
    return next((file for kind in SUFFIXES if (file := folder / f"definition{kind}").is_file()), None)


def _api(file: Path, folder: Path, override: Override, taken: set[str]) -> AddedApi:
    loaded = _loaded(file, rename=override.rename_duplicates)
    document, name = loaded["document"], folder.name
    ids: dict[tuple[str, str], str] = {}
    for each in endpoints(document):
        label = re.sub(r"[^A-Za-z0-9]+", "-", each.label).strip("-").lower()
        own = label if each.id == each.label else each.id
        free = (
            n for n in (own, f"{name}:{own}", f"{name}:{label}") if n not in taken and n not in ids.values()
        )
        ids[each.method, each.written] = next(free, each.label)
    several = endpoints(document, ids)
    if not several:
        raise UsageError(f"{file}: no operation in it: is it an OpenAPI definition?")
    operations = {each.id: _operation(name, each) for each in several}
    refuse_unknown(folder / FILE, override, several)
    repairs = [Repair(*each) for each in loaded["repairs"]]
    return AddedApi(name, document, several, override, repairs, loaded["hash"], operations)


def _loaded(file: Path, *, rename: bool) -> dict[str, Any]:
    """Return a definition with its repairs; one of a single file is kept by its content and its reader."""

    def load() -> dict[str, Any]:
        found = load_definition(str(file), rename_duplicates=rename)
        return {
            "document": found.document,
            "repairs": [[each.place, each.what] for each in found.repairs],
            "files": len(found.contents),
            "hash": found.hash,
        }

    readers = [Path(__file__), *sorted(Path(definition.__file__).parent.glob("*.py"))]
    reader = b"".join(each.read_bytes() for each in readers)
    key = b"\0".join([reader, str(rename).encode(), read_bytes(file)])
    found: dict[str, Any] = kept("definitions", key, load)
    return load() if found["files"] > 1 else found  # of several, another one may have changed


def _operation(api: str, endpoint: Endpoint) -> Operation:
    body = endpoint.body
    return Operation(
        id=endpoint.id,
        api=api,
        method=endpoint.method,
        path=endpoint.written,
        page="",
        tags=tuple(t for t in endpoint.spec.get("tags") or () if isinstance(t, str)),
        responses={int(s): _response(endpoint, s) for s in endpoint.responses if STATUS.fullmatch(s)},
        parameters=endpoint.parameters,
        body=body.schema if body is not None and body.is_json and "$ref" not in str(body.schema) else None,
        body_example=body.example if body is not None else None,
    )


def _response(endpoint: Endpoint, status: str) -> ResponseSpec:
    content: Content | None = next(iter(endpoint.contents(endpoint.responses[status])), None)
    headers = deref(endpoint.document, endpoint.responses[status]).get("headers") or {}
    return ResponseSpec(int(status), {} if content is not None else None, None, tuple(headers))
