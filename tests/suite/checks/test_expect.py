"""What scenarios expect: each helper keeps quiet about what is right and names what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from conformance.checks import expect
from conformance.claims.openapi import Operation
from conformance.errors import Violation
from conformance.exchange.model import Exchange
from tests.suite.toy_api import response

GUID: Final = "d0f27dd5-0a0a-4b0e-8a5b-2b0d3e0f5c11"


def refusal(code: str = "Bad", **members: Any) -> dict[str, Any]:
    """Return the body of an error."""
    return {"error": {"code": code, "message": "It is bad.", **members}}


DETAIL: Final = {"code": "Missing", "target": "id", "message": "There is none."}
WITH: Final = refusal(details=[DETAIL])

# expectation, its arguments, status and body that satisfy it, status and body that do not, expected, actual
Expectation = Callable[..., Any]
CASES: Final[tuple[tuple[Expectation, tuple[Any, ...], tuple[int, Any], tuple[int, Any], str, str], ...]] = (
    (expect.status, (200, 201), (201, {}), (404, refusal()), "status 200 or 201", "404 Bad"),
    (expect.differs_from_status, (404,), (200, {}), (404, {}), "a status other than 404", "404"),
    (expect.refused, (), (429, {}), (400, {}), "a refusal with status 404 or 429", "400"),
    (expect.refused, (400, 422), (422, {}), (404, {}), "a refusal with status 400 or 422", "404"),
    (expect.error, (409, "Bad"), (409, refusal()), (404, refusal()), "status 409", "404 Bad"),
    (expect.error, (409, "Bad"), (409, refusal()), (409, refusal("Ok")), "/error/code = 'Bad'",
     "/error/code = 'Ok'"),
    (expect.error, (409, "Bad"), (409, refusal()), (409, refusal(message=" ")),
     "a message for a human in error.message", "' '"),
    (expect.value, ("/a", 1), (200, {"a": 1}), (200, {"a": True}), "/a = 1", "/a = True"),
    (expect.value, ("/a", None), (200, {"a": None}), (200, {}), "/a = None", "/a = absent"),
    (expect.repeats, ("/a", GUID), (200, {"a": GUID.upper()}), (200, {"a": "x"}), f"/a = '{GUID}'",
     "/a = 'x'"),
    (expect.differs, ("/a", 1), (200, {"a": 2}), (200, {"a": 1}), "/a other than 1", "/a = 1"),
    (expect.only_members, ("/a", "bc"), (200, {"a": {"b": 1}}), (200, {"a": []}), "an object at /a", "[]"),
    (expect.only_members, ("/a", ("b", "c")), (200, {"a": {}}), (200, {"a": {"d": 1, "b": 1}}),
     "no other members than b, c", "also d"),
    (expect.text, ("/a",), (200, {"a": "x"}), (200, {"a": ""}), "a string at /a", "''"),
    (expect.text, ("/a",), (200, {"a": "x"}), (200, {"a": 1}), "a string at /a", "1"),
    (expect.details, (), (422, WITH), (422, refusal(details=[])), "error.details as an array of errors",
     "details []"),
    (expect.details, (), (422, WITH), (422, refusal(details=["x"])), "error.details as an array of errors",
     "details ['x']"),
    (expect.detail, ("id", "Missing", "Empty"), (422, WITH),
     (422, refusal(details=[{**DETAIL, "code": "Odd"}])),
     "a detail with target id and code Missing or Empty", "'Odd' on 'id'"),
    (expect.detail, ("id",), (422, WITH), (422, refusal(details=[{"code": "Missing"}])),
     "a detail with target id", "'Missing' on absent"),
    (expect.detail, ("id",), (422, WITH), (422, refusal(details=[{**DETAIL, "message": ""}])),
     "a message in each detail", "[{'code': 'Missing', 'target': 'id', 'message': ''}]"),
    (expect.no_detail, ("id",), (422, refusal()), (422, WITH), "no detail on id, which is valid",
     f"[{DETAIL}]"),
)  # fmt: skip


@pytest.mark.parametrize(("expectation", "arguments", "right", "wrong", "expected", "actual"), CASES)
def test_an_expectation_tells_right_from_wrong(
    operations: Mapping[str, Operation],
    expectation: Expectation,
    arguments: tuple[Any, ...],
    right: tuple[int, Any],
    wrong: tuple[int, Any],
    expected: str,
    actual: str,
) -> None:
    """What is right passes; what is wrong is a violation with expected, actual and its exchange."""
    bulb = operations["getBulb"]
    expectation(response(bulb, *right), *arguments)
    bad = response(bulb, *wrong)
    with pytest.raises(Violation) as raised:
        expectation(bad, *arguments)
    assert (raised.value.expected, raised.value.actual) == (expected, actual)
    assert raised.value.evidence == (bad.id,)


def test_an_absent_member_differs_from_nothing(operations: Mapping[str, Operation]) -> None:
    """What the other side does not say either cannot be the same."""
    seen = response(operations["getBulb"], 200, {})
    expect.differs(seen, "/a", seen.at("/a"))
    expect.no_detail(response(operations["getBulb"], 422, refusal(details=["x"])), "id")
    assert expect.text(response(operations["getBulb"], 200, {"a": "x"}), "/a") == "x"


@pytest.mark.parametrize(
    ("look", "complaint"),
    [
        (lambda e: expect.same_items(["A", "b"], ["a", "B"], "ids", e), ""),
        (lambda e: expect.same_items(["a"], ["a", "a"], "ids", e), "ids: exactly ['a', 'a']"),
        (lambda e: expect.equal(1, 1, "count", e), ""),
        (lambda e: expect.equal(2, 1, "count", e), "count = 1"),
        (lambda e: expect.one_of(["A"], ["a", "b"], e), ""),
        (lambda e: expect.one_of(["a", "b"], ["a", "b"], e), "exactly one of ['a', 'b']"),
        (lambda e: expect.one_of(["c"], ["a", "b"], e), "exactly one of ['a', 'b']"),
        (lambda e: expect.one_of([], ["a"], e), "exactly one of ['a']"),
    ],
)
def test_lists_and_values_are_compared(
    operations: Mapping[str, Operation], look: Callable[[Exchange], None], complaint: str
) -> None:
    """Ids are compared without order and case, values exactly, each with its evidence."""
    proof = response(operations["getBulb"], 200)
    if not complaint:
        look(proof)
        return
    with pytest.raises(Violation) as raised:
        look(proof)
    assert (raised.value.expected, raised.value.evidence) == (complaint, (proof.id,))
