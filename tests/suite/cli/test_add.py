"""An API is taken in by its definition, planned without a request, and compared with its next version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from conformance.claims.requirements import load_claims
from conformance.cli.add import add
from conformance.cli.check import check
from conformance.cli.drift import drift
from conformance.cli.list import list_requirements
from conformance.cli.plan import plan
from conformance.cli.run import run
from conformance.run.changed import selectors_of_changed
from tests.suite.cli.verbs import call

GET: Final[dict[str, Any]] = {
    "operationId": "getDesk",
    "responses": {"200": {}, "404": {"description": "Not found."}},
}
DESK: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}},
}
DEFINITION: Final[dict[str, Any]] = {
    "openapi": "3.0.3",
    "info": {"title": "Desks & Shades API", "version": "1"},
    "paths": {
        "/desks": {
            "post": {
                "operationId": "addDesk",
                "requestBody": {"content": {"application/json": {"schema": DESK}}},
                "responses": {
                    "201": {
                        "content": {"application/json": {"example": {"desk": {"id": "l-1", "name": "attic"}}}}
                    }
                },
            }
        },
        "/desks/{deskId}": {"get": GET, "delete": {"operationId": "dropDesk", "responses": {"204": {}}}},
        "/shops/{shopId}": {"get": {"operationId": "getShop", "responses": {"200": {}}}},
        "/reset": {"post": {"operationId": "reset", "responses": {"204": {}}}},
    },
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of one's own, with a definition in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desks.json").write_text(json.dumps(DEFINITION, indent=3), encoding="utf-8")
    return tmp_path


def test_the_definition_is_kept_to_the_byte_with_a_short_override(home: Path) -> None:
    """The name comes from the title, and the rows are there at once."""
    said = call(add, "desks.json")
    folder = home / "specs" / "desks-shades"
    assert (said.code, said.out.splitlines()[-1]) == (0, "next: conformance plan desks-shades")
    assert (folder / "definition.json").read_bytes() == (home / "desks.json").read_bytes()
    assert yaml.safe_load((folder / "override.yaml").read_text(encoding="utf-8")).keys() == {"hash"}
    listed = call(list_requirements, "--only", "desks-shades")
    assert "desks-shades.getDesk.unknown-id" in listed.out
    assert call(check).code == 0
    (folder / "definition.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    assert "desks-shades/override.yaml: the definition changed since it was added" in call(check).err


def test_a_definition_of_several_files_is_kept_so_that_it_is_read_again(home: Path) -> None:
    """References between the files lead to the same places as before."""
    paths = DEFINITION["paths"] | {"/desks/{deskId}": {"$ref": "paths/desk.json"}}
    (home / "paths").mkdir()
    (home / "paths" / "desk.json").write_text(json.dumps({"get": GET}), encoding="utf-8")
    (home / "desks.json").write_text(json.dumps(DEFINITION | {"paths": paths}), encoding="utf-8")
    assert call(add, "desks.json", "--name", "desks").code == 0
    (home / "paths" / "desk.json").unlink()
    assert (home / "specs/desks/definition/paths/desk.json").is_file()
    assert "desks.getDesk.unknown-id" in call(list_requirements, "--only", "desks").out
    (home / "specs/desks/definition/paths/desk.json").write_text(
        '{"get": {"responses": {}}}', encoding="utf-8"
    )
    assert "desks.getDesk" not in call(list_requirements, "--only", "desks").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nowhere.json"],
            "nowhere.json: cannot be read: No such file or directory; name a file, a folder or a URL",
        ),
        (["desks.json", "--name", "Desks!"], "--name Desks!: a name has small letters, digits and hyphens"),
        (["desks.json", "--name", "itwins"], "there is an API of this name; choose another --name"),
        (["desks.json", "--from", "here"], "--from here: is no URL"),
        (["."], "no file in it says openapi: or swagger:"),
    ],
)
def test_what_cannot_be_added_is_said(home: Path, arguments: list[str], message: str) -> None:
    """Nothing is written then."""
    if arguments == ["."]:
        (home / "desks.json").write_text("{}", encoding="utf-8")
    said = call(add, *arguments)
    assert said.code == 2
    assert message in said.err
    assert not (home / "specs").exists()


def test_an_api_is_not_added_twice() -> None:
    """The override that somebody wrote is never overwritten."""
    assert call(add, "desks.json", "--name", "desks").code == 0
    said = call(add, "desks.json", "--name", "desks")
    assert (said.code, "delete the folder to add it anew" in said.err) == (2, True)


def test_the_plan_says_what_is_missing_and_what_it_costs(home: Path) -> None:
    """Whence ids come, what is blocked by what, what is not sent: with no target at all."""
    assert call(add, "desks.json", "--name", "desks").code == 0
    said = call(plan, "desks")
    assert said.code == 0
    lines = said.out.splitlines()
    assert "  /desks/{deskId}: POST /desks /desk/id (path)" in lines
    assert "  /shops/{shopId} (1 operations): ids: {shopId: {fixture: shop_id}}" in lines
    assert any(line.startswith("  POST /reset: a write about nothing of ours") for line in lines)
    document = json.loads(call(plan, "--json").out)
    assert [each["override"] for each in document[0]["missing"]] == ["ids: {shopId: {fixture: shop_id}}"]
    override = home / "specs" / "desks" / "override.yaml"
    override.write_text(f"{document[0]['missing'][0]['override']}\nnever: [POST /reset]\n", encoding="utf-8")
    said = call(plan, "desks")
    assert "blocked" not in said.out
    assert "  /shops/{shopId}: fixture shop_id (override)" in said.out.splitlines()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("nevr: [POST /reset]", "unknown key 'nevr'; known are profile, ids"),
        ("never: [POST /rest]", "never: 'POST /rest' is not in the definition; did you mean POST /reset?"),
        ("ids: {deskID: {fixture: desk}}", "ids: 'deskID' is not in the definition; did you mean deskId?"),
    ],
)
def test_an_override_that_names_nothing_is_refused(home: Path, override: str, message: str) -> None:
    """File, key and the nearest name stand in the message."""
    assert call(add, "desks.json", "--name", "desks").code == 0
    (home / "specs" / "desks" / "override.yaml").write_text(override, encoding="utf-8")
    said = call(plan, "desks")
    assert said.code == 2
    assert "specs/desks/override.yaml: " + message in said.err


def test_an_added_api_is_not_judged_by_the_emulator() -> None:
    """Nothing is sent to a server that does not serve it."""
    assert call(add, "desks.json", "--name", "desks").code == 0
    said = call(run, "--only", "desks")
    assert (said.code, said.err) == (
        2,
        "--only desks: the emulator does not serve this API; name a target with --target",
    )


def test_there_is_nothing_to_plan_without_an_api() -> None:
    """Both messages say what to do."""
    assert "no API was added yet; `conformance add`" in call(plan).err
    assert call(add, "desks.json", "--name", "desks").code == 0
    assert (
        "desk: no API of this name was added; there are desks; did you mean desks?" in call(plan, "desk").err
    )


def test_drift_compares_files_and_apis(home: Path) -> None:
    """A new member of a response breaks nobody; a new member that is required does."""
    assert call(add, "desks.json", "--name", "desks").code == 0
    changed = json.loads(json.dumps(DEFINITION))
    body = changed["paths"]["/desks"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    body["properties"]["watts"] = {"type": "integer"}
    (home / "next.json").write_text(json.dumps(changed), encoding="utf-8")
    said = call(drift, "desks", "next.json")
    assert (said.code, said.out.splitlines()) == (
        0,
        ["compatible: 1", "  POST /desks", "    body.watts: new"],
    )
    body["required"].append("watts")
    (home / "next.json").write_text(json.dumps(changed), encoding="utf-8")
    said = call(drift, "desks", "next.json", "--json")
    assert (said.code, [each["effect"] for each in json.loads(said.out)]) == (1, ["breaking"])
    assert call(drift, "desks", "desks.json").out == "nothing changed\n"
    assert (
        "desk: no such file, and no API of this name; did you mean desks?" in call(drift, "desk", "desks").err
    )


def test_what_changed_is_named_as_the_run_names_it(home: Path) -> None:
    """An operation whose id another API has too goes by its own API's name, in --since as well."""
    changed = json.loads(json.dumps(DEFINITION))
    changed["paths"]["/desks/{deskId}"]["get"]["operationId"] = "getITwinAccount"
    (home / "desks.json").write_text(json.dumps(changed), encoding="utf-8")
    assert call(add, "desks.json", "--name", "desks").code == 0
    changed["paths"]["/desks/{deskId}"]["get"]["responses"]["410"] = {"description": "Gone."}
    (home / "old.json").write_text(json.dumps(changed), encoding="utf-8")
    assert selectors_of_changed("old.json", load_claims()) == ("desks:getITwinAccount",)
