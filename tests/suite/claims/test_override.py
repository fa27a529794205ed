"""The override of an added API: what it says is read, and what cannot be meant is refused with a cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from conformance.claims.added import AddedApi, added_apis
from conformance.claims.folders import specs_dir
from conformance.claims.level import Level
from conformance.claims.override import CURES, NOTHING, Override, read_override
from conformance.claims.requirement import Requirement
from conformance.claims.rules import derive, load_rules
from conformance.errors import UsageError

NAMED: Final[dict[str, Any]] = {"type": "object", "properties": {"name": {"type": "string"}}}
ID: Final = {"in": "path", "name": "deskId", "required": True, "schema": {"type": "string"}}
DESKS: Final[dict[str, Any]] = {
    "openapi": "3.0.3",
    "info": {"title": "Desks", "version": "1"},
    "paths": {
        "/desks": {
            "get": {"operationId": "listDesks", "responses": {"200": {"description": "all"}}},
            "post": {
                "operationId": "makeDesk",
                "requestBody": {"content": {"application/json": {"schema": NAMED}}},
                "responses": {"201": {"description": "made"}},
            },
        },
        "/desks/{deskId}": {
            "get": {
                "operationId": "getDesk",
                "parameters": [ID],
                "responses": {"200": {"description": "one"}, "404": {"description": "no such desk"}},
            },
        },
    },
}


def added(folder: Path, override: str) -> AddedApi:
    """Return the API of the desks with this override."""
    own = folder / "desks"
    own.mkdir()
    (own / "definition.yaml").write_text(yaml.safe_dump(DESKS), encoding="utf-8")
    (own / "override.yaml").write_text(override, encoding="utf-8")
    return next(each for each in added_apis(folder, {}) if each.name == "desks")


def rows(api: AddedApi) -> dict[str, Requirement]:
    """Return the derived requirements of an API by id."""
    return {row.id: row for row in derive(api.name, api.endpoints, api.override, load_rules(specs_dir()))}


def test_an_override_without_a_line_says_nothing(tmp_path: Path) -> None:
    """Neither a file that is absent, nor one of comments, nor a key without a value changes anything."""
    assert read_override(tmp_path / "override.yaml") == NOTHING
    assert added(tmp_path, "# profile: itwin-platform\n").override == NOTHING
    (tmp_path / "desks" / "override.yaml").write_text("ids:\nrows:\n", encoding="utf-8")
    assert read_override(tmp_path / "desks" / "override.yaml") == NOTHING


def test_each_line_is_read_as_what_it_says(tmp_path: Path) -> None:
    """An id has its source, an operation its body, a rule its change."""
    override = added(
        tmp_path,
        """\
        profile: itwin-platform
        from: https://example.com/desks.yaml
        ids: {deskId: {from: makeDesk, at: /id}}
        bodies: {makeDesk: {name: "{unique}"}}
        unique: [makeDesk.name]
        reads: [POST /desks]
        never: [GET /desks]
        rows: [{rule: unknown-id, operation: getDesk, level: should, reason: the page hesitates}]
        """,
    ).override
    assert (override.profile, override.published_at) == ("itwin-platform", "https://example.com/desks.yaml")
    assert (override.ids["deskId"].operation, override.ids["deskId"].at) == ("makeDesk", "/id")
    assert override.bodies == {"makeDesk": {"name": "{unique}"}}
    assert (override.unique, override.reads, override.never) == (
        ("makeDesk.name",),
        ("POST /desks",),
        ("GET /desks",),
    )
    assert [(row.rule, row.operation, row.level) for row in override.rows] == [
        ("unknown-id", "getDesk", Level.SHOULD)
    ]


def test_a_rule_goes_off_or_gets_another_level(tmp_path: Path) -> None:
    """`off` is a word that YAML 1.1 takes for false: it is a key here."""
    api = added(
        tmp_path,
        """\
        rows:
        - {rule: unknown-id, operation: getDesk, off: true, reason: an id is made on demand}
        - {rule: reads-agree, level: should, reason: nothing else changes it}
        - {rule: reads-agree, operation: getDesk, level: must, reason: its page says so}
        """,
    )
    found = rows(api)
    assert "desks.getDesk.unknown-id" not in found
    assert found["desks.listDesks.reads-agree"].level is Level.SHOULD
    assert found["desks.getDesk.reads-agree"].level is Level.MUST


WRONG: Final[dict[str, str]] = {
    "- a": "is no mapping; write keys such as ids: and never:",
    "prfile: a": "unknown key 'prfile'; known are profile, ids, bodies, unique, reads, writes, never, rows, "
    "from, hash, entry, rename_duplicates; did you mean profile?",
    "ids: [a]": "ids: is no mapping; write ids: {thingId: {from: createThing, at: /id}}, or",
    "ids: text": "ids: is no mapping; write ids: {thingId:",
    "ids: {deskId: abc}": "ids.deskId: is no mapping; write ids: {thingId:",
    "ids: {deskId: {}}": "ids.deskId: names not exactly one of from, fixture and value; write ids:",
    "ids: {deskId: {fixture: a, value: b}}": "ids.deskId: names not exactly one of from, fixture and value",
    "ids: {deskId: {from: makeDesk, at: id}}": "ids.deskId: at: id is no pointer into a response, which",
    "ids: {deskId: {form: makeDesk}}": "ids.deskId.form: is no key that is known here; write ids:",
    "ids: {deskId: {from: makeDisk}}": "ids: 'makeDisk' is not in the definition; did you mean makeDesk?",
    "ids: {diskId: {value: 5}}": "ids: 'diskId' is not in the definition; did you mean deskId?",
    "bodies: [makeDesk]": "bodies: is no mapping; write bodies: {createThing: {name: text}}",
    "bodies: {makeDesk: text}": "bodies: the body of makeDesk is an object; write bodies:",
    "bodies: {getDesk: {name: a}}": "bodies: getDesk takes no body; delete the line",
    "bodies: {makeDisk: {}}": "bodies: 'makeDisk' is not in the definition; did you mean makeDesk?",
    "unique: makeDesk.name": "unique: is no list; write unique: [createThing.name]",
    "unique: [makeDesk]": "unique: makeDesk names no member; write unique: [createThing.name]",
    "unique: [makeDesk.nam]": "unique: makeDesk.nam: the body of makeDesk has no member 'nam'; did you",
    "unique: [getDesk.name]": "unique: getDesk.name: the body of getDesk has no member 'name'",
    "reads: POST /desks": "reads: is no list; write reads: [POST /things/filter]",
    "writes: [5]": "writes.0: is no text; write writes: [POST /settings]",
    "never: [GET /disks]": "never: 'GET /disks' is not in the definition; did you mean GET /desks?",
    "profile: itwin": "profile: should be '', 'none' or 'itwin-platform'; write profile: itwin-platform",
    "from: 5": "from: is no text; write the URL at which newer versions are published",
    "hash: 5": "hash: is no text; let the verb add write it",
    "entry: ../other/definition.yaml": "entry: ../other/definition.yaml leads out of the API's folder",
    "rename_duplicates: maybe": "rename_duplicates: is neither true nor false; write true, or leave it out",
    "rows: text": "rows: is no list; write rows: [{rule: unknown-id, operation: getThing, level: must,",
    "rows: [text]": "rows.0: is no mapping; write rows:",
    "rows: [{rule: unknown-id, level: musst, reason: a}]": "rows.0.level: should be 'must', 'should' or",
    "rows: [{rule: unknown-id, level: must}]": "rows.0.reason: is missing; write rows:",
    "rows: [{rule: unknown-id, level: must, reason: ''}]": "rows.0.reason: is empty; write rows:",
    "rows: [{level: must, reason: a}]": "rows.0.rule: is missing; write rows:",
    "rows: [{rule: unknown-id, of: true, reason: a}]": "rows.0.of: is no key that is known here",
    "rows: [{rule: unknown-id, reason: a}]": "rows.0: changes nothing: it says neither level: nor off: true",
    "rows: [{rule: unknown-id, operation: getDisk, off: true, reason: a}]": "rows: 'getDisk' is not in the",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_line_that_cannot_be_meant_is_refused(tmp_path: Path, line: str) -> None:
    """The message names file and key, and what to write."""
    with pytest.raises(UsageError) as caught:
        added(tmp_path, line)
    file = tmp_path / "desks" / "override.yaml"
    assert str(caught.value).startswith(f"{file}: {WRONG[line]}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{rule: unkown-id, off: true, reason: a}", "no rule 'unkown-id'; did you mean unknown-id?"),
        (
            "{rule: duplicate-member, operation: getDesk, off: true, reason: a}",
            "duplicate-member gives getDesk no requirement that could change; delete the line",
        ),
        ("{rule: wrong-parent, off: true, reason: a}", "wrong-parent gives any operation no requirement"),
        (
            "{rule: unknown-id, off: true, reason: a}, {rule: unknown-id, level: must, reason: b}",
            "unknown-id of * stands there twice; keep one",
        ),
    ],
)
def test_a_row_that_changes_nothing_is_refused(tmp_path: Path, line: str, message: str) -> None:
    """A row speaks of a rule that gives the operation a requirement."""
    api = added(tmp_path, f"rows: [{line}]")
    with pytest.raises(UsageError) as caught:
        rows(api)
    assert str(caught.value).startswith(f"desks/override.yaml: rows: {message}")


def test_every_key_has_its_cure() -> None:
    """What an override may hold and what a message says to write are the same keys."""
    assert {each.alias or name for name, each in Override.model_fields.items()} == set(CURES)
