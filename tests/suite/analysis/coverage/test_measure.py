"""What of the documentation a run covered: exchanges count, not intentions, and each gap has a reason."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from conformance.analysis.coverage import Facts, measure
from conformance.claims.level import Level
from conformance.exchange.recorded import RecordedExchange
from conformance.results.coverage import OperationCoverage
from conformance.results.verdicts import Outcome, Verdict
from tests.suite import toy_api

CHECK: Final = "platform.reply.documented-status"


def exchange(
    operation: str = "getBulb", status: int | None = 200, body: str = "{}", **more: Any
) -> RecordedExchange:
    """Return what was recorded of one request and the response to it."""
    request = {
        "method": "GET",
        "url": "http://x.example/bulbs/desk",
        "headers": {"Authorization": "Bearer ***"},
    }
    response = {
        "status": status,
        "headers": {"content-type": "application/json; charset=utf-8"},
        "body": body,
    }
    record = {"id": "x1", "operation": operation, "role": "owner", "purpose": "judged", **more}
    record["request"] = request | more.get("request", {})
    record["response"] = None if status is None else response | more.get("response", {})
    return RecordedExchange.model_validate(record)


def verdict(
    requirement: str = CHECK, operation: str = "getBulb", outcome: str = "PASS", **more: Any
) -> Verdict:
    """Return a verdict."""
    return Verdict(requirement, operation, Level.MUST, Outcome(outcome), **more)


def covered(
    tmp_path: Path,
    *exchanges: RecordedExchange,
    verdicts: Sequence[Verdict] = (),
    operation: str = "getBulb",
    secured: bool = False,
    **facts: Any,
) -> OperationCoverage:
    """Measure an operation of the toy API."""
    checkout = toy_api.Checkout(tmp_path)
    if secured:
        checkout.spec(f"{toy_api.SPEC}security: [token: []]\n")
    known = Facts(checkout.catalogue(), verdicts or (verdict(operation=operation),), roles=("owner",))
    return measure(exchanges, replace(known, **facts)).operations[operation]


def test_an_exchange_counts_once_for_each_thing_that_it_exercised(tmp_path: Path) -> None:
    """Status, media type, parameter, role and keywords, and what never came has a reason."""
    body = '{"id": "desk", "lit": true}'
    found = covered(tmp_path, exchange(body=body), exchange(status=404))
    assert found.statuses == {"200": (1, 1), "404": (1, 1), "429": (0, 0)}
    assert found.media_types["200 application/json"] == (1, 1)
    assert found.parameters == {"path bulbId": (2, 2)}
    assert found.roles == {"owner": (2, 2), "reader": (0, 0)}
    assert found.keywords["404 / required error"] == (1, 0)  # no check of the toy's looks at a body
    assert found.keywords["200 /name type"] == (0, 0)
    assert "path bulbId / type broken" not in found.keywords
    assert found.never["no response had the status 429"][:2] == (
        "statuses 429",
        "media_types 429 application/json",
    )
    assert found.never["the target has no role reader"] == ("roles reader",)
    assert "keywords 200 /name type" in found.never["no response had a value there"]
    assert (
        "keywords 404 / required error"
        in found.never["it was exercised, and no verdict of this run rests on that"]
    )


@pytest.mark.parametrize(
    ("exchanges", "pair"),
    [
        ([exchange(status=None)], (0, 0)),
        ([exchange(operation="breakBulb", status=204)], (0, 0)),
        ([exchange(operation="GET /bulbs/{id}")], (0, 0)),
        ([exchange(off_spec=True)], (1, 0)),
        ([exchange(id="x9", off_spec=True)], (1, 1)),
        ([exchange(), exchange(off_spec=True)], (2, 1)),
        ([exchange(purpose="setup")], (1, 1)),
    ],
)
def test_only_what_was_answered_counts_and_only_what_was_looked_at_is_judged(
    tmp_path: Path, exchanges: list[RecordedExchange], pair: tuple[int, int]
) -> None:
    """Without a response nothing is exercised; what left the documented path is judged as evidence only."""
    found = covered(tmp_path, *exchanges, verdicts=[verdict(evidence=("x9",))])
    assert found.statuses["200"] == pair


def test_nothing_is_judged_by_a_verdict_that_is_none(tmp_path: Path) -> None:
    """A requirement that could not be judged proves nothing of what was exercised."""
    unjudged = verdict(outcome="CANNOT_JUDGE", evidence=("x1",), reason="the budget is spent")
    found = covered(tmp_path, exchange(), verdicts=[unjudged])
    assert (found.statuses["200"], found.roles["owner"]) == ((1, 0), (1, 0))
    assert covered(tmp_path / "b", verdicts=[unjudged]).never.keys() == {"the budget is spent"}


def test_a_gateway_in_the_place_of_the_api_exercises_nothing(tmp_path: Path) -> None:
    """Its page says nothing of the API; a status of the API that is not documented is counted apart."""
    page = exchange(status=502, body="<html>")
    own = exchange(status=500)
    found = covered(tmp_path, page, own)
    assert found.undocumented == {"500": 1}
    assert found.roles["owner"] == (1, 1)


def test_what_is_sent_keeps_to_a_keyword_or_breaks_it(tmp_path: Path) -> None:
    """The body of a request counts for either; a body that is no JSON for its media type alone."""
    headers = {"Authorization": "Bearer ***", "Content-Type": "application/json"}
    requests = [{"body": body, "headers": headers} for body in ('{"id": "a"}', '{"id": 1}', "[", "[]")]
    sent = [exchange("addBulb", 201, request=request) for request in requests]
    found = covered(tmp_path, *sent, operation="addBulb")
    assert found.media_types["request application/json"] == (4, 4)
    assert found.keywords["request / type"] == (2, 2)
    assert found.keywords["request / type broken"] == (1, 1)
    assert found.keywords["request /id type"] == found.keywords["request /id type broken"] == (1, 1)
    assert "keywords request /model type broken" in found.never["no request broke it"]
    assert "keywords request /model type" in found.never["no request had a value there"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"stopped": "the budget is spent"}, "the run was cut off: the budget is spent"),
        ({"only": ("getBulb",)}, "--only selected other requirements"),
        ({}, "no response had the status 404"),
    ],
)
def test_a_gap_says_why(tmp_path: Path, facts: dict[str, Any], reason: str) -> None:
    """What ended the run or narrowed it is the reason of what it did not exercise."""
    assert "statuses 404" in covered(tmp_path, exchange(), **facts).never[reason]


def test_a_status_whose_requirement_was_not_judged_says_why(tmp_path: Path) -> None:
    """The reason of the verdict is the reason of the gap; of an excluded row the reason that stands in it."""
    unjudged = verdict("bulbs.break.answers-204", "breakBulb", "NOT_APPLICABLE", reason="read-only")
    sent = exchange("breakBulb", 404)
    found = covered(tmp_path / "a", sent, verdicts=[unjudged], operation="breakBulb")
    assert "statuses 204" in found.never["read-only"]
    rows = toy_api.ROWS.replace("expect: a bulb breaks loudly", "expect: a bulb breaks loudly with 204")
    checkout = toy_api.Checkout(tmp_path / "b")
    checkout.rows(rows)
    facts = Facts(checkout.catalogue(), [verdict(operation="breakBulb")], ())
    found = measure([sent], facts).operations["breakBulb"]
    assert "statuses 204" in found.never["nobody can hear a response"]


def test_a_role_whose_requirements_were_not_judged_says_why(tmp_path: Path) -> None:
    """What kept the requirements that need the role from being judged kept the role from being used."""
    unjudged = verdict("bulbs.get.kindly", outcome="CANNOT_JUDGE", reason="the budget is spent")
    found = covered(tmp_path, exchange(), verdicts=[verdict(), unjudged], roles=("owner", "reader"))
    assert found.never["the budget is spent"] == ("roles reader",)


def test_a_request_without_a_token_is_a_role_of_its_own(tmp_path: Path) -> None:
    """Where a token is required; elsewhere everybody is whom the target says."""
    open_door = exchange(request={"headers": {}})
    assert covered(tmp_path / "a", open_door, secured=True).roles["no token"] == (1, 1)
    assert "no token" not in covered(tmp_path / "b", open_door).roles


SHELVES: Final = """\
openapi: 3.1.0
info: {title: Shelves, version: "1"}
paths:
  /shelves/{shelf}/books:
    get:
      operationId: getBulb
      parameters:
        - {name: shelf, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: top, in: query, schema: {type: integer, maximum: 10}}
        - {name: tag, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: Prefer, in: header, schema: {type: string, enum: [short]}}
        - {name: session, in: cookie, schema: {type: string}}
      responses:
        4XX:
          description: Refused.
          content:
            application/problem+json:
              schema: {type: object}
              examples: {a: {value: {type: "urn:no-shelf"}}, b: {value: {type: "urn:full", code: "7"}}}
        default: {description: Anything else.}
    delete: {operationId: breakBulb, responses: {"204": {description: Gone.}}}
"""


def test_parameters_of_every_place_are_read(tmp_path: Path) -> None:
    """Path, query, header and cookie, as the values that their schemas speak of; responses by range too."""
    checkout = toy_api.Checkout(tmp_path)
    checkout.rows(
        "pages: {}\nrequirements:\n"
        f"  - {{id: {CHECK}, operation: getBulb, level: must, basis: schema, expect: documented statuses,"
        " check: documented-status}\n"
    )
    checkout.spec(SHELVES.replace("4XX", '"404"').replace("default", '"200"'))
    catalogue = checkout.catalogue()
    document = yaml.safe_load(SHELVES)  # with the ranges that the claims do not read
    read = {name: replace(each, document=document) for name, each in catalogue.operations.items()}
    problem = {
        "status": 404,
        "headers": {"content-type": "application/problem+json"},
        "body": '{"type": "urn:full"}',
    }
    request = {
        "url": "http://x.example/base/shelves/0/books?top=11&tag=a&tag=c",
        "headers": {"prefer": "short", "Cookie": "session=1; other=2"},
    }
    sent = exchange(request=request, response=problem)
    facts = Facts(replace(catalogue, operations=read), [verdict()], ())
    found = measure([sent, exchange(status=200)], facts).operations["getBulb"]
    assert set(found.parameters.values()) == {(1, 1)}
    broken = {key for key, (seen, _) in found.keywords.items() if seen and key.endswith("broken")}
    assert broken == {"path shelf / minimum broken", "query top / maximum broken", "query tag /* enum broken"}
    assert found.statuses == {"4XX": (1, 1), "default": (1, 1)}
    assert found.error_codes == {"4XX urn:full": (1, 1), "4XX urn:no-shelf": (0, 0)}


KEYS: Final = """\
openapi: 3.0.3
info: {title: Keys, version: "1"}
security: [{key: []}]
components: {securitySchemes: {key: {type: apiKey, in: query, name: api_key}}}
paths:
  /bulbs/{bulbId}:
    get:
      operationId: getBulb
      responses:
        "200": {description: A bulb., content: {"application/*": {schema: {type: object}}}}
        "404": {description: None., content: {application/json: {example: [[[[[[[[{code: Gone}]]]]]]]]}}}
    delete: {operationId: breakBulb, responses: {"204": {description: Gone.}}}
"""


def test_whoever_sends_a_key_is_known(tmp_path: Path) -> None:
    """Not every API knows its callers by a token; a range of media types stands for each of them."""
    checkout = toy_api.Checkout(tmp_path)
    catalogue = checkout.catalogue()
    document = yaml.safe_load(KEYS)
    read = {name: replace(each, document=document) for name, each in catalogue.operations.items()}
    facts = Facts(replace(catalogue, operations=read), [verdict()], ())
    keyed = exchange(request={"url": "http://x.example/bulbs/desk?api_key=***", "headers": {}})
    nested = exchange(status=404, body="[" * 900 + "]" * 900, request={"headers": {}})
    found = measure([keyed, nested], facts).operations["getBulb"]
    assert found.roles == {"owner": (1, 1), "reader": (0, 0), "no token": (1, 1)}
    assert found.media_types["200 application/*"] == (1, 1)
    assert found.error_codes == {}
