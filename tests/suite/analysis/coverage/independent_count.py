"""Counts again, from the files alone, what a run exercised: nothing of the package is asked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker

Json = dict[str, Any]
Counts = Counter[tuple[str, str, str]]
"""By operation, dimension and key."""
STRINGS = ("format", "pattern", "minLength", "maxLength")


def count(specs: Path, exchanges: list[Json]) -> Counts:
    """Return how many of these exchanges, each with a response, exercised each thing, documented or not."""
    operations = {each["operationId"]: (path, document, each) for path, document, each in _operations(specs)}
    found: Counts = Counter()
    for exchange in exchanges:
        if (name := exchange["operation"]) in operations:
            found.update((name, *seen) for seen in set(_seen(exchange, *operations[name])))
    return found


def _operations(specs: Path) -> Iterator[tuple[str, Json, Json]]:
    for file in specs.glob("*/openapi.yaml"):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for path, item in document["paths"].items():
            for method in ("get", "put", "post", "delete", "patch"):
                if method in item:
                    shared = item.get("parameters", [])
                    yield path, document, {**item[method], "parameters": shared}


def _seen(exchange: Json, path: str, document: Json, operation: Json) -> Iterator[tuple[str, str]]:
    status = str(exchange["response"]["status"])
    kind = _header(exchange["response"], "content-type").split(";")[0]
    yield "statuses", status
    yield "media_types", f"{status} {kind}"
    yield "roles", exchange["role"] if _header(exchange["request"], "authorization") else "no token"
    names = re.findall("{(.*?)}", path)
    values = re.search(re.sub("{.*?}", "([^/]*)", path) + "$", urlsplit(exchange["request"]["url"]).path)
    for name, value in zip(names, values.groups() if values else (), strict=False):
        yield "parameters", f"path {name}"
        (parameter,) = (p for p in _all(document, operation["parameters"]) if p["name"] == name)
        yield from _sent(f"path {name}", parameter["schema"], unquote(value))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if exchange["request"]["body"] is not None and content:
        yield "media_types", f"request {_header(exchange['request'], 'content-type').split(';')[0]}"
        try:
            body = json.loads(exchange["request"]["body"])
        except ValueError:
            pass
        else:
            yield from _sent("request", _whole(document, content["schema"]), body)
    try:
        body = json.loads(exchange["response"]["body"])
    except ValueError:
        return
    for error in [body.get("error") or {}, *(body.get("error") or {}).get("details", [])]:
        about = f" {error['target']}" if error.get("target") else ""
        yield "error_codes", f"{status} {error.get('code')}{about}"
    response = _whole(document, operation["responses"][status])
    for schema in [part["schema"] for part in response.get("content", {}).values()]:
        for pointer, keyword, _ in _spoken_of(schema, body, ""):
            yield "keywords", f"{status} {pointer or '/'} {keyword}"


def _sent(where: str, schema: Json, value: Any) -> Iterator[tuple[str, str]]:
    """Yield what a sent value keeps to; what it breaks, a validator of the whole schema says."""
    validator = OAS30Validator(schema, format_checker=oas30_format_checker)
    broken = set()
    for error in validator.iter_errors(value):
        at = "".join(f"/{part}" for part in error.absolute_path)
        member = re.match("'(.*?)' is a required", error.message)
        broken.add((at, f"required {member[1]}" if member else str(error.validator)))
    for pointer, keyword, _ in _spoken_of(schema, value, ""):
        mark = " broken" if (pointer, keyword) in broken else ""
        yield "keywords", f"{where} {pointer or '/'} {keyword}{mark}"


def _spoken_of(schema: Json, value: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    is_null = value is None and schema.get("nullable")
    said = ["nullable"] if is_null else [name for name in ("type", "enum") if name in schema]
    if isinstance(value, str):
        said += [name for name in STRINGS if name in schema]
    yield from ((pointer, name, value) for name in said)
    if isinstance(value, dict):
        yield from ((pointer, f"required {name}", value) for name in schema.get("required", ()))
        if schema.get("additionalProperties") is False:
            yield pointer, "additionalProperties", value
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from _spoken_of(part, value[name], f"{pointer}/{name}")
    if isinstance(value, list):
        for part in value:
            yield from _spoken_of(schema.get("items", {}), part, f"{pointer}/*")


def _header(message: Json, name: str) -> str:
    return next((str(text) for key, text in message["headers"].items() if key.lower() == name), "")


def _all(document: Json, parts: list[Json]) -> list[Json]:
    return [_whole(document, part) for part in parts]


def _whole(document: Json, node: Any) -> Any:
    """Return the node with every reference replaced by what it names."""
    if isinstance(node, list):
        return _all(document, node)
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return _whole(document, found)
    return {key: _whole(document, value) for key, value in node.items()}
