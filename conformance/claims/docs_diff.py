"""Does a specification say what its pages print: each status, example, schema and table, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.claims.openapi import METHODS, JsonObject, resolve
from conformance.claims.pages import Block, Page, Table, find_page

SCHEMAS: Final = "#/components/schemas/"
NOT_NAMED: Final = "no operation names this page"

Found = Iterator[tuple[str, str]]  # where, and what differs there


@dataclass(frozen=True)
class Problem:
    """One difference between a page and a specification: which page, where, and what differs."""

    page: str
    where: str
    message: str


@dataclass(frozen=True)
class _Claim:
    """One operation of a specification, as its page has to print it."""

    document: JsonObject
    method: str
    path: str
    operation: JsonObject

    @property
    def id(self) -> str:
        return str(self.operation.get("operationId", f"{self.method} {self.path}"))

    @property
    def page(self) -> str:
        return str(self.operation.get("x-page", ""))

    @property
    def body(self) -> JsonObject:
        return resolve(self.document, self.operation.get("requestBody", {}))

    @property
    def responses(self) -> dict[str, JsonObject]:
        responses = self.operation.get("responses", {})
        return {str(status): resolve(self.document, response) for status, response in responses.items()}


def compare_all(documents: Mapping[str, JsonObject], pages: Mapping[str, Page]) -> list[Problem]:
    """Return every difference between the specifications and the pages; a missing page is a `UsageError`."""
    problems: list[Problem] = []
    compared: set[str] = set()
    for document in documents.values():
        claims = list(_claims(document))
        problems += [Problem("", claim.id, "names no page in x-page") for claim in claims if not claim.page]
        named = {claim.page for claim in claims if claim.page}
        for page_id in sorted(named):
            problems += compare(document, find_page(pages, page_id))
        compared |= named
    for page_id in sorted(pages.keys() - compared):
        problems.append(Problem(page_id, "x-page", NOT_NAMED))
    return problems


def compare(document: JsonObject, page: Page) -> list[Problem]:
    """Return every difference between the page and the operations that name it in `x-page`."""
    claims = [claim for claim in _claims(document) if claim.page == page.id]
    if not claims:
        return [Problem(page.id, "x-page", NOT_NAMED)]
    return [
        Problem(page.id, f"{claim.id}, {where}", message)
        for claim in claims
        for compared in (_route, _statuses, _headers, _body, _examples, _schemas)
        for where, message in compared(claim, page)
    ]


def _claims(document: JsonObject) -> Iterator[_Claim]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield _Claim(document, method.upper(), path, item[method])


def _route(claim: _Claim, page: Page) -> Found:
    if page.route not in {None, (claim.method, claim.path)}:
        yield "path", f"the page prints {page.route}, the specification has {(claim.method, claim.path)}"


def _statuses(claim: _Claim, page: Page) -> Found:
    documented = set(claim.responses)
    for status in sorted(page.statuses - documented):
        yield f"response {status}", "stands only on the page"
    for status in sorted(documented - page.statuses):
        yield f"response {status}", "stands only in the specification"


def _headers(claim: _Claim, page: Page) -> Found:
    declared = {status for status, response in claim.responses.items() if response.get("headers")}
    for status in sorted(page.statuses_with_headers - declared):
        yield f"response {status}, headers", "the page prints response headers, the specification has none"
    for status in sorted(declared - page.statuses_with_headers):
        yield f"response {status}, headers", "the specification has response headers, the page prints none"


def _body(claim: _Claim, page: Page) -> Found:
    used = {
        media.get("schema", {}).get("$ref", "a schema without a name").removeprefix(SCHEMAS)
        for media in claim.body.get("content", {}).values()
    }
    printed = set() if page.body_title is None else {page.body_title}
    if {_folded(name) for name in used} != {_folded(name) for name in printed}:
        on_page, in_spec = (", ".join(sorted(names)) or "none" for names in (printed, used))
        yield "request body", f"the page prints {on_page}, the specification has {in_spec}"


def _examples(claim: _Claim, page: Page) -> Found:
    requests = [block for block in page.blocks if block.kind == "request"]
    yield from _same_examples("request example", requests, claim.document, claim.body)
    for status, response in claim.responses.items():
        printed = [block for block in page.blocks if (block.kind, block.name) == ("response", status)]
        if response.get("content") and not printed:
            yield f"response {status}", "the specification has a body, the page prints none"
        if not all(media.get("schema") for media in response.get("content", {}).values()):
            yield f"response {status}", "the specification has a body without a schema"
        yield from _same_examples(f"response {status}, example", printed, claim.document, response)


def _same_examples(where: str, printed: list[Block], document: JsonObject, holder: JsonObject) -> Found:
    written: list[Any] = []
    for media in holder.get("content", {}).values():
        written += [media["example"]] if "example" in media else []
        written += [resolve(document, example).get("value") for example in media.get("examples", {}).values()]
    if len(printed) != len(written):
        yield where, f"the page prints {len(printed)}, the specification has {len(written)}"
        return
    for block, example in zip(printed, written, strict=True):
        for message in _differences(block.value, example):
            yield where, message


def _schemas(claim: _Claim, page: Page) -> Found:
    components = claim.document.get("components", {}).get("schemas", {})
    used = {_folded(name): name for name in _used_schemas(claim.document, claim.operation)}
    printed = [block for block in page.blocks if block.kind == "schema"]
    titles = [*(block.name for block in printed), *(table.title for table in page.tables)]
    for title in titles:
        if _folded(title) not in used:
            yield (
                f"schema {title or 'without title'}",
                "stands on the page, and the operation does not use it",
            )
    for folded in sorted(used.keys() - {_folded(title) for title in titles}):
        yield f"schema {used[folded]}", "is used by the operation, and does not stand on the page"
    for block in printed:
        if name := used.get(_folded(block.name)):
            for message in _differences(_bare(block.value), _bare(components[name])):
                yield f"schema {name}", message
    for table in page.tables:
        if name := used.get(_folded(table.title)):
            for message in _table_differences(table, components[name]):
                yield f"schema {name}", message


def _used_schemas(document: JsonObject, operation: JsonObject) -> set[str]:
    """Return the names of all component schemas that the operation refers to, directly or through others."""
    seen: set[str] = set()
    waiting: list[Any] = [operation]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                waiting.append(resolve(document, node))
        elif isinstance(node, list):
            waiting += node
    return {reference.removeprefix(SCHEMAS) for reference in seen if reference.startswith(SCHEMAS)}


def _table_differences(table: Table, schema: JsonObject) -> Iterator[str]:
    if schema.get("title", table.title) != table.title:
        yield f"title: the page has {table.title!r}, the specification has {schema['title']!r}"
    if "enum" in schema:
        written = dict.fromkeys(schema["enum"], _type(schema))
    else:
        written = {name: _type(of) for name, of in schema.get("properties", {}).items()}
    if not table.rows:  # a page leaves a table empty when all that it would hold has a table of its own
        written = {name: of for name, of in written.items() if of}
    yield from _differences(dict(table.rows), written)


def _type(schema: JsonObject) -> str:
    """Return the type as a table prints it: nothing for a reference, which has a table of its own."""
    return str(schema.get("type", "")).capitalize() + (", null" if schema.get("nullable") else "")


def _bare(schema: Any) -> Any:
    """Return the schema as JSON Schema sees it: no descriptions, no notes, and nothing beside a `$ref`."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    bare = {key: value for key, value in schema.items() if key != "description" and not key.startswith("x-")}
    for key, value in bare.items():
        if key == "properties":
            bare[key] = {name: _bare(of) for name, of in value.items()}
        elif key in {"items", "not", "additionalProperties"}:
            bare[key] = _bare(value)
        elif key in {"allOf", "anyOf", "oneOf"}:
            bare[key] = [_bare(of) for of in value]
    return bare


def _differences(printed: Any, written: Any, at: str = "") -> Iterator[str]:
    """Return a sentence for each place in which two JSON values differ; `1`, `1.0` and `true` all differ."""
    if isinstance(printed, dict) and isinstance(written, dict):
        for key in printed | written:
            if key not in written:
                yield f"{at}/{key} stands only on the page: {_json(printed[key])}"
            elif key not in printed:
                yield f"{at}/{key} stands only in the specification: {_json(written[key])}"
            else:
                yield from _differences(printed[key], written[key], f"{at}/{key}")
    elif isinstance(printed, list) and isinstance(written, list) and len(printed) == len(written):
        for index, pair in enumerate(zip(printed, written, strict=True)):
            yield from _differences(*pair, f"{at}/{index}")
    elif type(printed) is not type(written) or printed != written:
        yield f"{at or '/'}: the page has {_json(printed)}, the specification has {_json(written)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _folded(name: str) -> str:
    """Fold a printed title and a component name into one: `iTwin Association` and `iTwin-association`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
