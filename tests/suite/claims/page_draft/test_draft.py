"""A documentation page is drafted into a valid definition and rows whose quotes stand on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest
from openapi_spec_validator import validate

from conformance.claims.docs_diff import compare
from conformance.claims.openapi import load_documents, load_operations
from conformance.claims.page_draft.draft import draft_page
from conformance.claims.pages import Page, load_pages, parse_page, quote_stands
from conformance.claims.requirements import Catalogue, load_catalogue
from conformance.errors import UsageError
from tests.suite.checkout import ROOT
from tests.suite.claims.page_draft.boards import CHANGE, LIST

WRITTEN: Final = load_documents(ROOT / "specs")
BY_HAND: Final = {
    item[method]["operationId"]: (f"{method.upper()} {path}", item[method])
    for document in WRITTEN.values()
    for path, item in document["paths"].items()
    for method in ("get", "post", "patch")
    if method in item
}
EXPLAINED: Final = {
    # Its page prints the table without a row: by hand the member was taken from the table below it.
    "getITwinAccount": ["getITwinAccount, schema iTwin-summary-response"],
}
PIN: Final = "PATCH /boards/{boardId}/pins/{pinId}"


def _drafted(
    folder: Path, text: str, operation: str = "", name: str = ""
) -> tuple[dict[str, Any], Catalogue, Page]:
    file = folder / "007_0123456789abcdef.txt"
    file.write_text(text, encoding="utf-8")
    draft_page(file, folder / "specs" / "drafted", operation=operation, name=name)
    document = load_documents(folder / "specs")["drafted"]
    catalogue = load_catalogue(folder / "specs", load_operations(folder / "specs"))
    return document, catalogue, parse_page("007_0123456789abcdef", text)


@pytest.mark.parametrize(("text", "operation"), [(LIST, ""), (CHANGE, PIN)])
def test_a_draft_is_valid_and_says_what_its_page_says(tmp_path: Path, text: str, operation: str) -> None:
    """The definition is valid, statuses and examples are the page's, and each quote stands there."""
    document, catalogue, page = _drafted(tmp_path, text, operation)
    validate(document)
    assert {p.where.partition(", ")[2] for p in compare(document, page)} <= {
        "schema Error Response",
        "schema Pin",
    }
    assert all(quote_stands(page, row.quote) for row in catalogue.rows.values() if row.quote)


def test_a_list_has_its_query_and_headers_and_the_schema_of_its_entries(tmp_path: Path) -> None:
    """Tables name parameters; a list is of the things that a table describes."""
    document, catalogue, _ = _drafted(tmp_path, LIST, name="getPins")
    ((path, item),) = document["paths"].items()
    assert path == "/boards/{boardId}/pins"
    assert [(p["name"], p["in"], p["required"]) for p in item["get"]["parameters"]] == [
        ("boardId", "path", True),
        ("colour", "query", False),
        ("$top", "query", False),
        ("Prefer", "header", False),
    ]
    schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["properties"]["pins"]["items"] == {"$ref": "#/components/schemas/Pin"}
    assert document["components"]["schemas"]["Pin"]["properties"]["colour"] == {
        "$ref": "#/components/schemas/Pin-Colour"
    }
    assert document["components"]["schemas"]["Pin-Colour"]["enum"] == ["Red", "Blue"]
    assert "retry-after" in item["get"]["responses"]["429"]["headers"]
    quotes = [row.quote for row in catalogue.rows.values()]
    assert "The maximum value is 50." in quotes
    assert "All operations have a rate limit." in quotes
    assert "BoardNotFound" in quotes


def test_a_body_gives_rows_of_its_schema_and_of_its_conditions(tmp_path: Path) -> None:
    """Items of a list are sentences though markup broke them, and what the schema demands is a row."""
    document, catalogue, _ = _drafted(tmp_path, CHANGE, PIN, "changePin")
    operation = document["paths"]["/boards/{boardId}/pins/{pinId}"]["patch"]
    assert operation["requestBody"]["content"]["application/json"] == {
        "schema": {"$ref": "#/components/schemas/pin-change"},
        "example": {"name": "p"},
    }
    quotes = {row.quote for row in catalogue.rows.values()}
    assert {"The pin must not be locked.", "The user must have the pins_modify permission."} <= quotes
    assert {"boards.change-pin.name-required", "boards.change-pin.body-is-closed"} <= catalogue.rows.keys()


def test_what_gives_no_row_is_listed(tmp_path: Path) -> None:
    """A parameter without a name and a schema that is not printed are told."""
    file = tmp_path / "page.txt"
    file.write_text(CHANGE, encoding="utf-8")
    left = draft_page(file, tmp_path / "out", operation=PIN).left
    assert "schema Pin: referred to, and not printed" in left
    assert any("Whether to tell others" in each for each in left)


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("hello", {}, "page.txt:1: is no documentation page"),
        (CHANGE, {}, "prints no method and path"),
        (LIST + LIST.replace("/pins", "/pegs"), {}, "a second operation"),
        (CHANGE, {"operation": "pins"}, "is no method and path"),
        (LIST, {"operation": "GET /pegs"}, "prints GET /boards"),
        (LIST, {"name": "get-it"}, "--id get-it"),
        (LIST, {"api": "A B"}, "--name A B"),
        (LIST.replace('{"pins"', "{pins"), {}, "is not a JSON block"),
    ],
)
def test_a_bad_page_is_refused_with_its_place(
    tmp_path: Path, text: str, options: dict[str, str], words: str
) -> None:
    """What is no page of one operation ends with a sentence, and nothing is written."""
    file = tmp_path / "page.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words.replace(".", r"\.")):
        draft_page(file, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_draft_is_not_overwritten(tmp_path: Path) -> None:
    """What a person may have edited stays."""
    file = tmp_path / "page.txt"
    file.write_text(LIST, encoding="utf-8")
    draft_page(file, tmp_path / "out")
    with pytest.raises(UsageError, match="is there already"):
        draft_page(file, tmp_path / "out")
    with pytest.raises(UsageError, match="cannot be written"):
        draft_page(file, file / "out")


@pytest.mark.skipif(
    "CONFORMANCE_PAGES" not in os.environ, reason="CONFORMANCE_PAGES names no folder of pages"
)
@pytest.mark.parametrize("name", BY_HAND)
def test_the_pages_give_what_was_written_by_hand(tmp_path: Path, name: str) -> None:
    """Statuses, bodies and examples of a draft are those of the specification that a person wrote."""
    route, by_hand = BY_HAND[name]
    page = load_pages(Path(os.environ["CONFORMANCE_PAGES"]))[by_hand["x-page"]]
    document, catalogue, page = _drafted(tmp_path, page.text, route, name)
    validate(document)
    method, _, path = route.partition(" ")
    drafted = document["paths"][path][method.lower()]
    assert drafted["responses"].keys() == by_hand["responses"].keys()
    assert ("requestBody" in drafted) == ("requestBody" in by_hand)
    assert [problem.where for problem in compare(document, page)] == EXPLAINED.get(name, [])
    assert all(quote_stands(page, row.quote) for row in catalogue.rows.values() if row.quote)
