"""Each check that is made on every exchange: where it holds, where it fails, and where it does not apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from conformance.checks.oracles import CHECKS, Oracles, build_checks, row_check, same, shown
from conformance.claims.level import Level
from conformance.claims.openapi import Operation
from conformance.claims.requirements import Catalogue
from conformance.exchange.model import ABSENT, Exchange
from conformance.exchange.redaction import Redactor
from conformance.results.verdicts import Book, Outcome
from tests.suite.toy_api import response

GUID: Final = "d0f27dd5-0a0a-4b0e-8a5b-2b0d3e0f5c11"
NOT_FOUND: Final = {"error": {"code": "LampNotFound", "message": "No such lamp."}}
LAMP: Final = {"id": "desk", "lit": True}

# check, status, body, what else is special, what is seen: None where it does not apply, "" where it holds.
CASES: Final[tuple[tuple[str, int, Any, dict[str, Any], str | None], ...]] = (
    ("documented-status", 200, LAMP, {}, ""),
    ("documented-status", 418, LAMP, {}, "status 418, which the page does not list"),
    ("documented-status", 400, LAMP, {"request": {"tolerated": frozenset({400})}}, None),
    ("documented-status", 200, LAMP, {"request": {"tolerated": frozenset({200})}}, ""),
    ("success-schema", 200, LAMP, {}, ""),
    ("success-schema", 200, {**LAMP, "name": None}, {}, ""),
    ("success-schema", 200, {"id": "desk"}, {}, "/: 'lit' is a required property"),
    (
        "success-schema",
        200,
        {**LAMP, "odd": 1},
        {},
        "/: Additional properties are not allowed ('odd' was unexpected)",
    ),
    ("success-schema", 200, {**LAMP, "lit": "yes"}, {}, "/lit: 'yes' is not of type 'boolean'"),
    (
        "success-schema",
        200,
        {},
        {},
        "/: 'id' is a required property; /: 'lit' is a required property",
    ),
    ("success-schema", 200, b"<p>", {}, "a body that is no JSON: '<p>'"),
    ("success-schema", 200, b"x" * 90, {}, f"a body that is no JSON: '{'x' * 40} … {'x' * 40}'"),
    ("success-schema", 200, ABSENT, {}, "an empty body"),
    ("success-schema", 200, LAMP, {"truncated": True}, "a body of more than 27 bytes"),
    ("success-schema", 404, {}, {}, None),
    ("success-schema", 202, {}, {}, None),
    ("error-schema", 404, NOT_FOUND, {}, ""),
    ("error-schema", 404, {"error": {"code": "x"}}, {}, "/error: 'message' is a required property"),
    ("error-schema", 404, ABSENT, {}, "an empty body"),
    ("error-schema", 200, {}, {}, None),
    ("error-schema", 500, {}, {}, None),
    ("json-media-type", 200, LAMP, {}, ""),
    (
        "json-media-type",
        200,
        LAMP,
        {"headers": {"content-type": "application/vnd.x+json; charset=utf-8"}},
        "",
    ),
    ("json-media-type", 200, LAMP, {"headers": {"Content-Type": "APPLICATION/JSON"}}, ""),
    ("json-media-type", 200, LAMP, {"headers": {"Content-Type": "text/json"}}, "Content-Type text/json"),
    ("json-media-type", 200, LAMP, {"headers": {}}, "a body without a Content-Type"),
    ("json-media-type", 200, ABSENT, {}, None),
    ("json-media-type", 418, LAMP, {"headers": {}}, None),
    ("correlation-id", 200, LAMP, {"headers": {"X-Correlation-Id": GUID.upper()}}, ""),
    ("correlation-id", 200, LAMP, {"headers": {}}, "no x-correlation-id header"),
    (
        "correlation-id",
        200,
        LAMP,
        {"headers": {"x-correlation-id": "7"}},
        "x-correlation-id: 7, which is no GUID",
    ),
    ("retry-after-in-seconds", 429, NOT_FOUND, {"headers": {"Retry-After": "60"}}, ""),
    ("retry-after-in-seconds", 429, NOT_FOUND, {}, "429 without a Retry-After header"),
    (
        "retry-after-in-seconds",
        429,
        NOT_FOUND,
        {"headers": {"Retry-After": "soon"}},
        "Retry-After: soon, which is no number of seconds",
    ),
    ("retry-after-in-seconds", 200, LAMP, {}, None),
    ("message-present", 404, NOT_FOUND, {}, ""),
    ("message-present", 404, {"error": {"message": " "}}, {}, "message ' '"),
    ("message-present", 404, {"error": {}}, {}, ""),
    ("message-present", 200, {"error": {"message": ""}}, {}, None),
    ("message-present", 418, {"error": {"message": ""}}, {}, None),
)
BREAK: Final[tuple[tuple[int, Any, dict[str, Any], str | None], ...]] = (
    (204, ABSENT, {}, ""),
    (204, ABSENT, {"headers": {"Content-Length": "0"}}, ""),
    (204, b"{}", {}, "a body of 2 bytes or more"),
    (204, ABSENT, {"headers": {"Content-Length": ""}}, ""),
    (204, ABSENT, {"headers": {"Content-Length": "12"}}, "Content-Length: 12"),
    (404, NOT_FOUND, {}, None),
    (418, b"x", {}, None),
)


@pytest.mark.parametrize(("check", "status", "body", "special", "seen"), CASES)
def test_a_check_says_what_it_sees(
    operations: Mapping[str, Operation],
    check: str,
    status: int,
    body: Any,
    special: dict[str, Any],
    seen: str | None,
) -> None:
    """Each check holds, fails with what was seen, or keeps out of what is not its own."""
    lamp = operations["getLamp"]
    assert CHECKS[check](response_of(lamp, status, body, special), lamp) == seen


@pytest.mark.parametrize(("status", "body", "special", "seen"), BREAK)
def test_a_status_without_a_body_has_none(
    operations: Mapping[str, Operation], status: int, body: Any, special: dict[str, Any], seen: str | None
) -> None:
    """A body, or the announcement of one, behind a status that is documented without is seen."""
    lamp = operations["breakLamp"]
    assert CHECKS["no-body"](response_of(lamp, status, body, special), lamp) == seen


def test_every_check_is_on_the_table() -> None:
    """No check of the platform is believed that was never seen to fail."""
    failing = {case[0] for case in CASES if case[4]} | {"no-body"}
    assert failing == set(CHECKS)


def response_of(operation: Operation, status: int, body: Any, special: dict[str, Any]) -> Exchange:
    """Return a response with what is special about it."""
    return response(operation, status, body, **special)


ROW: Final = {
    "status": 201,
    "const": {"/lit": False},
    "equal": {"/id": "$request.body#/id", "/room": "$request.path.room", "/none": "$request.body#/none"},
    "present": ["/lit"],
    "absent": ["/secret"],
}


@pytest.mark.parametrize(
    ("status", "body", "seen"),
    [
        (201, {"id": "hall", "room": "desk", "lit": False}, ""),
        (201, {"id": " hall", "room": "desk", "lit": False}, "/id is ' hall', sent was 'hall'"),
        (201, {"id": "hall", "lit": False}, "/room is absent, sent was 'desk'"),
        (201, {"id": "hall", "room": "desk", "lit": True}, "/lit is True, not False"),
        (201, {"id": "hall", "room": "desk", "lit": False, "secret": None}, "/secret is there"),
        (201, {"id": "hall", "room": "desk"}, "/lit is absent, not False; /lit is missing"),
        (201, b"<p>", None),
        (200, {}, None),
    ],
)
def test_a_row_describes_its_own_check(
    operations: Mapping[str, Operation], status: int, body: Any, seen: str | None
) -> None:
    """Constants, repeated values, present and absent members are judged on the row's status alone."""
    add = operations["addLamp"]
    special = {"request": {"json": {"id": "hall"}, "params": {"room": "desk"}}}
    assert row_check(ROW)(response_of(add, status, body, special), add) == seen


@pytest.mark.parametrize(
    ("value", "sent", "alike"),
    [
        ("a", "a", True),
        ("a", " a ", True),
        (" a ", "a", False),
        ("A", "a", False),
        (GUID.upper(), GUID, True),
        (7, "7", False),
        ("7", 7, False),
        (None, None, True),
        (ABSENT, "a", False),
    ],
)
def test_a_response_repeats_what_was_sent(value: Any, sent: Any, *, alike: bool) -> None:
    """A GUID may change its case and blanks may be trimmed; nothing else may differ."""
    assert same(value, sent) is alike
    assert shown(ABSENT) == "absent"


def oracles(catalogue: Catalogue, *, only: str = "") -> Oracles:
    """Return the oracles of the catalogue with a book of their own."""
    redactor = Redactor()
    redactor.learn("a-token-of-the-run-0123456789")
    pairs = frozenset(pair for pair in catalogue.pairs() if pair[0].startswith(only))
    return Oracles(build_checks(catalogue.judged(), redactor), Book(), redactor, pairs, catalogue.rows)


def test_a_violation_is_booked_on_its_requirement_with_proof(lamps: Catalogue) -> None:
    """A check that fails books expected, actual, evidence and a shell line."""
    listening = oracles(lamps)
    seen = response_of(lamps.operations["getLamp"], 418, LAMP, {"scenario": "test_lamps::a_scenario"})
    listening(seen)
    judged = listening.book.get("platform.reply.documented-status", "getLamp")
    assert judged is not None
    assert (judged.outcome, judged.evidence) == (Outcome.FAIL, (seen.id,))
    assert judged.actual == "418: status 418, which the page does not list"
    assert (judged.expected, judged.reason) == ("only documented statuses", "seen in test_lamps::a_scenario")
    assert judged.variations == ("test_lamps::a_scenario",)
    assert judged.curl.startswith("curl -sS -i -X GET")


def test_what_is_not_selected_or_off_the_spec_is_not_judged(lamps: Catalogue) -> None:
    """Requests that leave the documented path, set-up calls and requirements not selected are left alone."""
    lamp = lamps.operations["getLamp"]
    listening = oracles(lamps, only="lamps.")
    listening(response_of(lamp, 418, LAMP, {}))
    everywhere = oracles(lamps)
    everywhere(response_of(lamp, 418, LAMP, {"request": {"off_spec": True}}))
    everywhere(
        replace(
            response_of(lamp, 418, LAMP, {}),
            request=replace(response_of(lamp, 1, b"", {}).request, operation=None),
        )
    )
    assert {(j.requirement, j.outcome) for j in [*listening.book, *everywhere.book]} <= {
        ("platform.reply.whole", Outcome.PASS)
    }


def test_a_response_that_breaks_off_twice_is_a_violation_once_the_target_lives(lamps: Catalogue) -> None:
    """Two broken connections for one request count when the next request is answered, and only then."""
    listening = oracles(lamps)
    lost = replace(
        response_of(lamps.operations["getLamp"], 200, LAMP, {}), status=None, failure="broken: reset"
    )
    fine = response_of(lamps.operations["getLamp"], 200, LAMP, {})
    listening(lost)
    listening(fine)
    whole = listening.book.get("platform.reply.whole", "getLamp")
    assert whole is not None
    assert whole.outcome is Outcome.PASS
    listening = oracles(lamps)
    listening(lost)
    listening(replace(lost, id="again"))
    listening(fine)
    whole = listening.book.get("platform.reply.whole", "getLamp")
    assert whole is not None
    assert whole.outcome is Outcome.FAIL
    assert whole.evidence in {("again",), (lost.id,)}
    assert "broken: reset" in whole.actual
    assert not listening.broken


def test_every_third_response_that_breaks_off_is_no_accident(lamps: Catalogue) -> None:
    """One lost here and there is the network's; the third of one operation is a violation, of no other."""
    listening = oracles(lamps)
    lamp, add = lamps.operations["getLamp"], lamps.operations["addLamp"]
    for number in (1, 2, 3):
        for operation in (lamp, add)[: 4 - number]:
            lost = response_of(operation, 200, LAMP, {})
            listening(replace(lost, id=f"lost{number}", status=None, failure="broken: reset"))
            listening(response_of(lamp, 200, LAMP, {}))
        whole = listening.book.get("platform.reply.whole", "getLamp")
        assert whole is not None
        assert whole.outcome is (Outcome.FAIL if number == 3 else Outcome.PASS), number
        assert ("lost3" in whole.evidence) is (number == 3)
    assert listening.book.get("platform.reply.whole", "addLamp") is None


def test_other_failures_are_not_counted_as_broken_responses(lamps: Catalogue) -> None:
    """A timeout has rows of its own, and a sibling operation has none at all."""
    listening = oracles(lamps)
    lost = response_of(lamps.operations["getLamp"], 200, LAMP, {})
    sibling = replace(lost.request, operation=None)
    for failure, request in (("timeout", lost.request), ("broken: reset", sibling)):
        for _ in range(4):
            listening(replace(lost, status=None, failure=failure, request=request))
    assert listening.broken == []


def test_what_holds_is_booked_with_its_level_and_its_proof(lamps: Catalogue) -> None:
    """A PASS has its evidence too, and neither fingerprint nor reason."""
    listening = oracles(lamps)
    seen = response_of(lamps.operations["getLamp"], 200, LAMP, {})
    listening(seen)
    judged = listening.book.get("platform.reply.documented-status", "getLamp")
    assert judged is not None
    assert (judged.outcome, judged.level, judged.evidence) == (Outcome.PASS, Level.MUST, (seen.id,))
    listening(response_of(lamps.operations["getLamp"], 418, LAMP, {}))
    judged = listening.book.get("platform.reply.documented-status", "getLamp")
    assert judged is not None
    assert (judged.level, judged.reason, judged.fingerprint, judged.variations) == (Level.MUST, "", "", ())


def test_a_limit_that_stops_a_preparation_is_booked_on_the_operation_before_it(lamps: Catalogue) -> None:
    """A sibling operation has no rows: what the target answered last is where the run came to its limit."""
    rows = dict(lamps.rows)
    rows["platform.rate.lifts"] = replace(rows["platform.reply.whole"], id="platform.rate.lifts")
    listening = oracles(replace(lamps, rows=rows))
    refused = response_of(lamps.operations["getLamp"], 429, NOT_FOUND, {"headers": {"Retry-After": "1"}})
    sibling = replace(refused, request=replace(refused.request, operation=None))
    listening.on_rate_limit(sibling, lifted=False)
    assert listening.book.get("platform.rate.lifts", "getLamp") is None
    listening.latest.append(replace(refused, id="latest"))
    listening.on_rate_limit(sibling, lifted=True)
    assert listening.book.get("platform.rate.lifts", "getLamp") is None
    listening.on_rate_limit(sibling, lifted=False)
    judged = listening.book.get("platform.rate.lifts", "getLamp")
    assert judged is not None
    assert (judged.outcome, judged.evidence) == (Outcome.FAIL, ("latest",))
    assert "still refused after waiting as Retry-After says, again and again" in judged.actual


@pytest.mark.parametrize(
    ("header", "lifted", "verdict"), [("1", True, "PASS"), ("1", False, "FAIL"), ("", False, None)]
)
def test_a_limit_that_never_lifts_is_judged(
    lamps: Catalogue, header: str, verdict: str | None, *, lifted: bool
) -> None:
    """Refused again after its own wait, a target breaks its word; without a number there is no word."""
    rows = dict(lamps.rows)
    rows["platform.rate.lifts"] = replace(rows["platform.reply.whole"], id="platform.rate.lifts")
    listening = oracles(replace(lamps, rows=rows))
    headers = {"Retry-After": header} if header else {}
    listening.on_rate_limit(
        response_of(lamps.operations["getLamp"], 429, NOT_FOUND, {"headers": headers}), lifted=lifted
    )
    judged = listening.book.get("platform.rate.lifts", "getLamp")
    assert (judged.outcome if judged else None) == verdict


@pytest.mark.parametrize(
    ("body", "headers", "seen"),
    [
        (LAMP, {}, ""),
        ({"id": "a-token-of-the-run-0123456789"}, {}, "the response repeats a token or secret"),
        (LAMP, {"X-Echo": "a-token-of-the-run-0123456789"}, "the response repeats a token or secret"),
    ],
)
def test_an_echoed_token_is_seen(lamps: Catalogue, body: Any, headers: dict[str, str], seen: str) -> None:
    """A token of the run in a body or header of a response is a violation, and not repeated in words."""
    row = replace(lamps.rows["platform.reply.whole"], oracle="token-never-echoed")
    redactor = Redactor()
    redactor.learn("a-token-of-the-run-0123456789")
    ((_, check),) = build_checks([row], redactor)["getLamp"]
    assert (
        check(
            response_of(lamps.operations["getLamp"], 200, body, {"headers": headers}),
            lamps.operations["getLamp"],
        )
        == seen
    )


def test_an_observation_keeps_what_was_seen(lamps: Catalogue) -> None:
    """What an unspecified row sees is its fingerprint, and never a violation."""
    listening = oracles(lamps)
    listening.note("lamps.get.colour", response_of(lamps.operations["getLamp"], 200, LAMP, {}), "green")
    judged = listening.book.get("lamps.get.colour", "getLamp")
    assert judged is not None
    assert (judged.outcome, judged.fingerprint) == (Outcome.OBSERVED, "green")
