"""The OpenAPI file of a page's operation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from conformance.claims.openapi import JsonObject
from conformance.claims.page_draft.sections import Section, parameters
from conformance.claims.page_draft.shapes import REFERENCE, fitting, folded, missing, schemas
from conformance.claims.pages import Page

PATH_PARAMETER: Final = re.compile(r"\{([^}]+)\}")
OWN_HEADERS: Final = frozenset({"authorization", "accept", "content-type"})
"""OpenAPI says these elsewhere: in security, in content."""


@dataclass(frozen=True)
class Drafted:
    """The document of one operation, and what the page has that could not go into it."""

    document: JsonObject
    left: tuple[str, ...]


def drafted(page: Page, found: list[Section], route: tuple[str, str], operation_id: str, api: str) -> Drafted:
    """Return the OpenAPI document of the operation of a page."""
    method, path = route
    known, left = schemas(page), []
    declared, unnamed = _parameters(found, path)
    left += [f"a parameter or header whose name the page does not print: {each}" for each in unnamed]
    left += [f"schema {each}: referred to, and not printed" for each in missing(known)]
    operation: JsonObject = {"operationId": operation_id, "x-page": page.id}
    if declared:
        operation["parameters"] = declared
    if body := _body(page, known):
        operation["requestBody"] = body
    operation["responses"] = {s: _response(page, s, known) for s in sorted(page.statuses)}
    components = known | {name: {} for name in missing(known)}
    document: JsonObject = {
        "openapi": "3.0.3",
        "info": {"title": api, "version": "v1"},
        "paths": {path: {"x-source": f"Page {page.id}.", method.lower(): operation}},
        "components": {"schemas": components},
    }
    if any(section.title == "Authentication" for section in found):
        document["security"] = [{"bearer": []}]
        document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return Drafted(document, tuple(left))


def _parameters(found: list[Section], path: str) -> tuple[list[JsonObject], list[str]]:
    names = PATH_PARAMETER.findall(path)
    declared = {name: _parameter(name, "path", required=True) for name in names}
    unnamed: list[str] = []
    for section in found:
        if section.title == "Request parameters":
            rows = list(parameters(section.lines))
            spare = sum(not name for name, _, _ in rows) > len(names)
            unnamed += [text for name, _, text in rows if not name] if spare else []
            for name, required, _ in rows:
                if name and name not in declared:
                    declared[name] = _parameter(name, "query", required=required)
        if section.title == "Request headers":
            for name, required, _ in parameters(section.lines):
                if name and name.lower() not in OWN_HEADERS:
                    declared[name] = _parameter(name, "header", required=required)
    return list(declared.values()), unnamed


def _parameter(name: str, where: str, *, required: bool) -> JsonObject:
    kind = "integer" if name.lower() in {"$top", "$skip"} else "string"
    return {"name": name, "in": where, "required": required, "schema": {"type": kind}}


def _body(page: Page, known: Mapping[str, JsonObject]) -> JsonObject:
    shown = [block.value for block in page.blocks if block.kind == "request"]
    if page.body_title is None and not shown:
        return {}
    title = folded(page.body_title or "")
    name = next((n for n in known if folded(n) == title), "")
    return {"required": True, "content": _content(shown, known, name)}


def _response(page: Page, status: str, known: Mapping[str, JsonObject]) -> JsonObject:
    shown = [block.value for block in page.blocks if block.kind == "response" and block.name == status]
    code = int(status)
    words = HTTPStatus(code).phrase if code in set(HTTPStatus) else f"Status {status}"
    response: JsonObject = {"description": words}
    if status in page.statuses_with_headers and code in {429, 503}:
        response["headers"] = {"retry-after": {"schema": {"type": "integer"}}}
    if shown:
        response["content"] = _content(shown, known)
    return response


def _content(shown: list[Any], known: Mapping[str, JsonObject], name: str = "") -> JsonObject:
    """Return what a page shows, under the schema of this name or the one that fits the example."""
    if name or not shown:
        schema: JsonObject = {"$ref": REFERENCE + name} if name else {}
    else:
        schema = _schema_of(shown[0], known)
    return {"application/json": {"schema": schema, **({"example": shown[0]} if shown else {})}}


def _schema_of(shown: Any, known: Mapping[str, JsonObject]) -> JsonObject:
    """Return the schema of an example: a table says nothing of what wraps the thing that it describes."""
    if name := fitting(shown, known):
        return {"$ref": REFERENCE + name}
    if isinstance(shown, list):
        return {"type": "array", "items": _schema_of(shown[0], known) if shown else {}}
    if not isinstance(shown, dict):
        return {}
    return {"type": "object", "properties": {key: _schema_of(value, known) for key, value in shown.items()}}
