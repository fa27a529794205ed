"""The OpenAPI files: valid, complete for the four operations, and true to their own examples."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT4

from conformance.claims.openapi import METHODS, JsonObject, load_documents, resolve
from conformance.claims.pages import load_pages, quote_stands
from tests.suite.checkout import ROOT

DOCUMENTS: Final = load_documents(ROOT / "specs")
STATUSES: Final = {
    "associateRealityData": {"200", "401", "403", "404", "409", "422", "429"},
    "moveRealityData": {"204", "401", "403", "404", "409", "422", "429"},
    "createRepositoryResource": {"201", "401", "403", "404", "409", "422", "429"},
    "getITwinAccount": {"200", "401", "404", "429"},
}
ADDRESSES: Final = {
    "associateRealityData": "post /reality-management/reality-data/{realityDataId}/itwins/{iTwinId}",
    "moveRealityData": "patch /reality-management/reality-data/{realityDataId}/move",
    "createRepositoryResource": "post /itwins/{iTwinId}/repositories/{repositoryId}/resources",
    "getITwinAccount": "get /itwins/{iTwinId}/account",
}
TAGS: Final = {
    "associateRealityData": ["associate"],
    "moveRealityData": ["move"],
    "createRepositoryResource": ["resource"],
    "getITwinAccount": ["account"],
}
REAL_IDS: Final = {
    "associateRealityData": {"realityDataId": "reality_data_id", "iTwinId": "destination_itwin_id"},
    "moveRealityData": {"realityDataId": "reality_data_id"},
    "createRepositoryResource": {"iTwinId": "itwin_id", "repositoryId": "repository_id"},
    "getITwinAccount": {"iTwinId": "itwin_id"},
}

ACCOUNT: Final = {
    "id": "i",
    "class": "Account",
    "subClass": "Account",
    "type": None,
    "number": "n",
    "displayName": "d",
}


def _nodes(node: Any) -> Iterator[JsonObject]:
    """Walk every mapping of a document."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(child)


def _operations() -> Iterator[tuple[str, JsonObject, str, JsonObject]]:
    for document in DOCUMENTS.values():
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield item[method]["operationId"], document, f"{method} {path}", item[method]


OPERATIONS: Final = {
    name: (document, address, operation) for name, document, address, operation in _operations()
}


def _parameters(name: str) -> list[JsonObject]:
    document, address, _ = OPERATIONS[name]
    item = document["paths"][address.partition(" ")[2]]
    return [resolve(document, parameter) for parameter in item["parameters"]]


def _responses(name: str) -> dict[str, JsonObject]:
    document, _, operation = OPERATIONS[name]
    return {status: resolve(document, response) for status, response in operation["responses"].items()}


def _examples() -> Iterator[Any]:
    for name, (document, _, operation) in OPERATIONS.items():
        bodies = {"request": operation.get("requestBody", {}), **_responses(name)}
        for which, body in bodies.items():
            for media in body.get("content", {}).values():
                yield pytest.param(document, media["schema"], media["example"], id=f"{name}-{which}")
    for document in DOCUMENTS.values():
        for title, schema in document["components"]["schemas"].items():
            if "example" in schema:
                yield pytest.param(document, schema, schema["example"], id=f"schema-{title}")


def _validator(document: JsonObject, schema: JsonObject) -> OAS30Validator:
    root = DRAFT4.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", root)
    reference = {"$ref": "urn:document" + schema["$ref"]} if "$ref" in schema else schema
    return OAS30Validator(reference, registry=registry)


@pytest.mark.parametrize("api", DOCUMENTS)
def test_a_specification_is_valid_openapi(api: str) -> None:
    """The independent validator finds nothing wrong with a specification."""
    validate(DOCUMENTS[api])


def test_the_specifications_hold_the_four_operations_at_their_addresses() -> None:
    """Each operation is found under its method and path, and there is no fifth one."""
    assert {name: address for name, (_, address, _) in OPERATIONS.items()} == ADDRESSES


@pytest.mark.parametrize("name", STATUSES)
def test_an_operation_documents_each_status_and_no_other(name: str) -> None:
    """The statuses of an operation are those of its page."""
    assert set(_responses(name)) == STATUSES[name]


@pytest.mark.parametrize(("document", "schema", "example"), list(_examples()))
def test_an_example_is_valid_against_its_schema(
    document: JsonObject, schema: JsonObject, example: Any
) -> None:
    """What a page shows obeys what the page demands."""
    assert list(_validator(document, schema).iter_errors(example)) == []


@pytest.mark.parametrize("name", STATUSES)
def test_every_response_with_a_body_has_an_example(name: str) -> None:
    """Only the response without a body has no example, so that no schema stays untried."""
    without = {status for status, response in _responses(name).items() if "content" not in response}
    assert without == STATUSES[name] & {"204"}
    media = [body for response in _responses(name).values() for body in response.get("content", {}).items()]
    assert all(kind == "application/json" and "example" in body for kind, body in media)


@pytest.mark.parametrize("name", STATUSES)
def test_an_error_has_the_schema_that_its_page_declares(name: str) -> None:
    """Details are demanded of a 422 by the two reality data pages, and by nobody else."""
    detailed = (
        "DetailedErrorResponse" if OPERATIONS[name][0] is DOCUMENTS["reality-management"] else "ErrorResponse"
    )
    for status in STATUSES[name] - {"200", "201", "204"}:
        schema = _responses(name)[status]["content"]["application/json"]["schema"]["$ref"]
        assert schema.rpartition("/")[2] == (detailed if status == "422" else "ErrorResponse")


@pytest.mark.parametrize(
    ("api", "schema", "body", "valid"),
    [
        ("reality-management", "Error", {"code": "c", "message": "m", "target": None}, True),
        ("reality-management", "Error", {"code": "c", "message": "m", "more": 1}, True),
        ("reality-management", "Error", {"code": None, "message": "m"}, False),
        ("reality-management", "Error", {"code": "c"}, False),
        ("reality-management", "ErrorResponse", {"error": {"code": "c", "message": "m"}, "more": 1}, False),
        ("reality-management", "DetailedError", {"code": "c", "message": "m"}, False),
        ("reality-management", "DetailedError", {"code": "c", "message": "m", "details": [{}]}, False),
        ("reality-management", "iTwin-association-response", {}, True),
        ("reality-management", "iTwin-association-response", {"iTwinAssociation": {"id": 1}}, False),
        ("reality-management", "request-body-move", {}, False),
        ("reality-management", "request-body-move", {"iTwinId": "no GUID"}, True),
        ("itwins", "Resource", {"id": "i", "displayName": "d", "capabilities": {"graphics": {}}}, True),
        ("itwins", "Resource", {"id": "i", "displayName": "d", "class": "Construction"}, False),
        ("itwins", "Resource", {"id": "i", "displayName": "d", "capabilities": {}}, False),
        ("itwins", "iTwin-repository-resource-create", {"id": "", "displayName": ""}, True),
        ("itwins", "iTwin-repository-resource-create", {"id": "i"}, False),
        ("itwins", "ITwinSummaryResponse", {}, False),
        ("itwins", "ITwinSummaryResponse", [], False),
        ("itwins", "ITwinSummaryResponse", {"iTwin": ACCOUNT}, True),
        ("itwins", "ITwinSummaryResponse", {"iTwin": ACCOUNT, "more": 1}, False),
        ("itwins", "ITwinSummary", [], False),
        ("itwins", "ITwinClass", "Thing", True),
        ("itwins", "ITwinSubClass", "Thing", False),
        ("itwins", "ITwinStatus", "active", False),
    ],
)
def test_a_schema_tells_right_from_wrong(api: str, schema: str, body: Any, *, valid: bool) -> None:
    """Required members, further members, null and closed lists of values count as the pages have them."""
    validator = _validator(DOCUMENTS[api], {"$ref": f"#/components/schemas/{schema}"})
    assert validator.is_valid(body) is valid


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"type": "Bridge"}, True),
        ({"status": "Trial"}, True),
        ({"status": None}, False),
        ({"number": None}, False),
        ({"class": "Asset"}, False),
        ({"createdBy": "someone"}, False),
    ],
)
def test_the_account_is_held_to_its_table_and_its_only(change: JsonObject, *, valid: bool) -> None:
    """A summary holds its documented members and no other; its type may be null, its status absent."""
    validator = _validator(DOCUMENTS["itwins"], {"$ref": "#/components/schemas/ITwinSummary"})
    assert validator.is_valid(ACCOUNT | change) is valid


@pytest.mark.parametrize("member", ["id", "class", "subClass", "number", "displayName"])
def test_the_account_is_incomplete_without_a_documented_member(member: str) -> None:
    """Each member that the page's sentence counts up is required, except the type that may be null."""
    validator = _validator(DOCUMENTS["itwins"], {"$ref": "#/components/schemas/ITwinSummary"})
    assert not validator.is_valid({key: value for key, value in ACCOUNT.items() if key != member})
    assert validator.is_valid({key: value for key, value in ACCOUNT.items() if key != "type"})


def test_a_body_is_required_where_there_is_one() -> None:
    """Move and create resource cannot be called without a body, the other two have none."""
    bodies = {name: operation.get("requestBody") for name, (_, _, operation) in OPERATIONS.items()}
    required = {name: body["required"] for name, body in bodies.items() if body}
    assert required == {"moveRealityData": True, "createRepositoryResource": True}


@pytest.mark.parametrize("name", STATUSES)
def test_only_a_429_says_when_to_come_back(name: str) -> None:
    """A 429 carries whole seconds in retry-after, and no other response has headers."""
    headers = {status: response.get("headers", {}) for status, response in _responses(name).items()}
    assert {header: of["schema"] for header, of in headers.pop("429").items()} == {
        "retry-after": {"type": "integer"}
    }
    assert not any(headers.values())


@pytest.mark.parametrize("name", STATUSES)
def test_an_operation_asks_for_a_token_of_the_platform_scope(name: str) -> None:
    """No operation is open, and each asks for the one scope."""
    document, _, operation = OPERATIONS[name]
    assert operation.get("security", document["security"]) == [{"bearer": ["itwin-platform"]}]
    assert document["components"]["securitySchemes"]["bearer"]["type"] == "oauth2"


@pytest.mark.parametrize("name", STATUSES)
def test_an_operation_names_its_page_its_source_and_its_tag(name: str) -> None:
    """Behind each operation stand the page that it was read from and where its path comes from."""
    document, address, operation = OPERATIONS[name]
    source = document["paths"][address.partition(" ")[2]]["x-source"]
    assert operation["x-page"] in source
    assert operation["tags"] == TAGS[name]


@pytest.mark.parametrize("name", STATUSES)
def test_each_path_parameter_has_a_real_id_and_something_to_break(name: str) -> None:
    """Generated requests can name what exists, and an id has a form that a malformed one breaks."""
    parameters = _parameters(name)
    assert {parameter["name"]: parameter["x-real-id"] for parameter in parameters} == REAL_IDS[name]
    assert all({"format", "pattern"} & parameter["schema"].keys() for parameter in parameters)


@pytest.mark.parametrize("api", DOCUMENTS)
def test_generation_hints_narrow_a_schema_without_being_part_of_it(api: str) -> None:
    """A hint adds a keyword that the page's schema lacks, and the two together are a schema."""
    hinted = [node for node in _nodes(DOCUMENTS[api]) if "x-generation" in node]
    assert hinted
    for node in hinted:
        schema = {key: value for key, value in node.items() if not key.startswith("x-")}
        assert not schema.keys() & node["x-generation"].keys()
        OAS30Validator.check_schema(schema | node["x-generation"])


@pytest.mark.parametrize("api", DOCUMENTS)
def test_every_component_is_used(api: str) -> None:
    """Nothing is defined that no operation refers to."""
    components = DOCUMENTS[api]["components"]
    defined = {
        f"#/components/{kind}/{name}"
        for kind in components
        if kind != "securitySchemes"
        for name in components[kind]
    }
    assert {node["$ref"] for node in _nodes(DOCUMENTS[api]) if isinstance(node.get("$ref"), str)} == defined


@pytest.mark.skipif(
    "CONFORMANCE_PAGES" not in os.environ, reason="CONFORMANCE_PAGES names no folder of pages"
)
def test_no_description_is_copied_from_a_page() -> None:
    """The specifications say in their own words what the pages say in theirs."""
    pages = load_pages(Path(os.environ["CONFORMANCE_PAGES"])).values()
    words = [node[key] for node in _nodes(DOCUMENTS) for key in ("description", "summary") if key in node]
    sentences = [text for text in words if isinstance(text, str) and len(text.split()) > 3]
    assert [text for text in sentences for page in pages if quote_stands(page, text)] == []
