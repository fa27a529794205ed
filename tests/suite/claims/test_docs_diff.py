"""Comparing a specification with its pages: equal ones pass, and each rule catches a broken copy."""

import copy
import os
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.claims.docs_diff import Problem, compare, compare_all
from conformance.claims.openapi import JsonObject, load_documents
from conformance.claims.pages import Page, load_pages, parse_page
from conformance.errors import UsageError
from tests.suite.checkout import ROOT
from tests.suite.toy_pages import BULB, BULB_PAGE, DOCUMENT, LIT, LIT_PAGE

GONE: Final = object()
BULB_KIND: Final = "#/components/schemas/BulbKind"
SHORT: Final = {
    "light": ("paths", "/bulbs/{bulbId}/light", "post"),
    "get": ("paths", "/bulbs/{bulbId}", "get"),
    "json": ("content", "application/json"),
    "schemas": ("components", "schemas"),
}


def _change(document: JsonObject, place: str, value: Any) -> None:
    """Put the value at a place such as `light responses 204`, or take away what is there."""
    *keys, last = [key for word in place.split() for key in SHORT.get(word, (word,))]
    node: Any = document
    for key in keys:
        node = node[key if isinstance(node, dict) and key in node else int(key)]
    if value is GONE:
        del node[last]
    elif isinstance(node, dict):
        node[last] = value
    else:
        node[int(last)] = value


@pytest.fixture
def document() -> JsonObject:
    """Hand over a specification that says what the two invented pages print."""
    return copy.deepcopy(DOCUMENT)


@pytest.fixture
def pages() -> dict[str, Page]:
    """Hand over the two invented pages."""
    return {LIT: parse_page(LIT, LIT_PAGE), BULB: parse_page(BULB, BULB_PAGE)}


def test_a_specification_that_says_what_its_pages_print_has_no_problem(
    pages: dict[str, Page], document: JsonObject
) -> None:
    """Descriptions, notes and the words beside a reference may differ, all else is equal."""
    assert compare_all({"bulbs": document}, pages) == []


def test_a_specification_whose_page_is_not_there_is_the_users_error(
    pages: dict[str, Page], document: JsonObject
) -> None:
    """Without the page nothing is proved, so the comparison refuses to pass."""
    del pages[BULB]
    with pytest.raises(UsageError, match=f"page {BULB} is missing"):
        compare_all({"bulbs": document}, pages)


def test_an_operation_without_a_page_is_a_problem(pages: dict[str, Page], document: JsonObject) -> None:
    """What no page stands behind cannot be proved, and the page is left alone."""
    _change(document, "light x-page", GONE)
    assert compare_all({"bulbs": document}, pages) == [
        Problem("", "lightBulb", "names no page in x-page"),
        Problem(LIT, "x-page", "no operation names this page"),
    ]


def test_a_page_without_an_operation_is_a_problem(pages: dict[str, Page], document: JsonObject) -> None:
    """A page that no operation names has no counterpart, asked alone or with all others."""
    _change(document, "paths /bulbs/{bulbId}/light", GONE)
    alone = [Problem(LIT, "x-page", "no operation names this page")]
    assert compare(document, pages[LIT]) == alone
    assert compare_all({"bulbs": document}, pages) == alone


@pytest.mark.parametrize(
    ("place", "value", "where", "message"),
    [
        ("light responses 204", GONE, "response 204", "stands only on the page"),
        ("light responses 418", {}, "response 418", "stands only in the specification"),
        ("light responses default", {}, "response default", "stands only in the specification"),
        ("light responses 204 headers", {"age": {}}, "response 204, headers", "page prints none"),
        ("light responses 204 content", {"a/b": {}}, "response 204", "the page prints none"),
        ("light responses 200 json schema", GONE, "response 200", "a body without a schema"),
        ("light responses 200 json example bulb level", 4, "response 200, example", "/bulb/level"),
        ("light responses 200 json example bulb level", 3.0, "response 200, example", "has 3.0"),
        ("light responses 200 json example", GONE, "response 200, example", "specification has 0"),
        ("light responses 200 json example more", 1, "response 200, example", "/more stands only in"),
        ("light requestBody json example", {"level": True}, "request example", "has true"),
        ("light requestBody json examples", {"b": {"value": 1}}, "request example", "prints 1, the"),
        ("light requestBody", GONE, "request body", "prints bulb-light, the specification has none"),
        ("light requestBody json schema", {}, "request body", "a schema without a name"),
        ("get requestBody", {"content": {"a/b": {}}}, "request body", "the page prints none"),
        ("components responses TooMany headers", GONE, "response 429, headers", "has none"),
        ("schemas bulb-light required", GONE, "schema bulb-light", "/required stands only on the page"),
        ("schemas bulb-light required", [], "schema bulb-light", '/required: the page has ["level"]'),
        ("schemas bulb-light required 0", "x", "schema bulb-light", "/required/0: the page"),
        ("schemas bulb-light additionalProperties", True, "schema bulb-light", "has true"),
        ("schemas bulb-light minProperties", 1, "schema bulb-light", "/minProperties stands only in the"),
        ("schemas bulb-light example level", 4, "schema bulb-light", "/example/level"),
        ("schemas bulb-light properties level type", "number", "schema bulb-light", '"number"'),
        ("schemas Bulb properties colour nullable", GONE, "schema Bulb", "/colour/nullable"),
        ("schemas Bulb properties description", GONE, "schema Bulb", "/properties/description"),
        ("schemas Bulb properties x-ray", GONE, "schema Bulb", "/properties/x-ray stands only on"),
        ("schemas Bulb properties x-ray items type", "null", "schema Bulb", "x-ray/items/type"),
        ("schemas Bulb allOf 0 type", "string", "schema Bulb", "/allOf/0/type"),
        ("schemas Bulb-Response title", GONE, "schema Bulb-Response", "/title stands only on"),
        ("schemas Bulb-Response properties bulb", {}, "schema Bulb", "operation does not use it"),
        ("schemas Error properties error", {"$ref": BULB_KIND}, "schema BulbKind", "does not stand on"),
        ("schemas BulbResponse properties age", {"type": "integer"}, "schema BulbResponse", "/age"),
        ("schemas BulbShort properties colour nullable", GONE, "schema BulbShort", '"String, null"'),
        ("schemas BulbShort properties colour", GONE, "schema BulbShort", "/colour stands only on"),
        ("schemas BulbShort properties size", {"type": "string"}, "schema BulbShort", "/size stands"),
        ("schemas BulbShort properties kind", {"type": "string"}, "schema BulbShort", "/kind: the page"),
        ("schemas BulbShort title", "Short bulb", "schema BulbShort", "the page has 'Bulb (short)'"),
        ("schemas BulbKind enum", ["Desk"], "schema BulbKind", "/Floor stands only on the page"),
        ("schemas BulbKind type", "integer", "schema BulbKind", '"Integer"'),
    ],
)
def test_a_specification_that_departs_from_its_page_is_a_problem(
    pages: dict[str, Page], document: JsonObject, place: str, value: Any, where: str, message: str
) -> None:
    """Each rule of the comparison catches the specification that breaks it."""
    _change(document, place, value)
    problems = compare_all({"bulbs": document}, pages)
    assert [p for p in problems if p.where.endswith(f", {where}") and message in p.message], problems


@pytest.mark.parametrize(
    ("page_id", "old", "new", "where", "message"),
    [
        (LIT, "Response 204 No Content", "Response 205 Reset", "response 205", "stands only on the page"),
        (
            LIT,
            '{ "error": { "code": "TooBright" } }\n',
            "",
            "response 429",
            "has a body, the page prints none",
        ),
        (
            LIT,
            "say.\n",
            'say.\n{ "a": 1 }\n',
            "response 204, example",
            "page prints 1, the specification has 0",
        ),
        (LIT, 'Example\n{ "level": 3 }\n', "", "request example", "page prints 0, the specification has 1"),
        (
            LIT,
            "Request body\nbulb-light",
            "Request body\nbulb-dim",
            "request body",
            "the page prints bulb-dim",
        ),
        (LIT, "Request body\n", "", "request body", "the page prints none"),
        (LIT, "\nBulb\n{", "\nTorch\n{", "schema Torch", "stands on the page"),
        (LIT, "\nBulb\n{", "\n{", "schema without title", "stands on the page"),
        (LIT, '"title": "Bulb Response"', '"title": "Bulbs"', "schema Bulb-Response", '"Bulbs"'),
        (LIT, '"nullable": true', '"nullable": false', "schema Bulb", "nullable"),
        (BULB, "GET https", "PUT https", "path", "PUT"),
        (BULB, "/bulbs/{bulbId}", "/bulb/{bulbId}", "path", "/bulb/{bulbId}"),
        (BULB, '"kind": "Desk"', '"kind": "Floor"', "response 200, example", "/bulb/kind"),
        (BULB, "Response headers", "Headers", "response 200, headers", "the page prints none"),
        (BULB, "Bulb Kind", "Bulb Sort", "schema Bulb Sort", "stands on the page"),
        (BULB, "Bulb Kind", "Bulb Sort", "schema BulbKind", "does not stand on the page"),
        (BULB, "\nFloor\n", "\nCeiling\n", "schema BulbKind", "/Ceiling stands only on the page"),
        (BULB, "String, null", "String", "schema BulbShort", "/colour: the page has"),
        (BULB, "colour\nString", "color\nString", "schema BulbShort", "/color stands only on the page"),
    ],
)
def test_a_page_that_has_changed_is_a_problem(
    document: JsonObject, pages: dict[str, Page], page_id: str, old: str, new: str, where: str, message: str
) -> None:
    """Each rule of the comparison catches the page that no longer says what the specification says."""
    assert old in pages[page_id].text
    changed = parse_page(page_id, pages[page_id].text.replace(old, new, 1))
    problems = compare(document, changed)
    assert [p for p in problems if p.where.endswith(f", {where}") and message in p.message], problems
    assert {problem.page for problem in problems} == {page_id}


@pytest.mark.skipif(
    "CONFORMANCE_PAGES" not in os.environ, reason="CONFORMANCE_PAGES names no folder of pages"
)
def test_our_specifications_say_what_the_real_pages_print() -> None:
    """Given the real pages, no status, example, schema or table differs, and each page has its operation."""
    pages = load_pages(Path(os.environ["CONFORMANCE_PAGES"]))
    documents = load_documents(ROOT / "specs")
    assert compare_all(documents, pages) == []
