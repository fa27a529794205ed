"""A member takes a name that a list of its kind showed, and none of what its own operation makes."""

from __future__ import annotations

from typing import Any

from conformance.claims.endpoints import Endpoint, endpoints
from conformance.exchange.model import Request
from conformance.generate.world.learned import Learned
from tests.suite.ledger.toy_ledger import exchange_of

PATHS: dict[str, Any] = {
    "/engines": {"get": {"responses": {}}, "post": {"responses": {}}},
    "/enginekinds": {"get": {"responses": {}}},
    "/cars": {"post": {"responses": {}}},
}


def endpoint(label: str) -> Endpoint:
    """Return one operation of engines, their kinds, and cars."""
    return next(e for e in endpoints({"openapi": "3.0.3", "paths": PATHS}) if e.label == label)


def test_a_name_of_a_list_is_taken() -> None:
    """For the thing itself and inside of another; not again what was refused."""
    learned = Learned()
    kinds = exchange_of(Request("GET", "/enginekinds"), {"all": {"v8": {"name": "v8", "size": 8}}}, 200)
    learned.note(endpoint("GET /enginekinds"), kinds)
    assert learned.value(endpoint("POST /engines"), "name", (), "ct-1") == "v8"
    assert learned.value(endpoint("POST /cars"), "name", ("engine",), "ct-1") == "v8"
    assert learned.value(endpoint("POST /cars"), "name", ("engine",), "v8") == ""
    assert learned.value(endpoint("POST /cars"), "name", (), "ct-1") == ""


def test_what_an_operation_makes_itself_is_not_taken() -> None:
    """A name that is there already would change another's thing."""
    learned = Learned()
    learned.note(endpoint("GET /engines"), exchange_of(Request("GET", "/engines"), [{"name": "theirs"}], 200))
    assert learned.value(endpoint("POST /engines"), "name", (), "ct-1") == ""
