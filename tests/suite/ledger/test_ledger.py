"""The ledger is written before anything is sent, survives a kill, and deletes nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange.model import Request, Undo
from conformance.ledger.entries import Entry
from conformance.ledger.journal import (
    LOST_AT_ALL,
    LOST_IN_A_ROW,
    Ledger,
    load_ledger,
    lost_in,
    new_ledger,
    refuse_unfinished,
)
from conformance.ledger.undo import undo
from tests.suite.ledger.toy_ledger import THING, Boxes, create, exchange_of


@pytest.mark.parametrize("identity", ['""', "null", "17", '".."', '"../x"', '"a\\r\\nX: 1"', '"http://x/y"'])
def test_an_id_that_is_none_makes_no_undo_request(identity: str) -> None:
    """What a response names must look like an id before anything is deleted under it."""
    ledger = Ledger()
    request = Request("POST", "/things", undo=THING)
    said = ledger.outcome(
        ledger.intend("owner", request), exchange_of(request, f'{{"id":{identity}}}'.encode())
    )
    assert "no usable id" in said
    target = Boxes()
    (leak,) = undo(ledger, target)
    assert "may or may not exist" in leak.error
    assert target.asked == []


def test_a_refused_creation_is_not_undone() -> None:
    """A 4xx created nothing; a 5xx may have."""
    ledger = Ledger()
    for status, state in ((409, "refused"), (500, "unknown")):
        request = Request("POST", "/things", undo=THING)
        number = ledger.intend("owner", request)
        ledger.outcome(number, exchange_of(request, {}, status))
        assert ledger.entries[number].state == state
    assert ledger.pending() == []


def test_a_lost_response_is_undone_where_the_request_is_known() -> None:
    """An association needs no id from the response: its DELETE is sent although it may not exist."""
    ledger = Ledger()
    ledger.intend("owner", Request("POST", "/things/1/boxes/2", undo=Undo("link", "/things/1/boxes/2")))
    ledger.outcome(1, None)
    target = Boxes()
    assert undo(ledger, target) == []
    assert target.asked == ["/things/1/boxes/2"]


def test_whoever_loses_every_creation_creates_no_more() -> None:
    """Three lost in a row are enough, and so are ten in all."""
    ledger = Ledger()
    for lost in range(1, 11):
        assert not ledger.is_losing()
        create(ledger, THING)
        if lost < 10:
            create(ledger, THING, f"a{lost}")
    assert ledger.is_losing()
    row = Ledger()
    for _ in range(3):
        assert not row.is_losing()
        create(row, THING)
    assert row.is_losing()


def test_what_a_scenario_deleted_itself_is_not_asked_for_again() -> None:
    """Each undo costs a request."""
    ledger = Ledger()
    create(ledger, THING, "a")
    ledger.mark_deleted("/things/a", "owner")
    assert ledger.pending() == []


def test_a_line_that_a_kill_cut_off_is_no_obstacle(tmp_path: Path) -> None:
    """The half line is ended before anything is added, and skipped when the file is read."""
    file = tmp_path / "ledger.ndjson"
    ledger = new_ledger(file, "http://t")
    create(ledger, THING, "a")
    ledger.close()
    file.write_bytes(file.read_bytes() + b'{"number": 2, "ro')
    again = load_ledger(file)
    assert undo(again, Boxes({"/things/a": ""})) == []
    again.close()
    assert load_ledger(file).unfinished() == []


def test_a_ledger_in_use_or_unfinished_is_not_written_over(tmp_path: Path) -> None:
    """Another run is told to use another folder, or to clean first."""
    file = tmp_path / "ledger.ndjson"
    ledger = new_ledger(file, "http://t")
    with pytest.raises(UsageError, match="another run is writing"):
        new_ledger(file, "http://t")
    create(ledger, THING)
    ledger.close()
    with pytest.raises(UsageError, match="conformance clean --target t"):
        refuse_unfinished(file, "t")


def test_a_file_that_is_no_ledger_is_the_users_mistake(tmp_path: Path) -> None:
    """Said with the file and the line."""
    file = tmp_path / "other.ndjson"
    for content in ('{"id": 1}\n', "nothing\nof the kind\n"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=r"other\.ndjson"):
            load_ledger(file)
    with pytest.raises(UsageError, match="cannot be read"):
        load_ledger(tmp_path / "missing.ndjson")


def test_entries_may_be_added_while_others_are_looked_at() -> None:
    """Another thread may write a request down in the middle of a look at the ledger."""
    ledger = Ledger()

    class Busy(Entry):
        """An entry in whose look another one is added."""

        @property
        def is_lost(self) -> bool:
            """Add one more."""
            added = len(ledger.entries) + 1
            ledger.keep(Entry(added, "owner", "thing", "POST /things", "/things/1", "", "", "created"))
            return True

    for number in (1, 2, 3):
        ledger.keep(Busy(number, "owner", "thing", "POST /things", "/things/1", "", "", "created"))
    assert len(lost_in(ledger)) == 3
    assert not ledger.is_losing()


def test_what_a_long_ledger_knows_at_once_is_what_its_entries_say() -> None:
    """Every state an entry may take: counted and found without a look at those that are done with."""
    draw, ledger = random.Random(1), Ledger()  # noqa: S311 - no secret
    states = ["intended", "created", "refused", "unknown", "undone"]
    for _ in range(400):
        number = draw.randrange(1, 60)
        pointer, answered = draw.choice(["", "/id"]), draw.choice([0, 201])
        undo = f"/things/{draw.randrange(9)}" if draw.random() < 0.8 else "/things/{id}"
        ledger.keep(
            Entry(number, "owner", "thing", "", undo, pointer, "", draw.choice(states), answered=answered)
        )
        entries = list(ledger.entries.values())
        assert {e.number for e in ledger.unfinished()} == {e.number for e in entries if e.is_unfinished}
        assert ledger.made == sum(bool(e.answered) or e.is_unfinished for e in entries)
        assert [e.number for e in ledger.pending()] == sorted(
            (e.number for e in entries if e.is_unfinished and e.is_complete), reverse=True
        )
        latest = [e.is_lost for e in entries if e.state != "intended"]
        many = sum(latest) >= LOST_AT_ALL
        assert ledger.is_losing() == (many or (len(latest) > 2 and all(latest[-LOST_IN_A_ROW:])))
    ledger.mark_deleted("/things/3", "owner")
    assert not [e for e in ledger.entries.values() if e.undo == "/things/3" and e.state == "created"]
