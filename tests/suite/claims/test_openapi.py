"""What an OpenAPI document says of an operation, and what is wrong with one that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.claims.openapi import brief, load_documents, load_operations, pointer, resolve
from conformance.claims.requirements import Catalogue
from conformance.claims.text_files import read_yaml
from conformance.errors import UsageError
from tests.suite.toy_api import SPEC, Checkout


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("openapi:", "openapi: [", ":2:5: not valid YAML"),
        (SPEC, "- a list", "expected a mapping at the top, found list"),
        (
            "operationId: breakBulb",
            "operationId: getBulb",
            "operationId getBulb stands in two specs: bulbs and bulbs",
        ),
        (
            "#/components/schemas/Bulb",
            "#/components/schemas/Lantern",
            "refers to #/components/schemas/Lantern",
        ),
    ],
)
def test_a_bad_spec_is_refused(checkout: Checkout, old: str, new: str, complaint: str) -> None:
    """What is wrong with a spec is a usage error with its place."""
    assert old in SPEC
    checkout.spec(SPEC.replace(old, new, 1))
    with pytest.raises(UsageError) as refused:
        load_operations(checkout.specs)
    assert complaint in str(refused.value)


def test_a_missing_spec_is_said(tmp_path: Path) -> None:
    """A folder without specs and a file that is not there are usage errors."""
    with pytest.raises(UsageError, match=r"no API/openapi.yaml in"):
        load_documents(tmp_path)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")


def test_an_operation_knows_what_its_page_says(bulbs: Catalogue) -> None:
    """Method, path, tags, statuses, headers, examples and undo come from the spec, references followed."""
    get, add = bulbs.operations["getBulb"], bulbs.operations["addBulb"]
    assert (get.method, get.safe, get.page, get.tags, get.source) == (
        "GET",
        True,
        "001_bulbs",
        ("Reading",),
        "the page of bulbs",
    )
    assert (get.path_parameters, get.real_ids()) == (("bulbId",), {"bulbId": "bulb_id"})
    assert (get.responses[200].example, get.responses[200].headers) == (
        {"id": "desk", "lit": True},
        ("retry-after",),
    )
    assert get.responses[404].errors({}) == ("/: 'error' is a required property",)
    assert bulbs.operations["breakBulb"].responses[204].errors({"anything": 1}) == ()
    assert (add.safe, add.body_example["id"]) == (False, "hall")
    assert add.undo == {"what": "bulb", "path": "/bulbs/{id}", "pointer": "/id"}


def test_pointers_and_long_texts_are_shown_short() -> None:
    """A pointer escapes its keys; a long text keeps its two ends."""
    assert pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"
    assert pointer([]) == "/"
    assert brief("x" * 200) == "x" * 200
    assert brief("a" * 150 + "b" * 150, 10) == "aaaaa … bbbbb"
    assert resolve({"a": {"b~c": {"d": 1}}}, {"$ref": "#/a/b~0c"}) == {"d": 1}
