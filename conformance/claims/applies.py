"""To which operations each generic rule applies, for which of their members, and at which level."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.claims.endpoints import Endpoint, error_schema, words_of
from conformance.claims.level import Level
from conformance.claims.override import Override
from conformance.claims.path_names import plain
from conformance.claims.schemas import deref, items, members, required

NOT_FOUND: Final = re.compile(
    r"not.?found|(does(n't| not)|not) exist|no such|unknown|missing|no \w+ (with|has)", re.IGNORECASE
)
PAGE_SIZES: Final = (
    *("limit", "page_size", "pagesize", "per_page", "perpage", "page_limit", "_limit"),
    *("size", "$top", "top", "count", "take", "max_results", "maxresults"),
)
PAGE_STARTS: Final = (
    "offset",
    "skip",
    "$skip",
    "_start",
    "page",
    "page_number",
    "pagenumber",
    "_page",
    "start",
)
ERRORS: Final = (*range(400, 452), *range(500, 512))
"""The statuses of errors that have a meaning."""
BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
SIMPLE_TYPES: Final = frozenset({"integer", "number", "boolean", "string", "array", "object"})
Instance = tuple[str, Level]


@dataclass(frozen=True)
class Scope:
    """What a rule is asked about: an operation, the rule's level, all operations of the API, its override.

    `paths` are methods with paths without the names of their parameters.
    """

    endpoint: Endpoint
    level: Level
    paths: frozenset[tuple[str, str]]
    override: Override

    def has(self, method: str, below: str = "") -> bool:
        """Tell whether the API has an operation of this method on the same path, or on one below it."""
        return (method, plain(self.endpoint.path) + below) in self.paths


def returns_list(endpoint: Endpoint) -> bool:
    """Tell whether a success is a list, or an object with one list of things in it."""
    for schema in endpoint.success_schemas():
        if items(endpoint.document, schema) is not None:
            return True
        inner = [deref(endpoint.document, s) for s in members(endpoint.document, schema).values()]
        if any(items(endpoint.document, s) is not None for s in inner):
            return True
    return False


def page_parameters(endpoint: Endpoint) -> tuple[str, str]:
    """Return the names of the query parameters for the size and the start of a page; "" for none."""
    names = {str(p.get("name", "")): p for p in endpoint.parameters if p.get("in") == "query"}
    size = next((n for w in PAGE_SIZES for n in names if n.lower() == w), "")
    start = next((n for w in PAGE_STARTS for n in names if n.lower() == w), "")
    return size, start


def body_members(endpoint: Endpoint) -> tuple[dict[str, Any], set[str]]:
    """Return the members of a JSON body by name, and the names of the required ones."""
    body = endpoint.body
    if body is None or not body.is_json or endpoint.method not in BODY_METHODS or "oneOf" in body.schema:
        return {}, set()
    found = members(endpoint.document, body.schema)
    return found, required(endpoint.document, body.schema) & found.keys()


def _written(endpoint: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the members of the body that a client may write, by name, with their schemas."""
    for name, node in sorted(body_members(endpoint)[0].items()):
        schema = deref(endpoint.document, node)
        if not schema.get("readOnly"):
            yield name, schema


def _is_item(endpoint: Endpoint) -> bool:
    return endpoint.path.rstrip("/").endswith("}")


def _always(scope: Scope) -> Iterator[Instance]:
    yield "", scope.level


def _has_body(scope: Scope) -> Iterator[Instance]:
    if any(scope.endpoint.success()):
        yield "", scope.level


def _has_error(scope: Scope) -> Iterator[Instance]:
    if any(error_schema(scope.endpoint, status) for status in ERRORS):
        yield "", scope.level


def _secured(scope: Scope) -> Iterator[Instance]:
    if scope.endpoint.security:
        yield "", scope.level


def _has_path(scope: Scope) -> Iterator[Instance]:
    if scope.endpoint.path_names:
        declared = words_of(scope.endpoint, 404) or words_of(scope.endpoint, 403)
        yield "", Level.MUST if declared else scope.level


def _unknown(scope: Scope) -> Iterator[Instance]:
    if _is_item(scope.endpoint) and scope.endpoint.method != "PUT":
        said = words_of(scope.endpoint, 404)
        yield "", Level.MUST if NOT_FOUND.search(said) else Level.SHOULD if said else scope.level


def _creates(scope: Scope) -> Iterator[Instance]:
    made = scope.endpoint.method == "POST" and scope.has("GET", "/{}")
    above = plain(scope.endpoint.path).rpartition("/")[0]
    named = scope.endpoint.method == "PUT" and _is_item(scope.endpoint) and ("POST", above) not in scope.paths
    if made or (named and scope.has("GET")):
        yield "", scope.level


def _has_siblings(scope: Scope) -> Iterator[Instance]:
    below = "" if scope.endpoint.method == "PUT" else "/{}"
    if scope.has("DELETE", below):
        yield from _creates(scope)


def _updates(scope: Scope) -> Iterator[Instance]:
    if scope.endpoint.method in {"PUT", "PATCH"} and _is_item(scope.endpoint) and scope.has("GET"):
        yield "", scope.level


def _deletes(scope: Scope) -> Iterator[Instance]:
    if scope.endpoint.method == "DELETE" and _is_item(scope.endpoint) and scope.has("GET"):
        yield "", scope.level


def _refusable(scope: Scope) -> Iterator[Instance]:
    yield from _updates(scope)
    required = body_members(scope.endpoint)[1]
    if scope.endpoint.method == "POST" and scope.has("GET") and required and scope.has("DELETE", "/{}"):
        yield "", scope.level


def _lists_created(scope: Scope) -> Iterator[Instance]:
    endpoint = scope.endpoint
    made = scope.has("POST") or scope.has("PUT", "/{}")
    if endpoint.method == "GET" and not _is_item(endpoint) and made and returns_list(endpoint):
        yield "", scope.level


def _pages(scope: Scope) -> Iterator[Instance]:
    endpoint = scope.endpoint
    if endpoint.method == "GET" and returns_list(endpoint) and all(page_parameters(endpoint)):
        yield "", scope.level


def _nested(scope: Scope) -> Iterator[Instance]:
    endpoint = scope.endpoint
    is_nested = _is_item(endpoint) and len(endpoint.path_names) > 1 and "}/{" not in endpoint.path
    if is_nested and (endpoint.method in {"GET", "DELETE", "PATCH", "PUT"} and scope.has("GET")):
        yield "", scope.level


def _missing(scope: Scope) -> Iterator[Instance]:
    required = body_members(scope.endpoint)[1]
    yield from ((name, scope.level) for name, _ in _written(scope.endpoint) if name in required)


def _typed(scope: Scope) -> Iterator[Instance]:
    yield from ((n, scope.level) for n, s in _written(scope.endpoint) if str(s.get("type")) in SIMPLE_TYPES)


def _bounded(scope: Scope) -> Iterator[Instance]:
    for name, schema in _written(scope.endpoint):
        if schema.keys() & {"maxLength", "maximum", "minimum"} or schema.get("minLength"):
            yield name, scope.level


def _enumerated(scope: Scope) -> Iterator[Instance]:
    yield from ((name, scope.level) for name, schema in _written(scope.endpoint) if schema.get("enum"))


def _closed(scope: Scope) -> Iterator[Instance]:
    if body_members(scope.endpoint)[0] and is_closed(scope.endpoint):
        yield "", scope.level


def is_closed(endpoint: Endpoint) -> bool:
    """Tell whether a body of the operation may have no other members than those documented."""
    return endpoint.body is not None and endpoint.body.schema.get("additionalProperties") is False


def _unique(scope: Scope) -> Iterator[Instance]:
    for entry in scope.override.unique:
        operation, _, member = entry.rpartition(".")
        if operation == scope.endpoint.id:
            yield member, Level.MUST if words_of(scope.endpoint, 409) else scope.level


def _reads(scope: Scope) -> Iterator[Instance]:
    if scope.endpoint.method == "GET":
        yield "", scope.level


APPLIES: Final[Mapping[str, Callable[[Scope], Iterator[Instance]]]] = {
    "documented-status": _always,
    "documented-body": _has_body,
    "no-credentials": _secured,
    "forged-credentials": _secured,
    "other-tenant": _has_path,
    "other-tenant-list": _lists_created,
    "read-after-create": _creates,
    "read-after-update": _updates,
    "gone-after-delete": _deletes,
    "refused-changes-nothing": _refusable,
    "listed-after-create": _lists_created,
    "wrong-parent": _nested,
    "unknown-id": _unknown,
    "paging-partition": _pages,
    "missing-member": _missing,
    "mistyped-member": _typed,
    "out-of-bound-member": _bounded,
    "unlisted-member-value": _enumerated,
    "extra-member": _closed,
    "duplicate-member": _unique,
    "others-unchanged": _has_siblings,
    "reads-agree": _reads,
    "documented-error": _has_error,
    "no-server-error": _always,
}
"""By the id of a rule: of which members an operation is judged by it ("" for none of them), and levels."""
