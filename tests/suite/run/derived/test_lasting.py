"""What no DELETE ends is made once at most, and what depends on it is reached all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from conformance.errors import NotJudged
from conformance.generate.world.reasons import Circular, CircularPutOff, PutOff, weightier
from conformance.targets.model import Target
from tests.suite.run.derived.judged import added, judged
from tests.suite.run.derived.small_server import Answer, Call, served

TEXT: Final = {"type": "string"}


def _operation(name: str, members: str = "", *, body: str = "") -> dict[str, Any]:
    schema = {"type": "object", "properties": dict.fromkeys(members.split(), TEXT)}
    sent = {"type": "object", "properties": {body: TEXT}, "required": [body]}
    found: dict[str, Any] = {
        "operationId": name,
        "responses": {"200": {"description": "well", "content": {"application/json": {"schema": schema}}}},
    }
    return found | ({"requestBody": {"content": {"application/json": {"schema": sent}}}} if body else {})


class Tenants:
    """Tenants that nobody can delete, with notes in them; `whoami` tells the caller's own tenant."""

    broken = ""

    def __init__(self, *, has_whoami: bool) -> None:
        self.calls: list[Call] = []
        self.has_whoami = has_whoami
        self.tenants: dict[str, dict[str, str]] = {"home": {}}
        self.answered: set[str] = set()

    def definition(self) -> dict[str, Any]:
        """Return its OpenAPI definition."""
        paths = {
            "/whoami": {"get": _operation("whoAmI", "user tenant")},
            "/notes/{ref}": {"get": _operation("noteByRef", "tenant")},
            "/tenants": {"post": _operation("createTenant", body="name")},
            "/tenants/{tenant_name}": {
                "get": _operation("readTenant", "name"),
                "patch": _operation("changeTenant", "name", body="label"),
            },
            "/tenants/{tenant_name}/notes": {"post": _operation("createNote", "id title", body="title")},
            "/tenants/{tenant_name}/notes/{id}": {
                "get": _operation("readNote", "id title"),
                "delete": _operation("deleteNote"),
            },
        }
        if not self.has_whoami:
            del paths["/whoami"]
        return {"openapi": "3.0.3", "info": {"title": "Tenants", "version": "1"}, "paths": paths}

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        found = self._answer(call)
        if found.status == 200:
            self.answered.add(f"{call.method} {len(call.parts)} {call.parts[0]}")
        return found

    def _answer(self, call: Call) -> Answer:
        if call.parts == ("whoami",):
            return Answer(200, {"user": "me", "tenant": "home"})
        if call.parts == ("tenants",):
            if not isinstance(call.body, dict) or not isinstance(call.body.get("name"), str):
                return Answer(400, {"error": "name"})
            self.tenants.setdefault(call.body["name"], {})
            return Answer(200, {})
        if call.parts[0] != "tenants" or call.parts[1] not in self.tenants:
            return Answer(404, {"error": "not found"})
        return self._below(call, self.tenants[call.parts[1]])

    def _below(self, call: Call, notes: dict[str, str]) -> Answer:
        if len(call.parts) == 2:
            return Answer(200, {"name": call.parts[1]})
        if len(call.parts) == 3:
            if not isinstance(call.body, dict) or not isinstance(call.body.get("title"), str):
                return Answer(400, {"error": "title"})
            number = f"note-{len(self.calls)}"
            notes[number] = call.body["title"]
            return Answer(200, {"id": number, "title": notes[number]})
        if call.parts[3] not in notes:
            return Answer(404, {"error": "not found"})
        title = notes.pop(call.parts[3]) if call.method == "DELETE" else notes[call.parts[3]]
        return Answer(200, {"id": call.parts[3], "title": title})


@pytest.mark.parametrize("has_whoami", [True, False])
def test_what_nothing_deletes_is_made_once(*, has_whoami: bool, tmp_path: Path) -> None:
    """The caller's own tenant, or the one that is made last, has notes; no note and one tenant are left."""
    api = Tenants(has_whoami=has_whoami)
    with served(api) as address:
        target = Target(name="small", base_url=address, writes="free", consistency_timeout=0)
        judged(added(tmp_path, api.definition()), target, tmp_path / "run")
    assert {"POST 1 tenants", "PATCH 2 tenants", "POST 3 tenants", "DELETE 4 tenants"} <= api.answered
    made = {name: notes for name, notes in api.tenants.items() if name != "home"}
    assert list(made.values()) == [{}]
    assert api.tenants["home"] == {}
    in_home = any(call.parts[:2] == ("tenants", "home") and call.method == "POST" for call in api.calls)
    assert in_home == has_whoami


def test_what_may_be_had_later_is_not_given_up_for_another_way() -> None:
    """A way that takes a thing of its own kind hides no other way that is put off."""
    assert weightier(weightier(NotJudged, PutOff("later")), Circular("round")) is CircularPutOff
    assert weightier(weightier(NotJudged, Circular("round")), PutOff("later")) is CircularPutOff
    assert weightier(Circular, NotJudged("no")) is Circular
    assert weightier(NotJudged, NotJudged("no")) is NotJudged
