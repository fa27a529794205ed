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
from tests.suite.ledger.toy_ledger import LAMP, ROOM, Rooms, create, exchange_of, link, move


def moved(ledger: Ledger) -> Rooms:
    """Create a lamp in a room, a second room, and move the lamp there; return a target in that state."""
    create(ledger, ROOM, "a")
    create(ledger, LAMP, "l", room="a")
    create(ledger, ROOM, "b")
    move(ledger, "L", "B")
    return Rooms({"/rooms/a": "", "/rooms/b": "", "/lamps/l": "/rooms/b"})


def test_the_newest_goes_first_where_nothing_lives_in_anything() -> None:
    """What was refused is not asked for, and what is deleted is asked for once more."""
    ledger = Ledger()
    for name in ("a", "b"):
        create(ledger, ROOM, name)
    target = Rooms({"/rooms/a": "", "/rooms/b": ""})
    assert undo(ledger, target) == []
    assert target.asked == ["/rooms/b", "/rooms/a"]
    assert target.reads == 998


def test_what_was_moved_to_a_newer_container_is_deleted_before_it() -> None:
    """A lamp that was moved to a room created after it is not hidden by the deletion of that room."""
    ledger = Ledger()
    target = moved(ledger)
    assert undo(ledger, target) == []
    assert target.asked[0] == "/lamps/l"
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
    create(ledger, ROOM, "a")
    create(ledger, LAMP, "l", room="a")
    link(ledger, "l", "a")
    target = Rooms({"/rooms/a": "", "/lamps/l": "/rooms/a"})
    assert undo(ledger, target) == []
    assert target.asked == ["/lamps/l/rooms/a", "/lamps/l", "/rooms/a"]


def test_a_link_puts_a_thing_into_another_place_too() -> None:
    """Whatever a link means at the target, a lamp goes before every room that it was linked to."""
    ledger = Ledger()
    create(ledger, LAMP, "l")
    create(ledger, ROOM, "b")
    link(ledger, "l", "b")
    target = Rooms({"/rooms/b": "", "/lamps/l": "/rooms/b"})
    assert undo(ledger, target) == []
    assert target.asked == ["/lamps/l/rooms/b", "/lamps/l", "/rooms/b"]


def test_what_a_deleted_container_has_hidden_is_a_leak_with_its_name() -> None:
    """404 after the container was deleted proves nothing, and is said again by a later clean."""
    ledger = Ledger()
    target = moved(ledger)
    del target.things["/rooms/b"]
    ledger.mark_deleted("/rooms/b")
    for _ in range(2):
        (leak,) = undo(ledger, target)
        assert (leak.what, leak.undo) == ("lamp l", "DELETE /lamps/l")
        assert "unreachable" in leak.error
        assert "room b" in leak.error
    assert "/rooms/a" not in target.things


def test_a_404_of_a_second_try_is_believed() -> None:
    """An earlier try, whose response was lost or broken, may have deleted it."""
    ledger = Ledger()
    target = moved(ledger)
    ledger.mark_deleted("/rooms/b")
    target.answers = {"/lamps/l": [Answer(404, retried=True)]}
    assert undo(ledger, target) == []


def test_a_part_goes_with_the_whole_that_a_scenario_deleted() -> None:
    """What has no address but one below a deleted thing is deleted with it."""
    ledger = Ledger()
    create(ledger, ROOM, "a")
    create(ledger, Undo("shelf", "/rooms/a/shelves/{id}", "/id"), "s", path="/rooms/a/shelves")
    ledger.mark_deleted("/rooms/a")
    target = Rooms()
    assert undo(ledger, target) == []
    assert target.asked == ["/rooms/a/shelves/s"]


def test_a_container_is_not_deleted_before_what_is_stuck_in_it() -> None:
    """What cannot be deleted now would be out of reach for good: both are named as left."""
    ledger = Ledger()
    target = moved(ledger)
    target.answers = {"/lamps/l": [Answer(500)] * 9}
    leaks = {leak.what: leak.error for leak in undo(ledger, target)}
    assert leaks["lamp l"] == "500"
    assert "may still hold lamp l" in leaks["room b"]
    assert [path for path in target.asked if path.startswith("/rooms")] == []


def test_undo_tries_again_as_long_as_that_helps() -> None:
    """What holds another thing may go only in the second round; what never goes costs three requests."""
    ledger = Ledger()
    for name in ("free", "held", "stuck"):
        create(ledger, LAMP, name)
    target = Rooms({"/lamps/free": "", "/lamps/held": "", "/lamps/stuck": ""})
    target.answers = {
        "/lamps/held": [Answer(reason="200 with broken JSON")],
        "/lamps/stuck": [Answer(409)] * 9,
    }
    assert undo(ledger, target) == [Leak("lamp stuck", "DELETE /lamps/stuck", "409")]
    names = [path.removeprefix("/lamps/") for path in target.asked]
    assert names == ["stuck", "held", "free", "stuck", "held", "stuck"]


def test_what_a_read_still_shows_is_a_leak() -> None:
    """A DELETE that succeeds and does nothing is noticed; a read that only lags behind is not."""
    ledger = Ledger()
    for name in ("lags", "stays"):
        create(ledger, LAMP, name)
    target = Rooms({"/lamps/lags": "", "/lamps/stays": ""}, still_shown={"/lamps/lags", "/lamps/stays"})
    target.answers = {"/lamps/stays": [Answer(204)] * 9}
    (leak,) = undo(ledger, target)
    assert (leak.what, leak.error) == ("lamp stays", "its DELETE succeeded, and a GET still shows it")
    assert [entry.what for entry in ledger.unfinished()] == ["lamp stays"]


def test_reads_end_with_the_budget() -> None:
    """What no read could look at is taken as its DELETE was answered."""
    ledger = Ledger()
    create(ledger, LAMP, "l")
    assert undo(ledger, Rooms({"/lamps/l": ""}, reads=0, still_shown={"/lamps/l"})) == []


def test_a_lost_creation_is_named_with_what_may_have_hidden_it() -> None:
    """Nobody knows its id: the leak says the name that was sent, and the container that is deleted."""
    ledger = Ledger()
    create(ledger, ROOM, "a")
    create(ledger, LAMP, room="a", displayName="ct-20261122T060102Z-3f2a1b-lamp-1")
    (leak,) = undo(ledger, Rooms({"/rooms/a": ""}))
    assert leak.what == "lamp (ct-20261122T060102Z-3f2a1b-lamp-1)"
    assert "unreachable in room a" in leak.error
    assert "may or may not exist" in leak.error


NAME = "ct-20261122T060102Z-3f2a1b-lamp-1"
LISTED = Undo("lamp", "/lamps/{id}", "/id", "/lamps?name={name}")
LIST = f"/lamps?name={NAME}"


def test_what_was_created_without_a_word_is_found_by_its_own_name() -> None:
    """The try whose response was lost left a lamp of the same name as the second one: both are deleted."""
    ledger = Ledger()
    create(ledger, LISTED, displayName=NAME)
    create(ledger, LISTED, "second", displayName=NAME)
    lamps = [
        {"id": "other", "displayName": f"{NAME}0"},
        *({"id": i, "displayName": NAME} for i in ("second", "first")),
    ]
    target = Rooms(
        {"/lamps/first": "", "/lamps/second": "", "/lamps/other": ""}, lists={LIST: [{"lamps": lamps}]}
    )
    assert undo(ledger, target) == []
    assert target.things == {"/lamps/other": ""}


@pytest.mark.parametrize(
    ("answer", "pages", "leaks"),
    [(None, [{"lamps": []}], 0), (None, None, 1), (201, [{"lamps": []}], 1), (503, [{"lamps": []}], 0)],
)
def test_a_list_without_the_name_proves_that_nothing_was_created(
    answer: int | None, pages: list[Any] | None, leaks: int
) -> None:
    """Not where the response said that something was created, and not where nobody can read the list."""
    ledger = Ledger()
    request = Request("POST", "/lamps", json={"displayName": NAME}, undo=LISTED)
    number = ledger.intend("owner", request)
    ledger.outcome(number, exchange_of(request, {}, answer) if answer else None)
    assert len(undo(ledger, Rooms(lists={LIST: pages} if pages else {}))) == leaks


def test_a_fixture_is_never_deleted() -> None:
    """A response that names something of somebody else's is not followed."""
    ledger = Ledger()
    create(ledger, LAMP, "Theirs")
    ledger.foreign.fixtures = frozenset({"theirs"})
    (leak,) = undo(ledger, Rooms({"/lamps/Theirs": ""}))
    assert "fixture" in leak.error


def test_another_role_deletes_what_its_creator_sees_no_more() -> None:
    """A target that let a thing be moved to somebody else's container shows it to that one alone."""
    ledger = Ledger()
    room = Request("POST", "/rooms", undo=ROOM)
    create(ledger, LAMP, "l")
    number = ledger.intend("outsider", room)
    ledger.entries[number] = ledger.entries[number].__class__(
        number, "outsider", "room b", "POST /rooms", "/rooms/b", "/id", "", "created"
    )
    again = Ledger(entries=ledger.entries)
    move(again, "l", "b")
    roles: list[str] = []

    class Outsiders(Rooms):
        def delete(self, role: str, path: str, *, is_retry: bool) -> Answer:
            roles.append(f"{role} {path}")
            owned = path.startswith("/rooms") or role == "outsider"
            return super().delete(role, path, is_retry=is_retry) if owned else Answer(404)

    assert undo(again, Outsiders({"/rooms/b": "", "/lamps/l": "/rooms/b"})) == []
    assert roles == ["owner /lamps/l", "outsider /lamps/l", "outsider /rooms/b"]


@pytest.mark.parametrize(
    "body", [b'{"to": "B"}', b'{"to": "{b}", "to": "b"}', b"to=b&x=1", b'{"deep": [{"to": "b"}]}']
)
def test_a_place_is_found_in_any_body(body: bytes) -> None:
    """Bodies that are doubled, deep or of another type may move a thing as well."""
    ledger = Ledger()
    create(ledger, LAMP, "l")
    create(ledger, ROOM, "b")
    ledger.intend_move(Request("PATCH", "/lamps/l/move", content=body, moves="l"))
    assert ledger.entries[1].places == ("b",)


def test_two_that_may_live_in_each_other_go_newest_first() -> None:
    """A circle of places is no reason to delete nothing."""
    ledger = Ledger()
    create(ledger, ROOM, "a")
    create(ledger, ROOM, "b", inside="a")
    move(ledger, "a", "b")
    assert [entry.id for entry in deletion_order(list(ledger.entries.values()))] == ["b", "a"]
    assert undo(ledger, Rooms({"/rooms/a": "", "/rooms/b": ""})) == []
