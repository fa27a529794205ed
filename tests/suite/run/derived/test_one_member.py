"""Bodies of one member: what can be refused of them, and that a refusal changed nothing."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from conformance.results.verdicts import VIOLATED, Outcome, Verdict
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import Answer, Call, served
from tests.suite.run.derived.targets import target_of

NOTE = {"type": "object", "required": ["id", "name"], "properties": {"id": {}, "name": {"type": "string"}}}


class NoteApi:
    """Notes that have a name and nothing else; `broken` ones are stored although they are refused."""

    def __init__(self, *, closed: bool, broken: str = "") -> None:
        self.closed, self.broken = closed, broken
        self.calls: list[Call] = []
        self.notes: dict[str, dict[str, Any]] = {}
        self.numbers = count(1)

    def definition(self) -> dict[str, Any]:
        """Return the definition: list, create, read and delete."""

        def says(schema: dict[str, Any]) -> dict[str, Any]:
            return {"description": "", "content": {"application/json": {"schema": schema}}}

        body: dict[str, Any] = {"type": "object", "required": ["name"]}
        body |= {"properties": {"name": {"type": "string"}}, "additionalProperties": not self.closed}
        sent = {"required": True, "content": {"application/json": {"schema": body}}}
        refused = {"404": says({}), "422": says({})}
        name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        return {
            "openapi": "3.0.3",
            "info": {"title": "Notes", "version": "1"},
            "paths": {
                "/notes": {
                    "get": {"responses": {"200": says({"type": "array", "items": NOTE})}},
                    "post": {"requestBody": sent, "responses": {"201": says(NOTE), **refused}},
                },
                "/notes/{id}": {
                    "parameters": [name],
                    "get": {"responses": {"200": says(NOTE), **refused}},
                    "delete": {"responses": {"204": {"description": ""}, **refused}},
                },
            },
        }

    def answer(self, call: Call) -> Answer:
        """Answer as the definition says."""
        if call.parts == ("notes",):
            return (
                self._create(call.body) if call.method == "POST" else Answer(200, list(self.notes.values()))
            )
        note = self.notes.get(call.parts[-1])
        if note is None:
            return Answer(404, {})
        if call.method == "DELETE":
            del self.notes[note["id"]]
            return Answer(204)
        return Answer(200, note)

    def _create(self, body: Any) -> Answer:
        given = body if isinstance(body, dict) else {}
        right = isinstance(given.get("name"), str) and (given.keys() == {"name"} or not self.closed)
        note = {"id": f"n-{next(self.numbers)}", "name": given.get("name")}
        if right or (self.broken and isinstance(note["name"], str)):
            self.notes[str(note["id"])] = note
        return Answer(201, note) if right else Answer(422, {})


@pytest.mark.parametrize(
    ("api", "outcome"),
    [
        (NoteApi(closed=True), (Outcome.PASS,)),
        (NoteApi(closed=True, broken="stored"), tuple(VIOLATED)),
        (NoteApi(closed=False), (Outcome.NOT_APPLICABLE,)),
    ],
    ids=["closed", "stored although refused", "open"],
)
def test_a_body_of_one_member_is_refused_for_an_unknown_one(
    api: NoteApi, outcome: tuple[Outcome, ...], tmp_path: Path
) -> None:
    """Nothing else can be wrong beside the right name; in an open body nothing can."""
    with served(api) as address:
        run = judged(added(tmp_path, api.definition()), target_of(api, address), tmp_path / "run")
    assert found(verdicts(run)).outcome in outcome


def found(all_of_them: dict[str, Verdict]) -> Verdict:
    """Return the verdict on what a refused creation changed."""
    (one,) = (v for name, v in all_of_them.items() if name.endswith("refused-changes-nothing"))
    return one
