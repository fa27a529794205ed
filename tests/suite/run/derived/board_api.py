"""A multi-tenant API of boards and cards: row numbers, unique names, offset paging, a key in a header."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.suite.run.derived.small_server import Answer, Call, faults

KEYS: Final = {"key-of-owner-0123456789": "owner", "key-of-outsider-0123456789": "outsider"}
BOARD: Final[dict[str, Any]] = {
    "name": {"type": "string", "minLength": 1, "maxLength": 80},
    "note": {"type": "string"},
    "color": {"type": "string", "enum": ["red", "green"]},
    "size": {"type": "integer", "minimum": 1, "maximum": 50},
}
CARD: Final[dict[str, Any]] = {"title": {"type": "string"}, "done": {"type": "boolean"}}


@dataclass
class BoardApi:
    """The API; `things` are boards and cards by their numbers."""

    broken: str = ""
    calls: list[Call] = field(default_factory=list)
    things: dict[int, dict[str, Any]] = field(default_factory=dict)
    in_maintenance: bool = False
    _numbers: Any = field(default_factory=lambda: count(1))

    def clear(self) -> None:
        """Be new again."""
        self.broken = ""
        self.things.clear()

    def definition(self) -> dict[str, Any]:
        """Return its OpenAPI definition."""
        return definition()

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        tenant = KEYS.get(call.headers.get("x-api-key", ""), "")
        if self.in_maintenance and call.method == "GET" and not call.parts[-1].isdigit():
            return Answer(500, {"error": "in maintenance"})
        if self.broken == ("outsider-as-owner" if tenant else "credentials-added"):
            tenant = "owner"
        if not tenant:
            return Answer(401, {"error": "who are you?"})
        return self._admitted(call, tenant)

    def _admitted(self, call: Call, tenant: str) -> Answer:
        if self.broken == "crash-on-bad-input" and call.method != "GET" and _is_bad(call):
            return Answer(500, {"error": "boom"})
        match call.method, call.parts:
            case "POST", ("admin", "maintenance"):
                self.in_maintenance = True
                return Answer(204)
            case "POST", ("tidy",):
                self.in_maintenance = self.broken == "poisonous"
                return Answer(204)
            case "GET", ("health",):
                return Answer(200, {"ok": True})
            case _, ("boards", *rest):
                return self._boards(call, tenant, rest)
        return Answer(404, {"error": "no such path"})

    def _boards(self, call: Call, tenant: str, rest: list[str]) -> Answer:
        board = self._found(rest[0] if rest else "", "board", tenant)
        if not rest:
            return self._collection(call, tenant, None)
        if board is None:
            return self._not_found(call)
        if len(rest) == 1:
            return self._item(call, board, BOARD)
        return self._cards(call, tenant, board["id"], rest[2:])

    def _cards(self, call: Call, tenant: str, board: int, rest: list[str]) -> Answer:
        if not rest:
            return self._collection(call, tenant, board)
        card = self._found(rest[0], "card", tenant)
        if card is None or (card["board"] != board and self.broken != "parent-ignored"):
            return self._not_found(call)
        return self._item(call, card, CARD)

    def _found(self, number: str, kind: str, tenant: str) -> dict[str, Any] | None:
        thing = self.things.get(int(number)) if number.isdigit() else None
        if thing is None or thing["kind"] != kind or thing["tenant"] != tenant:
            return None
        return thing if not thing.get("deleted") or self.broken == "served-after-delete" else None

    def _not_found(self, call: Call) -> Answer:
        if self.broken == "success-for-unknown" and call.method in {"GET", "DELETE"}:
            return Answer(200, {"id": 1, "name": "any"}) if call.method == "GET" else Answer(204)
        return Answer(404, {"error": "not found"})

    def _collection(self, call: Call, tenant: str, board: int | None) -> Answer:
        kind, schema, needed = ("board", BOARD, ("name",)) if board is None else ("card", CARD, ("title",))
        here = [t for t in self.things.values() if t["kind"] == kind and t["tenant"] == tenant]
        here = [t for t in here if not t.get("deleted") and t.get("board") == board]
        if call.method == "GET":
            return Answer(200, self._page(here, call.query))
        if call.method != "POST":
            return Answer(405, {"error": "method"})
        wrong = faults(call.body, schema, needed)
        taken = (
            kind == "board" and any(t["name"] == call.body.get("name") for t in here) if not wrong else False
        )
        if wrong and self.broken == "refused-but-done" and isinstance(call.body, dict):
            self._made(call.body, kind, tenant, board)
        if wrong and self.broken != "bad-body-accepted":
            return Answer(422, {"error": "invalid", "members": wrong})
        if taken and self.broken != "bad-body-accepted":
            return Answer(409, {"error": "name is taken"})
        made = self._made(call.body, kind, tenant, board)
        return Answer(226 if self.broken == "undocumented-status" else 201, self._shown(made))

    def _made(self, body: dict[str, Any], kind: str, tenant: str, board: int | None) -> dict[str, Any]:
        number = next(self._numbers)
        self.things[number] = {**body, "id": number, "kind": kind, "tenant": tenant, "board": board}
        return self.things[number]

    def _page(self, here: list[dict[str, Any]], query: Any) -> dict[str, Any]:
        size, start = int(query.get("limit", 20)), int(query.get("offset", 0))
        end = start + size + (1 if self.broken == "duplicated-entry" and start == 0 else 0)
        shown = [self._shown(each) for each in here[start:end]]
        if self.broken == "dropped-entry":
            shown = shown[:-1]
        return {"items": shown[:size] if start else shown[:end], "total": len(here)}

    def _item(self, call: Call, thing: dict[str, Any], schema: dict[str, Any]) -> Answer:
        if call.method == "GET":
            return Answer(200, self._shown(thing, read=True))
        if call.method == "DELETE":
            if self.broken != "swallowed-write":
                thing["deleted"] = True
            if self.broken == "others-deleted":
                for other in self.things.values():
                    other["deleted"] = other.get("deleted") or other["kind"] == thing["kind"]
            return Answer(204)
        if call.method != "PATCH":
            return Answer(405, {"error": "method"})
        wrong = faults(call.body, schema, ())
        if wrong and self.broken == "refused-but-done" and isinstance(call.body, dict):
            thing |= {name: value for name, value in call.body.items() if name not in wrong}
        if wrong and self.broken != "bad-body-accepted":
            return Answer(422, {"error": "invalid", "members": wrong})
        if self.broken != "swallowed-write":
            thing |= call.body
        return Answer(200, self._shown(thing | call.body))

    def _shown(self, thing: dict[str, Any], *, read: bool = False) -> dict[str, Any]:
        hidden = {"kind", "tenant", "deleted"} | ({"board"} if thing["kind"] == "board" else set())
        shown = {name: value for name, value in thing.items() if name not in hidden}
        if self.broken == "renamed-member":
            shown["identifier"] = shown.pop("id")
        if read and self.broken == "changed-value":
            shown |= {name: value[:-3] for name, value in shown.items() if name in {"name", "title"}}
        return shown


def _is_bad(call: Call) -> bool:
    schema, needed = (CARD, ("title",)) if "cards" in call.parts else (BOARD, ("name",))
    return (
        bool(faults(call.body, schema, needed if call.method == "POST" else ())) and call.method != "DELETE"
    )


def definition() -> dict[str, Any]:
    """Return the definition of boards."""
    shown = {"id": {"type": "integer"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Boards", "version": "1"},
        "security": [{"key": []}],
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
            "schemas": {
                "NewBoard": {
                    "type": "object", "properties": BOARD, "required": ["name"],
                    "additionalProperties": False,
                },
                "BoardChange": {"type": "object", "properties": BOARD, "additionalProperties": False},
                "Board": {"type": "object", "properties": shown | BOARD, "required": ["id", "name"]},
                "NewCard": {"type": "object", "properties": CARD, "required": ["title"]},
                "CardChange": {"type": "object", "properties": CARD},
                "Error": {
                    "type": "object", "required": ["error"], "properties": {"error": {"type": "string"}},
                },
                "Card": {"type": "object", "properties": shown | CARD, "required": ["id", "title"]},
            },
        },
        "paths": {
            "/health": {"get": _operation("health", 200, None, {"type": "object", "required": ["ok"]})},
            "/tidy": {"post": _operation("tidy", 204)},
            "/admin/maintenance": {"post": _operation("enterMaintenance", 204)},
            "/boards": _collection("Board"),
            "/boards/{boardId}": _item("Board", ["boardId"]),
            "/boards/{boardId}/cards": _collection("Card") | {"parameters": _path("boardId")},
            "/boards/{boardId}/cards/{cardId}": _item("Card", ["boardId", "cardId"]),
        },
    }  # fmt: skip


def _path(*names: str) -> list[dict[str, Any]]:
    return [{"name": n, "in": "path", "required": True, "schema": {"type": "integer"}} for n in names]


def _operation(
    name: str, status: int, takes: str | None = None, gives: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": gives}}} if gives else {}
    refusals = {"401": "No key.", "404": "Not found.", "422": "Invalid.", "409": "The name is taken."}
    error = {"content": {"application/json": {"schema": _ref("Error")}}}
    responses = {code: {"description": said, **error} for code, said in refusals.items()}
    found: dict[str, Any] = {
        "operationId": name, **more,
        "responses": responses | {str(status): {"description": "Done.", **content}},
    }  # fmt: skip
    if takes:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(takes)}}}
    return found


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _collection(what: str) -> dict[str, Any]:
    listed = {
        "type": "object", "required": ["items"],
        "properties": {"items": {"type": "array", "items": _ref(what)}, "total": {"type": "integer"}},
    }  # fmt: skip
    query = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
    ]
    return {
        "get": _operation(f"list{what}s", 200, None, listed, parameters=query),
        "post": _operation(f"create{what}", 201, f"New{what}", _ref(what)),
    }


def _item(what: str, names: list[str]) -> dict[str, Any]:
    return {
        "parameters": _path(*names),
        "get": _operation(f"get{what}", 200, None, _ref(what)),
        "patch": _operation(f"update{what}", 200, f"{what}Change", _ref(what)),
        "delete": _operation(f"delete{what}", 204),
    }
