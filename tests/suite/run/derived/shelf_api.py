"""An API of shelves that wants more than its definition says, and tells it in its refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from tests.suite.run.derived.small_server import Answer, Call

TEXT: Final = {"type": "string"}
WOODS: Final = ["oak", "elm"]


def _said(status: str, *, names: tuple[str, ...] = (), body: Any = None, query: Any = ()) -> dict[str, Any]:
    """Return an operation; `names` are the parameters of its path."""
    found: dict[str, Any] = {
        "parameters": [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in names]
        + [{"name": n, "in": "query", "schema": {"type": "boolean"}} for n in query],
        "responses": {status: {"description": "well"}, "default": {"description": "not well"}},
    }
    if body is not None:
        found["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return found


def _object(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


@dataclass
class ShelfApi:
    """Shelves are listed, made, marked and deleted, and never read alone; woods are only listed."""

    broken: str = ""
    calls: list[Call] = field(default_factory=list)
    shelves: dict[str, str] = field(default_factory=dict)
    """Names by id."""

    def definition(self) -> dict[str, Any]:
        """Return its definition: the id that a creation shows is another one than that of the path."""
        local = _object(kind={"const": "local"}, place=TEXT)
        far = _object(kind={"const": "far"}, host=TEXT)
        board = _object(wood=TEXT)
        made = _object(name=TEXT, where={"oneOf": [far, local]}, parts={"type": "array", "items": TEXT})
        made["properties"]["board"] = board
        made["required"].append("board")
        shelf = ("shelf_id",)
        shows = {"application/json": {"schema": _object(id=TEXT)}}
        creation = _said("201", body=made)
        creation["responses"]["201"]["content"] = shows
        return {
            "openapi": "3.0.3",
            "info": {"title": "Shelves", "version": "1"},
            "paths": {
                "/shelves/": {"get": _said("200"), "post": creation},
                "/shelves/{shelf_id}": {"delete": _said("204", names=shelf)},
                "/shelves/{shelf_id}/marks": {"delete": _said("204", names=shelf, query=("all_of_them",))},
                "/boardwoods": {"get": _said("200")},
                "/finds/{finding}": {"get": _said("200", names=("finding",))},
            },
        }

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        if call.path == "/shelves/":
            return Answer(307, None, {"Location": "/shelves"})
        reading, parts = call.method == "GET", call.parts
        if reading and parts == ("boardwoods",):
            return Answer(200, {"woods": {each: {"wood": each} for each in WOODS}})
        if reading and parts[0] == "finds" and parts[1].isalnum():
            return Answer(200, {"found": parts[1]})
        if parts == ("shelves",):
            return self._listed() if reading else self._made(call.body)
        if call.method == "DELETE" and parts[1] in self.shelves:
            return self._deleted(call)
        return Answer(404, {"detail": "not found"})

    def _listed(self) -> Answer:
        return Answer(200, [{"id": key, "name": name} for key, name in self.shelves.items()])

    def _deleted(self, call: Call) -> Answer:
        if call.parts[2:] != ("marks",):
            del self.shelves[call.parts[1]]
        elif call.query.get("all_of_them") != "true":
            return Answer(422, {"detail": "this deletes all of it: set all_of_them=true"})
        return Answer(204)

    def _made(self, body: Any) -> Answer:
        kinds = {"name": str, "where": dict, "parts": list, "board": dict}
        if not isinstance(body, dict) or not all(isinstance(body.get(n), k) for n, k in kinds.items()):
            return Answer(400, {"detail": "no such shelf can be made"})
        if body.get("where", {}).get("kind") != "local":
            return Answer(404, {"detail": "no such host"})
        if not body.get("parts"):
            return Answer(400, {"detail": "the parts must not be empty", "input": body})
        if (wood := body.get("board", {}).get("wood")) not in WOODS:
            return Answer(400, {"detail": f"{wood} is no wood"})
        key = f"shelf:{len(self.calls)}"
        self.shelves[key] = body["name"]
        return Answer(201, {"id": f"version:{len(self.calls)}"})
