"""The definition of every operation that the emulator serves: of its routes and one example of each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conformance.emulator.kernel.pipeline import Operation

Json = dict[str, Any]
FORMATS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"),
}
STATUSES = (
    ("authorize", 403, "The caller has not the permission that this needs."),
    ("find_", 404, "What the path or the body names was not found."),
    ("check_created", 404, "What the path names was not found."),
    ("validate", 422, "The body is not valid; details name each member."),
    ("read_body", 422, "The body is not valid; details name each member."),
    ("check_", 422, "The request is not valid; details name what is wrong."),
    ("conflict", 409, "It exists already."),
)
"""Which error a step may respond with, by how its name begins."""
ALWAYS = {401: "No token, or one that is not valid.", 429: "The client sent too many requests."}
DETAIL = {"type": "object", "properties": {n: {"type": "string"} for n in ("code", "message", "target")}}
ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "target": {"type": "string"},
                "details": {"type": "array", "items": DETAIL},
            },
        }
    },
}


@cache
def descriptions() -> dict[str, Json]:
    """Return what stands in ``descriptions.yaml`` of each operation by its name."""
    file = Path(__file__).with_name("descriptions.yaml")
    found: dict[str, Json] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def definition(operations: tuple[Operation, ...], base_url: str) -> Json:
    """Return the definition of these operations as OpenAPI 3.0."""
    paths: dict[str, Json] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, descriptions()[each.name])
    return {
        "openapi": "3.0.3",
        "info": {"title": "Emulator", "version": "1"},
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": ERROR},
        },
        "paths": paths,
    }


def _operation(operation: Operation, said: Json) -> Json:
    names = re.findall(r"{([^}]+)}", operation.path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [
        {"name": name, "in": "query", "schema": {"type": "integer", "minimum": least, "maximum": most}}
        for name, (least, most) in said.get("pages", {}).items()
    ]
    found: Json = {
        "operationId": operation.name,
        "parameters": parameters,
        "responses": _responses(operation, said),
    }
    if "body" in said:
        content = {"schema": _body_schema(said), "example": said["body"]}
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    elif "sends" in said:
        content = {said["sends"]: {"schema": {"type": "string", "format": "binary"}}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _body_schema(said: Json) -> Json:
    schema = schema_of(said["body"])
    for name, values in said.get("enums", {}).items():
        schema["properties"][name]["enum"] = values
    return schema | ({"required": said["required"]} if "required" in said else {})


def _responses(operation: Operation, said: Json) -> Json:
    success: Json = {"description": "Done."}
    if "response" in said:
        schema = schema_of(said["response"]) | {"required": list(said["response"])}
        success["content"] = {"application/json": {"schema": schema, "example": said["response"]}}
    elif "media" in said:
        success["content"] = {said["media"]: {"schema": {"type": "string", "format": "binary"}}}
    if "links" in said:
        success["links"] = {
            name: {
                "operationId": f"delete{name.capitalize()}",
                "parameters": {f"{name}Id": f"$response.body#{at}"},
            }
            for name, at in said["links"].items()
        }
    errors = dict(ALWAYS)
    for step in operation.steps:
        errors |= {status: text for start, status, text in STATUSES[::-1] if step.name.startswith(start)}
    errors |= dict.fromkeys(said.get("errors", ()), "The request cannot be carried out.")
    reference = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    wrong = {
        str(status): {"description": text, "content": reference} for status, text in sorted(errors.items())
    }
    return {str(said["status"]): success, **wrong}


def schema_of(value: Any) -> Json:
    """Return the schema of an example: types and formats; anything for null, and for entries of no list."""
    match value:
        case dict():
            return {"type": "object", "properties": {name: schema_of(each) for name, each in value.items()}}
        case list():
            return {"type": "array", "items": schema_of(value[0]) if value else {}}
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
        case str():
            form = next((name for name, pattern in FORMATS.items() if pattern.fullmatch(value)), "")
            return {"type": "string"} | ({"format": form} if form else {})
    return {}
