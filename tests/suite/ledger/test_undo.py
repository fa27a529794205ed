"""Undo deletes contents before containers, wherever they were moved, and believes no 404 without cause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.exchange.model import Request, Undo
from conformance.ledger.containment import deletion_order
from conformance.ledger.entries import Leak
from conformance.ledger.journal import Ledger, load_ledger, new_ledger
from conformance.ledger.undo import Answer, undo
from tests.suite.ledger.toy_ledger import BOX, THING, Boxes, create, exchange_of, link, move


def moved(ledger: Ledger) -> Boxes:
    """Create a thing in a box, a second box, and move the thing there; return a target in that state."""
    create(ledger, BOX, "a")
    create(ledger, THING, "l", box="a")
    create(ledger, BOX, "b")
    move(ledger, "L", "B")
    return Boxes({"/boxes/a": "", "/boxes/b": "", "/things/l": "/boxes/b"})


def test_the_newest_goes_first_where_nothing_lives_in_anything() -> None:
    """What was refused is not asked for, and what is deleted is asked for once more."""
    ledger = Ledger()
    for name in ("a", "b"):
        create(ledger, BOX, name)
    target = Boxes({"/boxes/a": "", "/boxes/b": ""})
    assert undo(ledger, target) == []
    assert target.asked == ["/boxes/b", "/boxes/a"]
    assert target.reads == 998


def test_what_was_moved_to_a_newer_container_is_deleted_before_it() -> None:
    """A thing that was moved to a box created after it is not hidden by the deletion of that box."""
    ledger = Ledger()
    target = moved(ledger)
    assert undo(ledger, target) == []
    assert target.asked[0] == "/things/l"
    assert target.things == {}


def test_a_killed_run_knows_where_things_were_moved(tmp_path: Path) -> None:
    """The place is on the disk before the move is sent, so that `clean` deletes in the right order too."""
    ledger = new_ledger(tmp_path / "ledger.ndjson", "http://t")
    target = moved(ledger)
    ledger.close()
    again = load_ledger(tmp_path / "ledger.ndjson")
    assert undo(again, target) == []
    again.close()
    assert target.things == {}


def test_a_link_goes_before_both_of_its_ends() -> None:
    """Its DELETE may be answered with 404: it goes with either end."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    create(ledger, THING, "l", box="a")
    link(ledger, "l", "a")
    target = Boxes({"/boxes/a": "", "/things/l": "/boxes/a"})
    assert undo(ledger, target) == []
    assert target.asked == ["/things/l/boxes/a", "/things/l", "/boxes/a"]


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_link_whose_delete_is_refused_holds_nothing_back(status: int) -> None:
    """A request that was to be refused, and whose response was lost: the link goes with its ends."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    create(ledger, THING, "l", box="a")
    link(ledger, "l", "a'")
    path = "/things/l/boxes/a'"
    target = Boxes({"/boxes/a": "", "/things/l": "/boxes/a"}, answers={path: [Answer(status)] * 3})
    assert undo(ledger, target) == []
    assert target.things == {}
    stuck = Boxes({"/things/l": ""}, answers={path: [Answer(status)] * 9, "/things/l": [Answer(500)] * 9})
    ledger = Ledger()
    create(ledger, THING, "l")
    link(ledger, "l", "a'")
    assert [leak.what for leak in undo(ledger, stuck)] == ["link", "thing l"], "as long as an end is there"


def test_a_link_puts_a_thing_into_another_place_too() -> None:
    """Whatever a link means at the target, a thing goes before every box that it was linked to."""
    ledger = Ledger()
    create(ledger, THING, "l")
    create(ledger, BOX, "b")
    link(ledger, "l", "b")
    target = Boxes({"/boxes/b": "", "/things/l": "/boxes/b"})
    assert undo(ledger, target) == []
    assert target.asked == ["/things/l/boxes/b", "/things/l", "/boxes/b"]


def test_what_a_deleted_container_has_hidden_is_a_leak_with_its_name() -> None:
    """404 after the container was deleted proves nothing, and is said again by a later clean."""
    ledger = Ledger()
    target = moved(ledger)
    del target.things["/boxes/b"]
    ledger.mark_deleted("/boxes/b", "owner")
    for _ in range(2):
        (leak,) = undo(ledger, target)
        assert (leak.what, leak.undo) == ("thing l", "DELETE /things/l")
        assert "unreachable" in leak.error
        assert "box b" in leak.error
    assert "/boxes/a" not in target.things


def test_a_404_of_a_second_try_is_believed() -> None:
    """An earlier try, whose response was lost or broken, may have deleted it."""
    ledger = Ledger()
    target = moved(ledger)
    ledger.mark_deleted("/boxes/b", "owner")
    target.answers = {"/things/l": [Answer(404, retried=True)]}
    assert undo(ledger, target) == []


def test_a_part_goes_with_the_whole_that_a_scenario_deleted() -> None:
    """What has no address but one below a deleted thing is deleted with it."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    create(ledger, Undo("shelf", "/boxes/a/shelves/{id}", "/id"), "s", path="/boxes/a/shelves")
    ledger.mark_deleted("/boxes/a", "owner")
    target = Boxes()
    assert undo(ledger, target) == []
    assert target.asked == ["/boxes/a/shelves/s"]


def test_a_container_is_not_deleted_before_what_is_stuck_in_it() -> None:
    """What cannot be deleted now would be out of reach for good: both are named as left."""
    ledger = Ledger()
    target = moved(ledger)
    target.answers = {"/things/l": [Answer(500)] * 9}
    leaks = {leak.what: leak.error for leak in undo(ledger, target)}
    assert leaks["thing l"] == "500"
    assert "may still hold thing l" in leaks["box b"]
    assert [path for path in target.asked if path.startswith("/boxes")] == []


def test_undo_tries_again_as_long_as_that_helps() -> None:
    """What holds another thing may go only in the second round; what never goes costs three requests."""
    ledger = Ledger()
    for name in ("free", "held", "stuck"):
        create(ledger, THING, name)
    target = Boxes({"/things/free": "", "/things/held": "", "/things/stuck": ""})
    target.answers = {
        "/things/held": [Answer(reason="200 with broken JSON")],
        "/things/stuck": [Answer(409)] * 9,
    }
    assert undo(ledger, target) == [Leak("thing stuck", "DELETE /things/stuck", "409")]
    names = [path.removeprefix("/things/") for path in target.asked]
    assert names == ["stuck", "held", "free", "stuck", "held", "stuck"]


def test_what_a_read_still_shows_is_a_leak() -> None:
    """A DELETE that succeeds and does nothing is noticed; a read that only lags behind is not."""
    ledger = Ledger()
    for name in ("lags", "stays"):
        create(ledger, THING, name)
    target = Boxes({"/things/lags": "", "/things/stays": ""}, still_shown={"/things/lags", "/things/stays"})
    target.answers = {"/things/stays": [Answer(204)] * 9}
    (leak,) = undo(ledger, target)
    assert (leak.what, leak.error) == ("thing stays", "its DELETE succeeded, and a GET still shows it")
    assert [entry.what for entry in ledger.unfinished()] == ["thing stays"]


def test_reads_end_with_the_budget() -> None:
    """What no read could look at is taken as its DELETE was answered."""
    ledger = Ledger()
    create(ledger, THING, "l")
    assert undo(ledger, Boxes({"/things/l": ""}, reads=0, still_shown={"/things/l"})) == []


def test_a_lost_creation_is_named_with_what_may_have_hidden_it() -> None:
    """Nobody knows its id: the leak says the name that was sent, and the container that is deleted."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    create(ledger, THING, box="a", displayName="ct-20261122T060102Z-3f2a1b-thing-1")
    (leak,) = undo(ledger, Boxes({"/boxes/a": ""}))
    assert leak.what == "thing (ct-20261122T060102Z-3f2a1b-thing-1)"
    assert "unreachable in box a" in leak.error
    assert "may or may not exist" in leak.error


def test_a_lost_part_went_with_the_whole_that_was_deleted() -> None:
    """It has no address but one below it; a DELETE that was not carried out takes nothing along."""
    for box, left in (({"/boxes/a": ""}, 0), ({}, 1)):
        ledger = Ledger()
        create(ledger, BOX, "a")
        create(ledger, Undo("shelf", "/boxes/a/shelves/{id}", "/id"), path="/boxes/a/shelves")
        assert len(undo(ledger, Boxes(box))) == left


NAME = "ct-20261122T060102Z-3f2a1b-thing-1"
LISTED = Undo("thing", "/things/{id}", "/id", "/things?name={name}")
LIST = f"/things?name={NAME}"


def test_what_was_created_without_a_word_is_found_by_its_own_name() -> None:
    """The try whose response was lost left a thing of the same name as the second one: both are deleted."""
    ledger = Ledger()
    create(ledger, LISTED, displayName=NAME)
    create(ledger, LISTED, "second", displayName=NAME)
    things = [
        {"id": "other", "displayName": f"{NAME}0"},
        *({"id": i, "displayName": NAME} for i in ("second", "first")),
    ]
    target = Boxes(
        {"/things/first": "", "/things/second": "", "/things/other": ""}, lists={LIST: [{"things": things}]}
    )
    assert undo(ledger, target) == []
    assert target.things == {"/things/other": ""}


@pytest.mark.parametrize(
    ("answer", "pages", "leaks"),
    [(None, [{"things": []}], 0), (None, None, 1), (201, [{"things": []}], 1), (503, [{"things": []}], 0)],
)
def test_a_list_without_the_name_proves_that_nothing_was_created(
    answer: int | None, pages: list[Any] | None, leaks: int
) -> None:
    """Not where the response said that something was created, and not where nobody can read the list."""
    ledger = Ledger()
    request = Request("POST", "/things", json={"displayName": NAME}, undo=LISTED)
    number = ledger.intend("owner", request)
    ledger.outcome(number, exchange_of(request, {}, answer) if answer else None)
    assert len(undo(ledger, Boxes(lists={LIST: pages} if pages else {}))) == leaks


def test_a_delete_without_a_response_is_sent_again() -> None:
    """Although nothing else could be deleted in the same round."""
    ledger = Ledger()
    create(ledger, THING, "a")
    target = Boxes({"/things/a": ""}, answers={"/things/a": [Answer(reason="no response (timeout)")]})
    assert undo(ledger, target) == []
    assert target.asked == ["/things/a", "/things/a"]


def timed_out(ledger: Ledger, undo: Undo = LISTED, status: int | None = None) -> None:
    """Be about to create something, and give its request up."""
    request = Request("POST", "/things", json={"displayName": NAME}, undo=undo)
    number = ledger.intend("owner", request)
    failure = "" if status else "timeout: TimeoutError: timed out"
    ledger.outcome(number, exchange_of(request, status=status, failure=failure))


@pytest.mark.parametrize("status", [None, 504])
def test_what_a_slow_target_creates_afterwards_is_found_at_the_end(status: int | None) -> None:
    """It was in no list when undo began: the target went on with what we, or a gateway, had given up."""
    ledger = Ledger()
    timed_out(ledger, status=status)
    create(ledger, THING, "known")
    late = [{"things": [{"id": "late", "displayName": NAME}]}]
    target = Boxes(
        {"/things/known": "", "/things/late": ""}, lists={LIST: [{"things": []}]}, later={LIST: late}
    )
    assert undo(ledger, target) == []
    assert target.things == {}
    assert target.asked == ["/things/known", "/things/late"]


@pytest.mark.parametrize(("pages", "leaks"), [([{"things": []}], 0), (None, 1)])
def test_what_timed_out_is_not_there_only_if_its_list_says_so_again(pages: Any, leaks: int) -> None:
    """A list that nobody can read any more leaves open what exists: that is a leak."""
    ledger = Ledger()
    timed_out(ledger)
    assert len(undo(ledger, Boxes(lists={LIST: [{"things": []}]}, later={LIST: pages}))) == leaks


def test_the_list_of_a_deleted_container_holds_nothing_more() -> None:
    """What comes late finds no container to be created in."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    within = f"/boxes/a/things?name={NAME}"
    timed_out(ledger, Undo("thing", "/things/{id}", "/id", "/boxes/a/things?name={name}"))
    target = Boxes({"/boxes/a": ""}, lists={within: [{"things": []}]}, later={within: None})
    assert undo(ledger, target) == []
    assert ledger.unfinished() == []


def test_a_fixture_is_never_deleted() -> None:
    """A response that names something of somebody else's is not followed."""
    ledger = Ledger()
    create(ledger, THING, "Theirs")
    ledger.foreign.fixtures = frozenset({"theirs"})
    (leak,) = undo(ledger, Boxes({"/things/Theirs": ""}))
    assert "fixture" in leak.error


def test_another_role_deletes_what_its_creator_sees_no_more() -> None:
    """A target that let a thing be moved to somebody else's container shows it to that one alone."""
    ledger = Ledger()
    box = Request("POST", "/boxes", undo=BOX)
    create(ledger, THING, "l")
    number = ledger.intend("outsider", box)
    ledger.entries[number] = ledger.entries[number].__class__(
        number, "outsider", "box b", "POST /boxes", "/boxes/b", "/id", "", "created"
    )
    again = Ledger(entries=ledger.entries)
    move(again, "l", "b")
    roles: list[str] = []

    class Outsiders(Boxes):
        def delete(self, role: str, path: str, *, is_retry: bool) -> Answer:
            roles.append(f"{role} {path}")
            owned = path.startswith("/boxes") or role == "outsider"
            return super().delete(role, path, is_retry=is_retry) if owned else Answer(404)

    assert undo(again, Outsiders({"/boxes/b": "", "/things/l": "/boxes/b"})) == []
    assert roles == ["owner /things/l", "outsider /things/l", "outsider /boxes/b"]


@pytest.mark.parametrize(
    "body", [b'{"to": "B"}', b'{"to": "{b}", "to": "b"}', b"to=b&x=1", b'{"deep": [{"to": "b"}]}']
)
def test_a_place_is_found_in_any_body(body: bytes) -> None:
    """Bodies that are doubled, deep or of another type may move a thing as well."""
    ledger = Ledger()
    create(ledger, THING, "l")
    create(ledger, BOX, "b")
    ledger.intend_move(Request("PATCH", "/things/l/move", content=body, moves="l"))
    assert ledger.entries[1].places == ("b",)


def test_two_that_may_live_in_each_other_go_newest_first() -> None:
    """A circle of places is no reason to delete nothing."""
    ledger = Ledger()
    create(ledger, BOX, "a")
    create(ledger, BOX, "b", inside="a")
    move(ledger, "a", "b")
    assert [entry.id for entry in deletion_order(list(ledger.entries.values()))] == ["b", "a"]
    assert undo(ledger, Boxes({"/boxes/a": "", "/boxes/b": ""})) == []
