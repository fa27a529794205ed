"""How long a response asks to wait, in seconds or as a date in any form that HTTP knows."""

from __future__ import annotations

import pytest

from conformance.client.retry_after import retry_after, wait_of
from conformance.exchange.model import Exchange, Request

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
NOON = 784_111_777.0
"""The second of `DATE` since the epoch."""


def throttled(value: str | None, **more: str) -> Exchange:
    """Return a 429 with this Retry-After that came at `NOON` on our own clock."""
    headers = more if value is None else {"retry-after": value, **more}
    return Exchange("x1", "owner", Request("GET", "/"), "", {}, None, NOON, 0, 429, headers=headers)


@pytest.mark.parametrize(
    ("value", "seconds", "wait"),
    [
        (None, None, None),
        ("", None, None),
        ("0", 0.0, 0.0),
        (" 7 ", 7.0, 7.0),
        ("1.5", None, 1.5),
        ("-1", None, None),
        ("soon", None, None),
        ("9" * 30, None, float("inf")),
        ("Sun, 06 Nov 1994 08:49:40 GMT", None, 3.0),
        ("Sunday, 06-Nov-94 08:49:40 GMT", None, 3.0),
        ("Sun Nov  6 08:49:40 1994", None, 3.0),
        ("Sun, 06 Nov 1994 08:49:30 GMT", None, 0.0),
    ],
)
def test_a_wait_is_read_in_every_form(value: str | None, seconds: float | None, wait: float | None) -> None:
    """Seconds are the documented form; a date is waited for all the same; nonsense asks for nothing."""
    assert retry_after(throttled(value)) == seconds
    assert wait_of(throttled(value)) == wait


@pytest.mark.parametrize(
    ("date", "wait"),
    [(DATE, 3.0), ("Sun, 06 Nov 1994 07:49:37 GMT", 3603.0), ("no date", 3.0)],
)
def test_a_date_is_judged_by_the_clock_of_the_server(date: str, wait: float) -> None:
    """A server whose clock is an hour behind means an hour later than ours would read."""
    assert wait_of(throttled("Sun, 06 Nov 1994 08:49:40 GMT", Date=date)) == wait
