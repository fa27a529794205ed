"""The limit of requests."""

from __future__ import annotations

import pytest
import requests

from conformance.emulator.errors import RateError
from conformance.emulator.kernel.throttle import Rate, Throttle, parse_rate
from conformance.emulator.serving import running
from tests.suite.emulator.caller import Caller


@pytest.mark.parametrize(
    ("text", "rate"), [("3", Rate(3, 1)), ("3/s", Rate(3, 1)), (" 90 / m ", Rate(90, 60))]
)
def test_a_rate_is_read(text: str, rate: Rate) -> None:
    """A number alone is one a second."""
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "x", "3/h", "-1/s"])
def test_what_is_no_rate_is_an_error(text: str) -> None:
    """The error says what a rate looks like."""
    with pytest.raises(RateError, match="write N, N/s or N/m"):
        parse_rate(text)


def test_a_window_starts_with_its_first_request_and_the_wait_suffices() -> None:
    """Beyond the limit the wait is in whole seconds, and after it a request passes."""
    throttle = Throttle(Rate(2, 60))
    assert [throttle.wait("a", None, 100.0 + n) for n in range(3)] == [0, 0, 58]
    assert throttle.wait("b", None, 102.0) == 0
    assert throttle.wait("a", None, 102.0 + 58) == 0
    assert throttle.wait("a", (1, 1.0), 500.0) == 0
    assert throttle.wait("a", (1, 1.0), 500.9) == 1


def test_the_throttled_user_may_come_back_when_told() -> None:
    """Two requests pass, the third is 429 with Retry-After 1, and after a second the next one passes."""
    with running() as served, requests.Session() as session:
        services = served.emulator.services
        now = services.clock()
        # The issuer's as well: a token of the next second would not be good yet.
        services.clock = services.issuer.clock = lambda: now
        throttled = Caller(served, "throttled", session)
        itwin = Caller(served, session=session).itwin()
        statuses = [throttled.account(itwin).status for _ in range(2)]
        answer = throttled.account(itwin)
        assert [*statuses, answer.status] == [200, 200, 429]
        assert (answer.code, answer.headers["retry-after"]) == ("RateLimitExceeded", "1")
        now += int(answer.headers["retry-after"])
        assert throttled.account(itwin).status == 200


def test_a_limit_for_all_counts_each_application_alone() -> None:
    """With --rate-limit one application's requests do not count for another."""
    with running(rate_limit="3/m") as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin = owner.itwin()
        assert [owner.account(itwin).status for _ in range(3)] == [200, 200, 429]
        assert owner.as_role("reader").account(itwin).status == 200
        assert 'rate = "3/m"' in served.targets().toml
