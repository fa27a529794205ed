"""The checks of an error's code and details judge every way to it, by what is wrong with the request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from conformance.analysis.causes.error_checks import code_deviation, details_deviation
from conformance.checks.check import known_checks
from conformance.claims.requirements import Catalogue, load_claims
from conformance.exchange.model import ABSENT, Exchange
from conformance.exchange.redaction import Redactor
from tests.suite.toy_api import response

MISSING: Final = {"code": "MissingRequiredProperty", "message": "m", "target": "id"}
LONG: Final = {"code": "InvalidValue", "message": "m", "target": "displayName"}
GUID: Final = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
FORM: Final[tuple[tuple[Any, str], ...]] = (
    ([MISSING], ""),
    ([], "/error/details is []"),
    (None, "/error/details is None, no list"),
    ([7], "/error/details/0 is 7, no object"),
    ([MISSING, {**LONG, "message": " "}], "/error/details/1/message is ' '"),
    ([{"message": "m"}], "/error/details/0/code is absent"),
    ([{**MISSING, "target": 7}], "/error/details/0/target is 7"),
    ([{**MISSING, "target": None}], ""),
    ([{**MISSING, "code": "id", "target": "x"}], "/error/details/0/code is 'id', which is a target"),
    ([{**MISSING, "target": "InvalidValue"}], "/error/details/0/target is 'InvalidValue', which is a code"),
    ([{**MISSING, "code": "AnotherCode", "target": "repositoryId"}], ""),
)
NO_ID: Final = {"displayName": "n"}
NAMED: Final = (
    (NO_ID, [MISSING], ""),
    (NO_ID, [MISSING, LONG], "a detail names displayName, which is valid"),
    (NO_ID, [{**MISSING, "code": "InvalidValue"}], "the detail of id has the code 'InvalidValue', not "),
    (NO_ID, [{**MISSING, "target": "name"}], "no detail names id, but ['name']"),
    ({"id": "i", "displayName": "x" * 201}, [LONG], ""),
    ({"id": "i", "displayName": "x" * 201}, [{**LONG, "code": "TooLong"}], "the detail of displayName has"),
    ({"id": "i", "displayName": " "}, [{**LONG, "code": "Blank"}], ""),
    ({"id": 7, "displayName": "n"}, [{**LONG, "target": None}], ""),
    ({"id": "i", "displayName": "n"}, [{**LONG, "target": "repositoryId"}], ""),
    (ABSENT, [{**LONG, "target": "body"}], ""),
)


@pytest.fixture(scope="module")
def claims() -> Catalogue:
    """Return the requirements of the platform."""
    return load_claims()


def said(check: str, exchange: Exchange) -> str | None:
    """Return what a check says of an exchange, None where it does not speak of it."""
    found = list(known_checks()[check](Redactor()).exchange(exchange))
    return found[0].what if found else None


def invalid(claims: Catalogue, sent: Any, details: Any, code: str = "InvalidiTwinsRequest") -> Exchange:
    """Return the 422 of a create resource with these details; without a body it is sent without any."""
    error = {"code": code, "message": "m"} | ({} if details is ABSENT else {"details": details})
    return response(
        claims.operations["createRepositoryResource"],
        422,
        {"error": error},
        params={"iTwinId": GUID},
        request={"json": sent},
    )


@pytest.mark.parametrize(("details", "seen"), FORM)
def test_each_detail_is_an_error(claims: Catalogue, details: Any, seen: str) -> None:
    """A detail has a code, a message and perhaps a target, whatever the request was."""
    assert said("details-are-errors", invalid(claims, {"id": "i", "displayName": "n"}, details)) == seen


@pytest.mark.parametrize(("sent", "details", "seen"), NAMED)
def test_details_name_what_is_surely_wrong(claims: Catalogue, sent: Any, details: Any, seen: str) -> None:
    """What is open (blanks, another type, a repository of another class) is not judged."""
    found = said("details-name-the-fault", invalid(claims, sent, details))
    assert found is not None
    assert found.startswith(seen)
    assert bool(found) == bool(seen)


@pytest.mark.parametrize("check", ["details-are-errors", "details-name-the-fault"])
def test_details_may_be_left_out(claims: Catalogue, check: str) -> None:
    """The schema does not ask for details: a check of them says so where there are none."""
    assert said(check, invalid(claims, NO_ID, ABSENT)) is None
    assert known_checks()[check].optional == "no error of this run has details"


@pytest.mark.parametrize(("code", "seen"), [("InvalidValue", ""), ("guid", "the detail of realityDataId")])
def test_a_malformed_id_of_the_path_is_an_invalid_value(claims: Catalogue, code: str, seen: str) -> None:
    """Which of two ids is malformed is known from the request."""
    detail = {"code": code, "message": "m", "target": "realityDataId"}
    exchange = response(
        claims.operations["associateRealityData"],
        422,
        {"error": {"code": "InvalidRealityDataRequest", "message": "m", "details": [detail]}},
        params={"iTwinId": GUID, "realityDataId": "no-id"},
    )
    found = said("details-name-the-fault", exchange)
    assert found is not None
    assert found.startswith(seen)
    assert bool(found) == bool(seen)


@pytest.mark.parametrize(
    ("operation", "status", "role", "params", "code", "seen"),
    [
        (
            "associateRealityData",
            403,
            "reader",
            {},
            "Forbidden",
            "code 'Forbidden', not InsufficientPermissions",
        ),
        ("associateRealityData", 403, "owner", {}, "Forbidden", ""),
        ("associateRealityData", 403, "reader", {}, "InsufficientPermissions", ""),
        (
            "associateRealityData",
            422,
            "owner",
            {"iTwinId": "x"},
            "Bad",
            "code 'Bad', not InvalidRealityDataRequest",
        ),
        ("associateRealityData", 422, "owner", {}, "DataCenterDiffers", ""),
        ("getITwinAccount", 403, "reader", {}, "Forbidden", None),
        ("getITwinAccount", 401, "owner", {}, "Unauthorized", ""),
    ],
)
def test_a_code_is_that_of_the_page_where_the_cause_is_known(
    claims: Catalogue,
    operation: str,
    status: int,
    role: str,
    params: dict[str, str],
    code: str,
    seen: str | None,
) -> None:
    """A permission that is missing and a request that is invalid have one code each, on every way."""
    ids = {"iTwinId": GUID, "realityDataId": GUID} | params
    error = {"error": {"code": code, "message": "m"}}
    exchange = response(claims.operations[operation], status, error, params=ids)
    assert said("error-code", replace(exchange, role=role)) == seen


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("/error/details is []", "absent"),
        ("/error/details is None, no list", "no array"),
        ("/error/details/0/message is absent", "without message"),
        ("/error/details/3/target is 7; more", "*/target is no such thing"),
        ("the detail of id has the code 'guid', not InvalidValue", "code InvalidValue>guid"),
        ("no detail names id, but ['name', 'x']", "target id>name"),
        ("a detail names displayName, which is valid", "on what is valid"),
        ("anything else", "otherwise"),
    ],
)
def test_what_is_said_of_details_is_read_as_a_deviation(sentence: str, about: str) -> None:
    """The same deviation has the same name wherever it was seen."""
    assert details_deviation(sentence).about == about


@pytest.mark.parametrize(("sentence", "about"), [("code ''", "empty"), ("code 'A', not B", "B>A")])
def test_what_is_said_of_a_code_is_read_as_a_deviation(sentence: str, about: str) -> None:
    """A code that is empty is no other code."""
    assert code_deviation(sentence).about == about
