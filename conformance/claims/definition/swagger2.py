"""Swagger 2 in the form of OpenAPI 3: the same operations, with bodies and servers where 3 has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from conformance.claims.definition.repair import METHODS
from conformance.claims.schemas import deref

JSON: Final = ("application/json",)
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
MOVED: Final = {
    "#/definitions/": "#/components/schemas/",
    "#/responses/": "#/components/responses/",
    "#/parameters/": "#/components/parameters/",
}
ABOUT_A_VALUE: Final = (
    *("type", "format", "items", "default", "enum", "pattern", "multipleOf", "uniqueItems"),
    *(
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "maxItems",
        "minItems",
    ),
)
FLOWS: Final = {"accessCode": "authorizationCode", "application": "clientCredentials"}
KEPT: Final = ("info", "tags", "externalDocs", "security", "x-files")


def is_swagger_2(document: Mapping[str, Any]) -> bool:
    """Tell whether a definition is of the form before OpenAPI 3."""
    return "swagger" in document


def to_openapi_3(document: dict[str, Any]) -> dict[str, Any]:
    """Return the definition in the form of OpenAPI 3.0."""
    return _Converter(document).converted()


class _Converter:
    """Converts one definition; what it refers to is read from the definition as it was."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._old = document
        self._parameters = self._named("parameters")

    def converted(self) -> dict[str, Any]:
        """Return the whole document with its references moved."""
        old = self._old
        components = {
            "schemas": self._named("definitions"),
            "parameters": {
                name: self._parameter(each)
                for name, each in self._parameters.items()
                if each.get("in") not in {"body", "formData"}
            },
            "responses": {
                name: self._response(each, self._media(old, "produces"))
                for name, each in self._named("responses").items()
            },
            "securitySchemes": {
                name: _scheme(each) for name, each in self._named("securityDefinitions").items()
            },
        }
        found: dict[str, Any] = {"openapi": "3.0.3", **{key: old[key] for key in KEPT if key in old}}
        found |= {"servers": _servers(old), "paths": self._paths(), "components": components}
        found |= {key: value for key, value in old.items() if key.startswith("x-") and key not in found}
        moved: dict[str, Any] = _moved(found)
        return moved

    def _named(self, key: str) -> dict[str, Any]:
        found = self._old.get(key)
        return (
            {name: each for name, each in found.items() if isinstance(each, dict)}
            if isinstance(found, dict)
            else {}
        )

    def _paths(self) -> dict[str, Any]:
        paths = self._old.get("paths")
        return {path: self._item(each) for path, each in paths.items()} if isinstance(paths, dict) else {}

    def _item(self, item: Any) -> Any:
        if not isinstance(item, dict):
            return item
        shared = [deref(self._old, each) for each in item.get("parameters") or ()]
        found = {key: value for key, value in item.items() if key not in {*METHODS, "parameters"}}
        for method in METHODS:
            if isinstance(item.get(method), dict):
                found[method] = self._operation(item[method], shared)
        return found

    def _operation(self, operation: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
        own = [deref(self._old, each) for each in operation.get("parameters") or ()]
        by_name: dict[tuple[str, str], Any] = {
            (str(each.get("in")), str(each.get("name"))): each for each in [*shared, *own]
        }
        parameters = list(by_name.values())
        dropped = {"parameters", "consumes", "produces", "schemes", "responses"}
        found = {key: value for key, value in operation.items() if key not in dropped}
        plain = [each for each in parameters if each.get("in") not in {"body", "formData"}]
        if plain:
            found["parameters"] = [self._parameter(each) for each in plain]
        body = self._body(operation, parameters)
        if body is not None:
            found["requestBody"] = body
        produced = self._media(operation, "produces")
        responses = operation.get("responses")
        if isinstance(responses, dict):
            found["responses"] = {
                str(status): self._response(each, produced) for status, each in responses.items()
            }
        return found

    def _media(self, node: Mapping[str, Any], key: str) -> tuple[str, ...]:
        named = node.get(key) or self._old.get(key) or JSON
        return tuple(str(each) for each in named) if isinstance(named, list | tuple) else JSON

    def _body(self, operation: dict[str, Any], parameters: list[Any]) -> dict[str, Any] | None:
        consumed = self._media(operation, "consumes")
        for each in parameters:
            if each.get("in") == "body":
                content = {"schema": each.get("schema", {})}
                examples = each.get("x-examples") or each.get("x-example")
                found = {media: content | _example(examples, media) for media in consumed}
                kept = {key: each[key] for key in ("description", "required") if key in each}
                return {**kept, "content": found}
        fields = [each for each in parameters if each.get("in") == "formData"]
        if not fields:
            return None
        files = any(each.get("type") == "file" for each in fields)
        media = next((each for each in consumed if each in {FORM, MULTIPART}), MULTIPART if files else FORM)
        schema = {
            "type": "object",
            "properties": {str(each.get("name")): _value(each) for each in fields},
            "required": [str(each.get("name")) for each in fields if each.get("required")],
        }
        return {
            "content": {MULTIPART if files else media: {"schema": schema}},
            "required": bool(schema["required"]),
        }

    def _parameter(self, parameter: dict[str, Any]) -> dict[str, Any]:
        found = {
            key: value for key, value in parameter.items() if key not in {*ABOUT_A_VALUE, "collectionFormat"}
        }
        found["schema"] = _value(parameter, described=False)
        if parameter.get("type") == "array" and parameter.get("in") == "query":
            found["explode"] = parameter.get("collectionFormat") == "multi"
        return found

    def _response(self, response: Any, produced: tuple[str, ...]) -> Any:
        if not isinstance(response, dict) or "$ref" in response:
            return response
        found = {
            key: value for key, value in response.items() if key not in {"schema", "examples", "headers"}
        }
        examples = response.get("examples")
        examples = examples if isinstance(examples, dict) else {}
        if "schema" in response:
            media = tuple(examples) or produced
            found["content"] = {
                name: {"schema": response["schema"]} | _example(examples, name) for name in media
            }
        elif examples:
            found["content"] = {name: {"example": example} for name, example in examples.items()}
        headers = response.get("headers")
        if isinstance(headers, dict):
            found["headers"] = {
                name: {"schema": _value(each)} for name, each in headers.items() if isinstance(each, dict)
            }
        return found


def _value(node: Mapping[str, Any], *, described: bool = True) -> dict[str, Any]:
    keys = (*ABOUT_A_VALUE, "description") if described else ABOUT_A_VALUE
    return {key: node[key] for key in keys if key in node}


def _example(examples: Any, media: str) -> dict[str, Any]:
    return {"example": examples[media]} if isinstance(examples, dict) and media in examples else {}


def _servers(document: Mapping[str, Any]) -> list[dict[str, str]]:
    base = str(document.get("basePath") or "")
    host = str(document.get("host") or "")
    schemes = document.get("schemes") if isinstance(document.get("schemes"), list) else ["https"]
    return (
        [{"url": f"{scheme}://{host}{base}"} for scheme in schemes or ()] if host else [{"url": base or "/"}]
    )


def _scheme(scheme: dict[str, Any]) -> dict[str, Any]:
    kind = scheme.get("type")
    if kind == "basic":
        return {"type": "http", "scheme": "basic"}
    if kind != "oauth2":
        return scheme
    flow = str(scheme.get("flow", ""))
    kept = {key: scheme[key] for key in ("authorizationUrl", "tokenUrl") if key in scheme}
    return {
        "type": "oauth2",
        "flows": {FLOWS.get(flow, flow): {**kept, "scopes": scheme.get("scopes") or {}}},
    }


def _moved(node: Any) -> Any:
    """Return a copy whose references name the places of OpenAPI 3, and whose types are its types."""
    if isinstance(node, list):
        return [_moved(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: _moved(value) for key, value in node.items()}
    reference = found.get("$ref")
    if isinstance(reference, str):
        found["$ref"] = re.sub(r"^#/(definitions|responses|parameters)/", lambda m: MOVED[m[0]], reference)
    if found.get("type") == "file":
        found |= {"type": "string", "format": "binary"}
    if found.get("x-nullable") is True:
        found["nullable"] = True
    discriminator = found.get("discriminator")
    if isinstance(discriminator, str) and isinstance(found.get("properties", {}), dict):
        found["discriminator"] = {"propertyName": discriminator}
    return found
