"""Makes a valid request of any operation: path, query, headers and a body of any media type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from conformance.claims.endpoints import Content, Endpoint
from conformance.claims.openapi import JsonObject, Operation
from conformance.exchange.model import ABSENT, Request, Undo
from conformance.generate.world.values import NAMES, Maker, Reference

BOUNDARY: Final = "conformance-boundary"
LEFT_OUT: Final = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that a definition may name and that the client sends itself (OpenAPI 3, parameter object)."""


@dataclass(frozen=True)
class Draft:
    """A request in parts, so that a rule can change one of them; `json` is `ABSENT` where there is none."""

    endpoint: Endpoint
    params: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    json: Any = ABSENT
    content: bytes | None = None


@dataclass(frozen=True)
class Drafts:
    """Drafts valid requests of a definition's operations; `bodies` are those of its override."""

    operations: Mapping[str, Operation]
    unique: Callable[[str], str]
    refer: Reference
    bodies: Mapping[str, Any] = field(default_factory=dict)
    prefix: str | None = None

    def drafts(self, endpoint: Endpoint, params: Mapping[str, str]) -> Iterator[Draft]:
        """Yield valid requests, the likeliest first: the override's, the shortest, the example, the whole."""
        query, headers = self._around(endpoint)
        bodies: list[Any] = []
        for body in self._bodies(endpoint):
            if body in bodies:
                continue
            bodies.append(body)
            yield self._draft(endpoint, params, query, headers, body)

    def _bodies(self, endpoint: Endpoint) -> Iterator[Any]:
        content = endpoint.body
        if content is None:
            yield ABSENT
            return
        if endpoint.id in self.bodies:
            yield self._filled(self.bodies[endpoint.id])
            return
        maker = Maker(endpoint.document, self.unique, self.refer)
        short = maker.value(content.schema) if content.schema else ABSENT
        whole = Maker(endpoint.document, self.unique, self.refer, whole=True)
        if short not in (ABSENT, {}, []):
            yield short
        if content.has_example:
            yield self._renamed(content.example, maker)
        if content.schema:
            yield whole.value(content.schema)
        yield short if short is not ABSENT else {}

    def _renamed(self, example: Any, maker: Maker) -> Any:
        """Return an example with names of the run's own and ids of real things."""
        if not isinstance(example, dict):
            return example
        found = {}
        for name, value in example.items():
            if isinstance(value, str) and NAMES.search(name):
                value = maker.text({}, name)
            elif isinstance(value, str | int) and (real := maker._reference({"type": "integer" if isinstance(value, int) else "string"}, name)) is not None:
                value = real
            found[name] = value
        return found

    def _filled(self, body: Any) -> Any:
        if isinstance(body, str):
            return body.replace("{unique}", self.unique("text")) if "{unique}" in body else body
        if isinstance(body, list):
            return [self._filled(each) for each in body]
        return {k: self._filled(v) for k, v in body.items()} if isinstance(body, dict) else body

    def _around(self, endpoint: Endpoint) -> tuple[dict[str, str], dict[str, str | None]]:
        """Return the query and the headers that are required."""
        maker = Maker(endpoint.document, self.unique, self.refer)
        query: dict[str, str] = {}
        medias = list(dict.fromkeys(c.media for _, c in endpoint.success() if "*" not in c.media))
        headers: dict[str, str | None] = {"Accept": ", ".join([*medias, "application/json;q=0.9", "*/*;q=0.5"])}
        for parameter in endpoint.parameters:
            name, where = str(parameter.get("name", "")), parameter.get("in")
            if not parameter.get("required") or (where == "header" and name.lower() in LEFT_OUT):
                continue
            if where in {"query", "header"}:
                value = as_text(parameter_value(endpoint, parameter, maker))
                (query if where == "query" else headers)[name] = value
        return query, headers

    def _draft(self, endpoint: Endpoint, params: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str | None], body: Any) -> Draft:
        if endpoint.body is None or body is ABSENT:
            return Draft(endpoint, params, query, headers)
        typed = {**headers, "Content-Type": endpoint.body.media if "*" not in endpoint.body.media else "application/json"}
        if endpoint.body.is_json:
            return Draft(endpoint, params, query, typed, json=body)
        content, media = encoded(endpoint.body, body)
        return Draft(endpoint, params, query, {**typed, "Content-Type": media}, content=content)

    def request(self, draft: Draft, *, undo: Undo | None = None, purpose: str = "judged") -> Request:
        """Return the request of a draft; a parameter of the path without a value is a `ValueError`."""
        return Request(
            draft.endpoint.method,
            self.path(draft.endpoint, draft.params),
            self.operations.get(draft.endpoint.id),
            dict(draft.params),
            query=dict(draft.query),
            headers=dict(draft.headers),
            json=draft.json,
            content=draft.content,
            undo=undo,
            purpose=purpose,
        )

    def path(self, endpoint: Endpoint, params: Mapping[str, str], template: str = "") -> str:
        """Return the path that is sent, or that of another template of the same definition."""
        path = template or endpoint.path
        for name, value in params.items():
            if not value:
                raise ValueError(f"{path}: no value for {name}")
            path = path.replace(f"{{{name}}}", quote(value, safe="", errors="surrogatepass"))
        if "{" in path.replace("{id}", "" if template else "{id}"):
            raise ValueError(f"{path}: a parameter of the path has no value")
        return (endpoint.base if self.prefix is None else self.prefix) + path


def parameter_value(endpoint: Endpoint, parameter: JsonObject, maker: Maker) -> Any:
    """Return a valid value of a parameter: its example, or one that its schema allows."""
    if parameter.get("example") not in (None, ""):
        return parameter["example"]
    return maker.value(endpoint.schema_of_parameter(parameter), str(parameter.get("name", "")))


def as_text(value: Any) -> str:
    """Return a value as it stands in a path, a query or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return str(value)


def encoded(content: Content, body: Any) -> tuple[bytes, str]:
    """Return the bytes of a body that is no JSON, and their media type."""
    fields = body if isinstance(body, dict) else {}
    if content.media.startswith("multipart/"):
        parts = []
        for name, value in fields.items():
            schema = (content.schema.get("properties") or {}).get(name) or {}
            is_file = isinstance(schema, dict) and (schema.get("format") == "binary" or "contentMediaType" in schema)
            filename = '; filename="ct.txt"\r\nContent-Type: text/plain' if is_file else ""
            parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n{as_text(value)}\r\n')
        return f"{''.join(parts)}--{BOUNDARY}--\r\n".encode(), f"{content.media}; boundary={BOUNDARY}"
    if content.media == "application/x-www-form-urlencoded":
        return urlencode({name: as_text(value) for name, value in fields.items()}).encode(), content.media
    return as_text(body if not isinstance(body, dict) else "").encode() or b"ct", content.media
