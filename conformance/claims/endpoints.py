"""What a definition says of each operation, read as it stands: parameters, body, responses, links, security.

Nothing here fails on what a definition gets wrong: what cannot be read is as if it were not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from conformance.claims.openapi import METHODS, SAFE_METHODS, JsonObject
from conformance.claims.path_names import path_names, renamed
from conformance.claims.schemas import deref, schema_of

SUCCESS: Final = re.compile(r"2(\d\d|XX)", re.IGNORECASE)
JSON: Final = re.compile(r"application/(.+\+)?json|\*/\*|text/json", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """What one media type of a body holds; `schema` is {} where nothing says."""

    media: str
    schema: JsonObject
    example: Any = None
    has_example: bool = False

    @property
    def is_json(self) -> bool:
        """Tell whether it is read as JSON."""
        return JSON.match(self.media) is not None


@dataclass(frozen=True)
class Endpoint:
    """One operation of a definition; `path` is its template below `base`, `parameters` are resolved.

    `written` is the path as the definition has it: in `path` the same place has one name in all operations;
    `written_names` are the names that its parameters have in the definition, by those.
    """

    id: str
    method: str
    path: str
    base: str
    spec: JsonObject
    parameters: tuple[JsonObject, ...]
    document: JsonObject
    written: str
    written_names: Mapping[str, str]

    @property
    def safe(self) -> bool:
        """Tell whether its method says that it changes nothing."""
        return self.method in SAFE_METHODS

    @property
    def label(self) -> str:
        """Return method and path."""
        return f"{self.method} {self.written}"

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """Return the names of the path's parameters in their order."""
        return tuple(re.findall(r"{([^}]+)}", self.path))

    def parameter(self, name: str, where: str = "path") -> JsonObject:
        """Return a parameter, or {}."""
        return next((p for p in self.parameters if p.get("name") == name and p.get("in") == where), {})

    def schema_of_parameter(self, parameter: JsonObject) -> JsonObject:
        """Return the schema of a parameter, also where it stands in the parameter itself or in a content."""
        if "schema" in parameter:
            return deref(self.document, parameter["schema"])
        for content in (parameter.get("content") or {}).values():
            return deref(self.document, (content or {}).get("schema"))
        return parameter if "type" in parameter else {}

    @cached_property
    def responses(self) -> Mapping[str, JsonObject]:
        """Return the documented responses by status in small letters, resolved."""
        found = self.spec.get("responses")
        pairs = found.items() if isinstance(found, dict) else ()
        return {str(status).lower(): deref(self.document, node) for status, node in pairs}

    def documented(self, status: int) -> JsonObject | None:
        """Return the documented response of a status: its own, its range's, or the default; None without."""
        for key in (str(status), f"{status // 100}xx", "default"):
            if key in self.responses:
                return self.responses[key]
        return None

    def contents(self, response: JsonObject) -> tuple[Content, ...]:
        """Return what a response or a request body may hold."""
        found = []
        content = response.get("content")
        for media, node in content.items() if isinstance(content, dict) else ():
            found.append(self._content(str(media), deref(self.document, node)))
        if not found and "schema" in response:  # Swagger 2
            example = next(iter((response.get("examples") or {}).values()), None)
            found.append(
                Content(
                    "application/json", deref(self.document, response["schema"]), example, example is not None
                )
            )
        return tuple(found)

    def _content(self, media: str, node: JsonObject) -> Content:
        schema = deref(self.document, node.get("schema"))
        for place in (node, schema):
            if "example" in place:
                return Content(media, schema, place["example"], has_example=True)
        examples = node.get("examples")
        for example in examples.values() if isinstance(examples, dict) else ():
            value = deref(self.document, example).get("value")
            if value is not None:
                return Content(media, schema, value, has_example=True)
        return Content(media, schema)

    def success(self) -> Iterator[tuple[str, Content]]:
        """Yield what each documented success holds, with its status."""
        is_said = any(map(SUCCESS.fullmatch, self.responses))
        for status, response in self.responses.items():
            if SUCCESS.fullmatch(status) or (status == "default" and not is_said):
                for content in self.contents(response):
                    yield status, content

    def success_schemas(self) -> Iterator[JsonObject]:
        """Yield the schema of each JSON that a success may hold; an example stands for one."""
        for _, content in self.success():
            if not content.is_json:
                continue
            if content.schema:
                yield content.schema
            if content.has_example and isinstance(content.example, dict | list):
                yield schema_of(content.example)

    @cached_property
    def body(self) -> Content | None:
        """Return what the request's body is, JSON where it may be; None where it takes none."""
        body = deref(self.document, self.spec.get("requestBody"))
        found = self.contents(body)
        for parameter in self.parameters:  # Swagger 2
            if parameter.get("in") == "body":
                found = (Content("application/json", deref(self.document, parameter.get("schema"))),)
        return next((c for c in found if c.is_json), found[0] if found else None)

    @cached_property
    def security(self) -> tuple[tuple[JsonObject, ...], ...]:
        """Return the ways to be let in, each the schemes that it takes together; () where it is open."""
        wanted = self.spec.get("security", self.document.get("security"))
        schemes = (self.document.get("components") or {}).get("securitySchemes") or {}
        schemes = schemes or self.document.get("securityDefinitions") or {}
        ways = [each for each in wanted if isinstance(each, dict)] if isinstance(wanted, list) else []
        if any(not each for each in ways):
            return ()
        return tuple(tuple(deref(self.document, schemes.get(name)) for name in each) for each in ways)


def words_of(endpoint: Endpoint, status: int) -> str:
    """Return the description of a status that is named itself or by its range; "" where it is not."""
    for key in (str(status), f"{status // 100}xx"):
        if key in endpoint.responses:
            return str(endpoint.responses[key].get("description") or "declared")
    return ""


def base_of(document: JsonObject) -> str:
    """Return the path that stands before each path of a definition, "" for none."""
    server = next((s for s in document.get("servers") or () if isinstance(s, dict)), {})
    url = str(server.get("url") or document.get("basePath") or "")
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str((variable or {}).get("default", "")))
    path = re.sub(r"^[a-z]+://[^/]*", "", url, flags=re.IGNORECASE)
    return "" if path in {"/", "."} or "{" in path else "/" + path.strip("/") if path.strip("/") else ""


def endpoints(document: JsonObject, ids: Mapping[tuple[str, str], str] | None = None) -> list[Endpoint]:
    """Return the operations of a definition; `ids` are their names by method and path, else operationIds."""
    found = []
    base = base_of(document)
    paths = document.get("paths")
    names = path_names(paths if isinstance(paths, dict) else ())
    for path, node in paths.items() if isinstance(paths, dict) else ():
        item = deref(document, node)
        for method in METHODS:
            spec = item.get(method)
            if not isinstance(spec, dict):
                continue
            several = [
                deref(document, p) for p in [*(item.get("parameters") or ()), *(spec.get("parameters") or ())]
            ]
            parameters = {(p.get("in"), p.get("name")): p for p in several}
            name = (ids or {}).get((method.upper(), path)) or str(
                spec.get("operationId") or f"{method} {path}"
            )
            new = renamed(path, names)
            found.append(
                Endpoint(
                    *(name, method.upper(), _with_names(path, new), base, spec),
                    parameters=tuple(_with_name(p, new) for p in parameters.values()),
                    document=document,
                    written=path,
                    written_names=new,
                )
            )
    return found


def _with_names(path: str, new: Mapping[str, str]) -> str:
    for name, old in new.items():
        path = path.replace(f"{{{old}}}", f"{{{name}}}")
    return path


def _with_name(parameter: JsonObject, new: Mapping[str, str]) -> JsonObject:
    if parameter.get("in") != "path":
        return parameter
    name = next((name for name, old in new.items() if old == parameter.get("name")), parameter.get("name"))
    return {**parameter, "name": name}


def error_schema(endpoint: Endpoint, status: int) -> JsonObject | None:
    """Return what the JSON of an error of this status follows; None where the definition says nothing."""
    contents = endpoint.contents(endpoint.documented(status) or {})
    return next((each.schema for each in contents if each.is_json and each.schema), None)
