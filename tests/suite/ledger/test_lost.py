"""What is known by its name alone, or not even that, is looked for in its list."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.exchange.model import Request, Undo
from conformance.ledger.journal import Ledger
from conformance.ledger.undo import Answer, undo
from tests.suite.ledger.toy_ledger import BOX, Boxes, create, exchange_of

NAME = "ct-20261122T060102Z-3f2a1b-thing-1"
ALL = Undo("thing", "/things/{id}", "/id|/data/id", "/things")


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_has_another_id_than_the_response_said_is_deleted_under_that_of_its_list(status: int) -> None:
    """A creation may be answered with its first version: nothing is gone because that id is unknown."""
    ledger = Ledger()
    create(ledger, ALL, "version-1", displayName=NAME)
    shown = [{"items": [{"id": "other", "displayName": "x"}, {"id": "right", "displayName": NAME}]}]
    wrong = {"/things/version-1": [Answer(status)]}
    target = Boxes({"/things/right": "", "/things/other": ""}, answers=wrong, lists={"/things": shown})
    assert undo(ledger, target) == []
    assert target.things == {"/things/other": ""}


def test_what_has_no_name_is_looked_for_once_more_when_all_else_is_deleted() -> None:
    """What its list held at first may have been a part of something else of the run."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    failed = Request("POST", "/things", json={"displayName": 1}, undo=ALL)
    ledger.outcome(ledger.intend("owner", failed), exchange_of(failed, status=500))

    class Parts(Boxes):
        def listed(self, role: str, path: str) -> list[Any] | None:  # noqa: ARG002 - the signature of a sender
            return [[{"id": "of-a"}] if self.things else []]

    target = Parts({"/boxes/a": ""})
    assert undo(ledger, target) == []


def test_what_only_seemed_to_have_chosen_its_id_is_deleted_under_that_of_its_list() -> None:
    """No response said an id, and the name of the request is none: the list says which it is."""
    ledger = Ledger()
    chosen = Undo("thing", "/things/{id}", f"/id|={NAME}", "/things")
    request = Request("POST", "/things", json={"name": NAME}, undo=chosen)
    ledger.outcome(ledger.intend("owner", request), exchange_of(request, [{}, True]))
    wrong = {f"/things/{NAME}": [Answer(422)]}
    target = Boxes({"/things/5": ""}, answers=wrong, lists={"/things": [[{"id": "5", "name": NAME}]]})
    assert undo(ledger, target) == []
    assert target.things == {}


@pytest.mark.parametrize(
    ("shown", "things"),
    [([{"id": "known", "displayName": NAME}], {}), ([{"id": "right", "displayName": NAME}], {"right": ""})],
)
def test_an_id_of_a_list_is_not_taken_where_it_is_known(shown: list[Any], things: dict[str, str]) -> None:
    """What the list shows is the thing itself, or another thing of the ledger, or a fixture: no other id."""
    ledger = Ledger()
    create(ledger, ALL, "known", displayName=NAME)
    ledger.foreign.fixtures = frozenset({"right"})
    target = Boxes(things, answers={"/things/known": [Answer(404)]}, lists={"/things": shown})
    assert undo(ledger, target) == []
    assert target.asked == ["/things/known"]


@pytest.mark.parametrize(
    ("shown", "leaks"), [([], 0), ([{"id": "known"}], 0), ([{"id": "known"}, {"id": "new"}], 1), (None, 1)]
)
def test_what_has_no_name_is_not_there_only_if_its_list_holds_nothing_new(shown: Any, leaks: int) -> None:
    """An error of the server's own may have come after the write; a new entry may be anybody's."""
    ledger = Ledger()
    create(ledger, ALL, "known")
    failed = Request("POST", "/things", json={"displayName": 1}, undo=ALL)
    ledger.outcome(ledger.intend("owner", failed), exchange_of(failed, status=500))
    lists = {} if shown is None else {"/things": [shown]}
    target = Boxes({"/things/known": ""}, lists=lists)
    assert len(undo(ledger, target)) == leaks
    assert "/things/new" not in target.asked
