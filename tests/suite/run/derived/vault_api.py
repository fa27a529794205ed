"""An API unlike boards: UUIDs, buckets made by PUT, an envelope, numbered pages, Basic credentials."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from tests.suite.run.derived.small_server import Answer, Call, faults

USERS: Final = {"olga:owner-password-01": "owner", "otto:outsider-password-01": "outsider"}
BUCKET: Final[dict[str, Any]] = {"label": {"type": "string", "maxLength": 120}, "open": {"type": "boolean"}}
RECORD: Final[dict[str, Any]] = {
    "subject": {"type": "string", "minLength": 2},
    "weight": {"type": "integer", "minimum": 0},
    "tags": {"type": "array", "items": {"type": "string"}},
    "mode": {"type": "string", "enum": ["plain", "sealed"]},
}


@dataclass
class VaultApi:
    """The API; `buckets` by tenant and name, `records` by their id."""

    broken: str = ""
    calls: list[Call] = field(default_factory=list)
    buckets: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def clear(self) -> None:
        """Be new again."""
        self.broken = ""
        self.buckets.clear()
        self.records.clear()

    def definition(self) -> dict[str, Any]:
        """Return its OpenAPI definition."""
        return definition()

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        scheme, _, told = call.headers.get("authorization", "").partition(" ")
        tenant = USERS.get(base64.b64decode(told or "").decode(), "") if scheme == "Basic" else ""
        if not tenant and self.broken == "credentials-added":
            tenant = "owner"
        if not tenant:
            return Answer(401, {"problem": "who are you?"})
        if self.broken == "outsider-as-owner":
            tenant = "owner"
        match call.parts:
            case ("v2", "buckets"):
                mine = [b for (who, _), b in self.buckets.items() if who == tenant]
                return self._list(call, mine, "name")
            case ("v2", "buckets", name):
                return self._bucket(call, tenant, name)
            case ("v2", "buckets", name, "records", *rest):
                if (tenant, name) not in self.buckets:
                    return self._absent(call)
                return self._records(call, tenant, name, rest)
        return Answer(404, {"problem": "no such path"})

    def _absent(self, call: Call) -> Answer:
        if self.broken == "success-for-unknown" and call.method != "PUT":
            return Answer(200, {"data": {"id": str(uuid.uuid4()), "name": "any", "label": "any"}})
        return Answer(404, {"problem": "not found"})

    def _bucket(self, call: Call, tenant: str, name: str) -> Answer:
        key = (tenant, name)
        if call.method == "PUT":
            return self._put(call, self.buckets, key, {"name": name}, BUCKET)
        if key not in self.buckets:
            return self._absent(call)
        if call.method == "DELETE":
            if self.broken != "served-after-delete":
                del self.buckets[key]
            if self.broken == "others-deleted":
                self.buckets.clear()
            return Answer(200, {"data": {"deleted": True}})
        return Answer(200, {"data": self._shown(self.buckets[key])})

    def _records(self, call: Call, tenant: str, bucket: str, rest: list[str]) -> Answer:
        if not rest:
            return self._all_records(call, tenant, bucket)
        found = self.records.get(rest[0])
        here = found is not None and found["tenant"] == tenant
        if found is None or not here or (found["bucket"] != bucket and self.broken != "parent-ignored"):
            return self._absent(call)
        if call.method == "PUT":
            kept = {"id": rest[0], "tenant": tenant, "bucket": bucket}
            return self._put(call, self.records, rest[0], kept, RECORD, ("subject",))
        if call.method == "DELETE":
            if self.broken != "served-after-delete":
                del self.records[rest[0]]
            if self.broken == "others-deleted":
                self.records.clear()
            return Answer(200, {"data": {"deleted": True}})
        return Answer(200, {"data": self._shown(found)})

    def _all_records(self, call: Call, tenant: str, bucket: str) -> Answer:
        if call.method == "GET":
            here = [r for r in self.records.values() if (r["tenant"], r["bucket"]) == (tenant, bucket)]
            return self._list(call, here, "id")
        made = {"id": str(uuid.uuid4()), "tenant": tenant, "bucket": bucket}
        answer = self._put(call, self.records, made["id"], made, RECORD, ("subject",))
        if answer.status != 200:
            return answer
        status = 226 if self.broken == "undocumented-status" else 201
        return Answer(
            status, {"data": {"id": made["id"]}}, {"Location": f"{'/'.join(call.parts)}/{made['id']}"}
        )

    def _put(
        self,
        call: Call,
        place: Any,
        key: Any,
        kept: dict[str, Any],
        schema: Any,
        needed: tuple[str, ...] = (),
    ) -> Answer:
        wrong = faults(call.body, schema, needed)
        wrong = [w for w in wrong if w == "body" or w in schema]
        if wrong and self.broken == "crash-on-bad-input":
            return Answer(500, {"problem": "boom"})
        good = {n: v for n, v in call.body.items() if n not in wrong} if isinstance(call.body, dict) else {}
        if self.broken == "refused-but-done" and good:
            place[key] = {**place.get(key, {}), **good, **kept}
        if wrong and self.broken != "bad-body-accepted":
            return Answer(400, {"problem": f"invalid: {', '.join(wrong)}"})
        if self.broken != "swallowed-write" or key not in place:
            place[key] = {**(call.body if isinstance(call.body, dict) else {}), **kept}
        return Answer(200, {"data": self._shown(place[key])})

    def _list(self, call: Call, things: list[dict[str, Any]], key: str) -> Answer:
        if call.method != "GET":
            return Answer(405, {"problem": "method"})
        if self.broken == "dropped-entry":
            things = things[:-1]
        size, page = int(call.query.get("per_page", 20)), int(call.query.get("page", 1))
        start = (page - 1) * size - (1 if self.broken == "duplicated-entry" and page > 1 else 0)
        shown = sorted(map(self._shown, things), key=lambda thing: str(thing.get(key)))
        return Answer(200, {"data": shown[start : start + size], "meta": {"page": page}})

    def _shown(self, thing: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in thing.items() if name not in {"tenant", "bucket"}}
        if self.broken == "changed-value":
            shown |= {n: "something else" for n in shown if n in {"label", "subject"}}
        if self.broken == "renamed-member":
            shown = {f"{name}_": value for name, value in shown.items()}
        return shown


def definition() -> dict[str, Any]:
    """Return the definition of the vault."""
    bucket = _object(BUCKET | {"name": {"type": "string"}}, "name")
    record = _object(RECORD | {"id": {"type": "string", "format": "uuid"}}, "id")
    name = {"name": "bucket", "in": "path", "required": True, "schema": {"type": "string"}}
    number = {**name, "name": "recordId", "schema": {"type": "string", "format": "uuid"}}
    one = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vault", "version": "2"},
        "servers": [{"url": "https://vault.example.com/v2"}],
        "security": [{"user": []}],
        "components": {"securitySchemes": {"user": {"type": "http", "scheme": "basic"}}},
        "paths": {
            "/buckets": {"get": _operation("buckets", _list(bucket))},
            "/buckets/{bucket}": {
                "parameters": [name],
                "get": _operation("bucket", bucket),
                "put": _operation("putBucket", bucket, _object(BUCKET)),
                "delete": _operation("dropBucket", None),
            },
            "/buckets/{bucket}/records": {
                "parameters": [name],
                "get": _operation("records", _list(record)),
                "post": _operation("addRecord", one, _object(RECORD, "subject"), status="201"),
            },
            "/buckets/{bucket}/records/{recordId}": {
                "parameters": [name, number],
                "get": _operation("record", record),
                "put": _operation("putRecord", record, _object(RECORD, "subject")),
                "delete": _operation("dropRecord", None),
            },
        },
    }


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(entry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": entry}


def _operation(name: str, gives: Any, takes: Any = None, status: str = "200") -> dict[str, Any]:
    data = _object({"data": gives or {"type": "object"}}, "data")
    responses: dict[str, Any] = {
        status: {"description": "Done.", "content": {"application/json": {"schema": data}}},
        "4XX": {
            "description": "Not found, or refused.",
            "content": {"application/json": {"schema": _object({"problem": {"type": "string"}}, "problem")}},
        },
    }
    found: dict[str, Any] = {"operationId": name, "responses": responses}
    if isinstance(gives, dict) and gives.get("type") == "array":
        found["parameters"] = [
            {"name": "per_page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
            {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}},
        ]
    if takes:
        found["requestBody"] = {"content": {"application/json": {"schema": takes}}}
    return found
