"""Loads a definition from wherever it is, in one form, with the repairs that this took."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.claims.definition.references import Bundle, dangling, nearly_named
from conformance.claims.definition.repair import METHODS, Place, Repair, operations_of, pointer_to
from conformance.claims.definition.repairs import repaired
from conformance.claims.definition.source import entry, is_definition, read_location
from conformance.claims.definition.swagger2 import is_swagger_2, to_openapi_3
from conformance.claims.schemas import deref
from conformance.errors import UsageError

FORMS: Final = ("3.0", "3.1", "3.2")


@dataclass(frozen=True)
class Definition:
    """A definition as one document of OpenAPI 3; `contents` are the bytes of its files by location."""

    location: str
    document: dict[str, Any] = field(repr=False)
    contents: Mapping[str, bytes] = field(repr=False)
    repairs: tuple[Repair, ...] = ()

    @property
    def form(self) -> str:
        """Return the version of the form that it is published in, such as ``Swagger 2.0``."""
        return str(self.document.get("x-form", ""))

    @property
    def hash(self) -> str:
        """Return the SHA-256 of all its files in hexadecimal."""
        digest = hashlib.sha256()
        for content in self.contents.values():
            digest.update(hashlib.sha256(content).digest())
        return (
            hashlib.sha256(next(iter(self.contents.values()))).hexdigest()
            if len(self.contents) == 1
            else digest.hexdigest()
        )


def load_definition(source: str, *, rename_duplicates: bool = False) -> Definition:
    """Return the definition of a file, a folder or a URL.

    `UsageError` says what is wrong, where, and what to do; operations that share an operationId are refused
    unless they are to be renamed.
    """
    location = entry(source)
    bundle = Bundle(location, read_location(location))
    document = bundle.document
    if not is_definition(document):
        raise UsageError(
            f"{location}: is no OpenAPI definition: nothing at its top says openapi: or swagger:; "
            "name one that does, or export it from what describes the API now"
        )
    form = _form(location, document)
    bundle.resolve()
    taken_in = list(_take_in_operations(location, document))
    if is_swagger_2(document):
        document = to_openapi_3(document)
    repairs = [*bundle.repairs, *taken_in, *_references(location, document), *repaired(document, location)]
    repairs += _identified(location, document, rename=rename_duplicates)
    document["x-form"] = form
    return Definition(location, document, bundle.contents, tuple(repairs))


def _take_in_operations(location: str, document: dict[str, Any]) -> Iterator[Repair]:
    """Put path items and operations that stand elsewhere where they are referred to."""
    paths = document.get("paths")
    if not isinstance(paths, dict):
        return
    for path, node in paths.items():
        if not isinstance(node, dict):
            continue
        yield from _known(location, document, ("paths", path), node)
        item = {**deref(document, node), **{key: value for key, value in node.items() if key != "$ref"}}
        for method in (each for each in METHODS if each in item):
            if isinstance(item[method], dict):
                yield from _known(location, document, ("paths", path, method), item[method])
                item[method] = dict(deref(document, item[method]))
        paths[path] = item


def _known(location: str, document: dict[str, Any], place: Place, node: dict[str, Any]) -> Iterator[Repair]:
    """Let a node refer to what its reference means, if that is misspelt."""
    if isinstance(node.get("$ref"), str) and not deref(document, node):
        yield from _meant(location, document, place, node)


def _references(location: str, document: dict[str, Any]) -> Iterator[Repair]:
    """Read references that are misspelt as what they mean; `UsageError` where they mean nothing."""
    for place, node in list(dangling(document, document)):
        yield from _meant(location, document, place, node)


def _meant(location: str, document: dict[str, Any], place: Place, node: dict[str, Any]) -> Iterator[Repair]:
    reference, where = node["$ref"], pointer_to(place)
    if reference.endswith("/"):
        return
    meant = nearly_named(document, reference)
    if not meant:
        cure = "correct the reference, or add what it names"
        raise UsageError(f"{location}{where}: {reference} names nothing in it; {cure}")
    node["$ref"] = meant
    yield Repair(where, f"{reference} names nothing: read as {meant}")


def _form(location: str, document: Mapping[str, Any]) -> str:
    version = str(document.get("openapi") or document.get("swagger"))
    if "swagger" in document:
        if version.startswith("2"):
            return f"Swagger {version}"
    elif version.startswith(FORMS):
        return f"OpenAPI {version}"
    what = "swagger" if "swagger" in document else "openapi"
    raise UsageError(
        f"{location}: {what}: {version} is not supported; known are 2.0, {', '.join(FORMS)}: convert it"
    )


def _identified(location: str, document: Mapping[str, Any], *, rename: bool) -> Iterator[Repair]:
    """Refuse, or rename, operations with an operationId that another one has."""
    seen: dict[str, str] = {}
    several = list(operations_of(document))
    if not several:
        cure = "name the file whose paths: hold the operations; webhooks are not judged"
        raise UsageError(f"{location}: has no operation to judge; {cure}")
    for place, path, method, operation, _ in several:
        name = operation.get("operationId")
        label = f"{method.upper()} {path}"
        if isinstance(name, str) and name in seen:
            where = pointer_to(place)
            if not rename:
                cure = "give each its own, or let --rename-duplicates do it"
                raise UsageError(f"{location}{where}: operationId {name} is that of {seen[name]} too; {cure}")
            del operation["operationId"]
            yield Repair(where, f"operationId {name} is that of {seen[name]} too: read as if it had none")
        elif isinstance(name, str):
            seen[name] = label
