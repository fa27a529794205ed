"""Projects, tasks and labels as many frameworks serve them: members called after what they refer to."""

from __future__ import annotations

from typing import Any, Final

from tests.suite.run.derived.small_server import Answer, Call

TEXT: Final = {"type": "string"}
WHOLE: Final = {"type": "integer"}
LABEL: Final = {"type": "object", "properties": {"title": TEXT}, "required": ["title"]}


def _operation(name: str, shown: Any = None, sent: Any = None, query: str = "") -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": shown}}} if shown else {}
    found: dict[str, Any] = {"operationId": name, "responses": {"200": {"description": "well"} | content}}
    if sent:
        found["requestBody"] = {"content": {"application/json": {"schema": sent}}}
    if query:
        found["parameters"] = [{"name": query, "in": "query", "schema": WHOLE}]
    return found


def _object(required: str = "", **members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members} | ({"required": required.split()} if required else {})


class TaskApi:
    """Serves them; what is refused is said as a list of texts by the name of the member."""

    broken = ""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.things: dict[str, dict[int, dict[str, Any]]] = {"projects": {}, "tasks": {}, "labels": {}}
        self.kept: list[Any] = []
        self.succeeded: set[str] = set()
        self.is_locked = False

    def definition(self) -> dict[str, Any]:
        """Return its OpenAPI definition, which says little of what is wanted."""
        project = _object(id=WHOLE, title=TEXT)
        task = _object(id=WHOLE, title=TEXT, project=WHOLE)
        label = _object(id=WHOLE, title=TEXT)
        paths = {
            "/projects": {"post": _operation("createProject", project, _object(title=TEXT, color=TEXT))},
            "/projects/{id}": {"get": _operation("readProject", project), "delete": _operation("endProject")},
            "/tasks": {
                "get": _operation("listTasks", {"type": "array", "items": task}, query="project"),
                "post": _operation("createTask", task, _object("title project", title=TEXT, project=WHOLE)),
            },
            "/tasks/{id}": {
                "get": _operation("readTask", task),
                "patch": _operation("changeTask", task, _object(title=TEXT)),
                "delete": _operation("endTask"),
            },
            "/tasks/{id}/archive": {"post": _operation("archiveTask")},
            "/labels": {"post": _operation("createLabels", None, {"type": "array", "items": LABEL})},
            "/labels/{id}": {"get": _operation("readLabel", label), "delete": _operation("endLabel")},
            "/board": {
                "post": _operation(
                    "arrange", _object(), _object("task_ids", task_ids={"type": "array", "items": WHOLE})
                )
            },
            "/token/settings": {"post": _operation("settle")},
            "/restart": {"get": _operation("restart")},
            "/keep": {"post": _operation("keep", _object(keeper_id=TEXT))},
            "/keepers/{keeper_id}": {"get": _operation("readKeeper")},
        }
        return {"openapi": "3.0.3", "info": {"title": "Tasks", "version": "1"}, "paths": paths}

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        if call.parts in {("token", "settings"), ("restart",)}:
            self.is_locked = True
        found = Answer(401, {"detail": "locked"}) if self.is_locked else self._answer(call)
        if found.status == 200:
            names = "/".join("x" if part.isdigit() else part for part in call.parts)
            self.succeeded.add(f"{call.method} {names}")
        return found

    def _answer(self, call: Call) -> Answer:
        kind = call.parts[0]
        if kind == "board":
            known = self.things["tasks"].keys()
            ids = call.body.get("task_ids") if isinstance(call.body, dict) else None
            is_right = isinstance(ids, list) and bool(ids) and set(map(str, ids)) <= set(map(str, known))
            return Answer(200, {}) if is_right else Answer(400, {"detail": "no such tasks"})
        if kind == "keep":
            self.kept.append(call.body)
            return Answer(200, {"keeper_id": "gone"})
        if kind not in self.things:
            return Answer(404, {"detail": "not found"})
        return self._of_all(call, kind) if len(call.parts) == 1 else self._of_one(call, self.things[kind])

    def _of_all(self, call: Call, kind: str) -> Answer:
        things = self.things[kind]
        if call.method == "GET":
            if "project" not in call.query:
                return Answer(404, {"detail": "neither project nor view is given"})
            return Answer(200, [t for t in things.values() if str(t["project"]) == call.query["project"]])
        body = call.body[0] if isinstance(call.body, list) and call.body else call.body
        if faults := self._faults(body, kind):
            return Answer(400, {"detail": "Validation error", "errors": faults})
        number = len(self.calls)
        things[number] = {"id": number, **body}
        return Answer(200, [things[number]] if kind == "labels" else things[number])

    def _faults(self, body: Any, kind: str) -> dict[str, list[str]]:
        if not isinstance(body, dict):
            return {"body": ["Not an object."]}
        found = {n: ["Not a string."] for n in ("title", "color") if not isinstance(body.get(n, ""), str)}
        if not str(body.get("color", "#")).startswith("#"):
            found["color"] = ["It begins with a number sign."]
        if kind == "tasks" and str(body.get("project")) not in map(str, self.things["projects"]):
            found["project"] = ["There is no such thing."]
        return found

    def _of_one(self, call: Call, things: dict[int, dict[str, Any]]) -> Answer:
        number = int(call.parts[1]) if call.parts[1].isdigit() else -1
        if number not in things:
            return Answer(404, {"detail": "not found"})
        if call.method == "DELETE" or call.parts[-1] == "archive":
            return Answer(200, things.pop(number))
        if call.method == "PATCH":
            if faults := self._faults(call.body, ""):
                return Answer(400, {"detail": "Validation error", "errors": faults})
            things[number] |= call.body
        return Answer(200, things[number])
