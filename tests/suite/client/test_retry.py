"""Whether a request is sent again is decided from its exchanges alone, without a socket or a wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from conformance.client.retry import Again, EndRun, next_step, result_of, was_throttled
from conformance.exchange.model import Exchange, Request, Undo

READ: Final = Request("GET", "/things/1", purpose="setup")
WRITE: Final = Request("POST", "/things", purpose="setup", undo=Undo("thing", "/things/{id}", "/id"))
JUDGED: Final = Request("POST", "/things")
DELETION: Final = Request("DELETE", "/things/1", purpose="undo")
MAX_WAIT: Final = 60.0


def attempts(request: Request, *seen: int | str, retry_after: str = "") -> list[Exchange]:
    """Return the exchanges of a request that had these statuses or failures, one after the other."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return [
        Exchange(
            f"x{number}",
            "owner",
            request,
            "",
            {},
            None,
            0,
            0,
            status=one if isinstance(one, int) else None,
            failure="" if isinstance(one, int) else one,
            headers=headers if isinstance(one, int) else {},
        )
        for number, one in enumerate(seen)
    ]


@pytest.mark.parametrize(
    ("request_", "seen", "step"),
    [
        (JUDGED, [200], None),
        (JUDGED, [500], None),
        (JUDGED, [401], None),
        (JUDGED, ["timeout: read"], None),
        (JUDGED, ["broken: reset"], Again()),
        (JUDGED, ["broken: reset", "broken: reset"], Again(pause=0.5)),
        (JUDGED, ["broken: reset"] * 3, None),
        (JUDGED, ["broken: reset", "broken: reset", 429, "broken: reset"], Again()),
        (JUDGED, [502], Again(pause=0.5)),
        (JUDGED, [502, "broken: reset"], Again(pause=0.5)),
        (JUDGED, [504, 503, 502], None),
        (READ, [404], None),
        (READ, [500], Again(pause=0.2)),
        (READ, [500, 500], Again(pause=0.2)),
        (READ, [500, 500, 500], None),
        (WRITE, [401], Again(new_token=True)),
        (WRITE, [401, 500, 401], None),
        (Request("GET", "/", purpose="setup", headers={"Authorization": None}), [401], None),
    ],
)
def test_what_is_sent_again(request_: Request, seen: list[int | str], step: Again | None) -> None:
    """A broken connection once more, set-up three times in all, a judged request that was answered never."""
    assert next_step(attempts(request_, *seen), MAX_WAIT) == step


@pytest.mark.parametrize(
    ("retry_after", "seen", "wait"),
    [("3", [429], 3.0), ("3", [429, 429], 3.5), ("", [429], 2.0), ("", [429, "broken: reset", 429], 2.5)],
)
def test_a_429_lets_the_whole_run_wait(retry_after: str, seen: list[int | str], wait: float) -> None:
    """As long as it says, two seconds where it says nothing, and each time a little longer."""
    assert next_step(attempts(JUDGED, *seen, retry_after=retry_after), MAX_WAIT) == Again(block=wait)
    assert next_step(attempts(Request("GET", "/", may_throttle=True), *seen), MAX_WAIT) is None


def test_a_server_that_asks_to_wait_long_is_not_asked_again_by_set_up() -> None:
    """A 5xx with a long Retry-After is the answer, and one with a short one is not."""
    assert next_step(attempts(READ, 500, retry_after="30"), MAX_WAIT) is None
    assert next_step(attempts(READ, 500, retry_after="1"), MAX_WAIT) == Again(pause=0.2)
    assert next_step(attempts(READ, 503, retry_after="1"), MAX_WAIT) == Again(pause=1.0)
    assert next_step(attempts(READ, 503, retry_after="30"), MAX_WAIT) is None


@pytest.mark.parametrize(
    ("headers", "content", "answered"),
    [
        ({}, b"<html>Bad Gateway</html>", False),
        ({}, b"", False),
        ({}, b'{"statusCode": 502, "message": "no backend"}', False),
        ({}, b'{"error": {"code": "Unavailable", "message": "x"}}', True),
        ({"X-Correlation-Id": "1"}, b"", True),
    ],
)
def test_a_gateway_is_told_from_an_api_that_fails_itself(
    headers: dict[str, str], content: bytes, *, answered: bool
) -> None:
    """An API's own 502, 503 or 504 has its error or its correlation id; a 500 is always its own."""
    (seen,) = attempts(JUDGED, 502)
    seen = replace(seen, headers=headers, content=content)
    assert (seen.no_answer == "") is answered
    assert (next_step([seen], MAX_WAIT) is None) is answered
    assert replace(seen, status=500).no_answer == ""


def test_a_limit_that_never_lifts_ends_the_run() -> None:
    """Four times 429 are enough, and so is one that asks for more than the target may ask for."""
    ended = next_step(attempts(JUDGED, 429, 429, 429, 429), MAX_WAIT)
    assert isinstance(ended, EndRun)
    assert (ended.undo_too, ended.never_lifted) == (False, True)
    while_undoing = next_step(attempts(DELETION, 429, 429, 429, 429), MAX_WAIT)
    assert isinstance(while_undoing, EndRun)
    assert while_undoing.undo_too
    asked = next_step(attempts(JUDGED, 429, retry_after="61"), MAX_WAIT)
    assert asked == EndRun(
        "throttled: the target asks to wait 61 s, more than max_wait = 60 s", undo_too=True
    )


def test_a_conflict_after_a_lost_response_proves_nothing() -> None:
    """The 409 of a judged write may be a conflict with its own first try; that of set-up is looked at."""
    result = result_of(attempts(JUDGED, "broken: reset", 409))
    assert result.status is None
    assert "may have been carried out" in result.failure
    assert result_of(attempts(JUDGED, 502, "broken: reset", 409)).status is None
    assert result_of(attempts(JUDGED, 502, 422)).status == 422
    assert result_of(attempts(WRITE, "broken: reset", 409)).status == 409
    assert result_of(attempts(JUDGED, 409)).status == 409


def test_a_request_remembers_that_it_was_throttled() -> None:
    """Only an earlier attempt counts: the newest is the answer."""
    assert was_throttled(attempts(JUDGED, 429, 200))
    assert not was_throttled(attempts(JUDGED, 200))
