"""A long run stays small: old exchanges are packed, and read as they were."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from conformance.claims.requirements import load_claims
from conformance.exchange.exchanges import Exchanges
from conformance.exchange.model import ABSENT, Exchange, Request, Undo, request_for

OPERATION = load_claims().operations["moveRealityData"]


def exchange(number: int, **changes: Any) -> Exchange:
    """Return the exchange of this number."""
    request = request_for(
        OPERATION, {"realityDataId": f"id {number} \ud800"}, json={"iTwinId": [number, None]}
    )
    options: dict[str, Any] = {
        "request": request,
        "sent_body": request.body(),
        "status": 200,
        "headers": {"Content-Type": "application/json"},
        "content": b'{"a": %d}' % number,
        **changes,
    }
    return Exchange(
        f"x{number}", "owner", url="http://a/b", sent_headers={}, started=1.5, elapsed_ms=2.0, **options
    )


def filled(count: int, as_they_are: int) -> tuple[Exchanges, list[Exchange]]:
    """Return so many exchanges as they are kept, and as they were."""
    found, all_of_them = Exchanges(as_they_are=as_they_are), [exchange(number) for number in range(count)]
    for each in all_of_them:
        found.add(each)
    return found, all_of_them


def test_what_was_packed_is_as_it_was() -> None:
    """Every field, bodies of bytes and lone surrogates too; its operation is the documented one itself."""
    found, all_of_them = filled(7, as_they_are=2)
    assert list(found.values()) == all_of_them
    assert [found[f"x{number}"] for number in range(7)] == all_of_them
    assert all(each.request.operation is OPERATION for each in found.values())
    assert found["x0"].request.content is None
    assert found["x0"].json == {"a": 0}


def test_what_has_no_operation_and_no_body_is_packed_too() -> None:
    """A set-up request with the way to undo it, without a response."""
    undo = Undo("a box", "/boxes/{id}", "/id")
    one = exchange(
        1, request=Request("POST", "/boxes", undo=undo), status=None, failure="timeout", content=b""
    )
    found = Exchanges(as_they_are=0)
    found.add(one)
    assert found["x1"] == one
    assert found["x1"].request.json is ABSENT


def test_they_are_found_by_operation_newest_and_id() -> None:
    """Oldest first; what is not there is a KeyError, as of any mapping."""
    found, all_of_them = filled(5, as_they_are=2)
    found.add(other := exchange(9, request=Request("GET", "/itwins/1")))
    assert list(found.of("moveRealityData")) == all_of_them
    assert list(found.of("GET /itwins/{id}")) == [other]
    assert list(found.of("nothing")) == []
    assert (found.newest, len(found), "x0" in found, "x7" in found) == (other, 6, True, False)
    assert found.get("x7") is None
    with pytest.raises(KeyError):
        Exchanges().newest  # noqa: B018 - reading it is what raises


def test_a_packed_exchange_takes_less_than_a_kilobyte() -> None:
    """Fifty thousand of them are forty megabytes."""
    tracemalloc.start()
    try:
        found = Exchanges(as_they_are=10)
        for number in range(1_000):
            found.add(exchange(number))
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 1_000
    assert size < 1_000_000
