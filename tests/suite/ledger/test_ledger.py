"""The ledger is written before anything is sent, survives a kill, and deletes nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange.model import Exchange, Request, Undo
from conformance.ledger.entries import Entry, Leak
from conformance.ledger.journal import Ledger, load_ledger, new_ledger, refuse_unfinished
from conformance.ledger.undo import undo

LAMP = Undo("lamp", "/lamps/{id}", "/lamp/id")
LINK = Undo("link", "/lamps/1/rooms/2")


def intended(ledger: Ledger, undo: Undo = LAMP) -> int:
    """Write down that something is about to be created."""
    return ledger.intend("owner", Request("POST", "/lamps", undo=undo))


def created(content: bytes, status: int = 201) -> Exchange:
    """Return a response to the creating request."""
    request = Request("POST", "/lamps", undo=LAMP)
    return Exchange("x1", "owner", request, "", {}, None, 0, 0, status=status, content=content)


def undone(ledger: Ledger, status: int) -> tuple[list[str], list[Leak]]:
    """Undo everything with this answer; return what was asked for and what is left."""
    asked: list[str] = []

    def delete(_role: str, path: str) -> int:
        asked.append(path)
        return status

    return asked, undo(ledger, delete)


def test_undo_goes_backwards_over_what_was_created(tmp_path: Path) -> None:
    """The newest goes first; what was refused is not asked for; the file then has nothing left."""
    ledger = new_ledger(tmp_path / "ledger.ndjson", "http://t")
    for name in ("a", "b"):
        ledger.outcome(intended(ledger), created(f'{{"lamp":{{"id":"{name}"}}}}'.encode()))
    ledger.outcome(intended(ledger), created(b"{}", 409))
    asked, leaks = undone(ledger, 204)
    assert leaks == []
    assert asked == ["/lamps/b", "/lamps/a"]
    ledger.close()
    assert load_ledger(tmp_path / "ledger.ndjson").unfinished() == []


@pytest.mark.parametrize("identity", ['""', "null", "17", '".."', '"../x"', '"a\\r\\nX: 1"', '"http://x/y"'])
def test_an_id_that_is_none_makes_no_undo_request(identity: str) -> None:
    """What a response names must look like an id before anything is deleted under it."""
    ledger = Ledger()
    said = ledger.outcome(intended(ledger), created(f'{{"lamp":{{"id":{identity}}}}}'.encode()))
    assert "no usable id" in said
    (leak,) = undo(ledger, lambda *_: 204)
    assert "may or may not exist" in leak.error


def test_a_fixture_is_never_deleted() -> None:
    """A response that names something of somebody else's is not followed."""
    ledger = Ledger()
    ledger.outcome(intended(ledger), created(b'{"lamp":{"id":"Theirs"}}'))
    ledger.foreign.fixtures = frozenset({"theirs"})
    (leak,) = undo(ledger, lambda *_: 204)
    assert "fixture" in leak.error


def test_undo_tries_again_as_long_as_that_helps() -> None:
    """What holds another thing may go only in the second round; what never goes costs two calls at most."""
    ledger = Ledger()
    for name in ("free", "held", "stuck"):
        ledger.outcome(intended(ledger), created(f'{{"lamp":{{"id":"{name}"}}}}'.encode()))
    asked: list[str] = []

    def delete(_role: str, path: str) -> int | str:
        asked.append(path.rpartition("/")[2])
        held = path.endswith("/held") and "free" not in asked
        return "200 with broken JSON" if held else 409 if path.endswith("/stuck") else 204

    (leak,) = undo(ledger, delete)
    assert leak.error == "409"
    assert asked == ["stuck", "held", "free", "stuck", "held", "stuck"]


def test_broken_json_is_no_proof_that_a_thing_is_gone() -> None:
    """A DELETE that answers 200 with half a document may not have been carried out."""
    plain = created(b"", 200)
    announced = replace(plain, headers={"content-type": "application/json"})
    assert plain.shows_deletion
    assert announced.shows_deletion
    assert replace(announced, content=b"{}").shows_deletion
    assert not replace(announced, content=b'{"a').shows_deletion
    assert not created(b"", 409).shows_deletion


def test_a_lost_response_is_undone_where_the_call_is_known() -> None:
    """An association needs no id from the response: its DELETE is sent although it may not exist."""
    ledger = Ledger()
    ledger.outcome(intended(ledger, LINK), None)
    asked, leaks = undone(ledger, 404)
    assert leaks == []
    assert asked == ["/lamps/1/rooms/2"]


def test_whoever_loses_every_creation_creates_no_more() -> None:
    """Three lost in a row are enough, and so are ten in all."""
    ledger = Ledger()
    for lost in range(1, 11):
        assert not ledger.is_losing()
        ledger.outcome(intended(ledger), None)
        if lost < 10:
            ledger.outcome(intended(ledger), created(f'{{"lamp":{{"id":"a{lost}"}}}}'.encode()))
    assert ledger.is_losing()
    row = Ledger()
    for _ in range(3):
        assert not row.is_losing()
        row.outcome(intended(row), None)
    assert row.is_losing()


def test_what_a_scenario_deleted_itself_is_not_asked_for_again() -> None:
    """Each undo costs a request."""
    ledger = Ledger()
    ledger.outcome(intended(ledger), created(b'{"lamp":{"id":"a"}}'))
    ledger.mark_deleted("/lamps/a")
    assert ledger.pending() == []


def test_a_line_that_a_kill_cut_off_is_no_obstacle(tmp_path: Path) -> None:
    """The half line is ended before anything is added, and skipped when the file is read."""
    file = tmp_path / "ledger.ndjson"
    ledger = new_ledger(file, "http://t")
    ledger.outcome(intended(ledger), created(b'{"lamp":{"id":"a"}}'))
    ledger.close()
    file.write_bytes(file.read_bytes() + b'{"number": 2, "ro')
    again = load_ledger(file)
    assert undo(again, lambda *_: 204) == []
    again.close()
    assert load_ledger(file).unfinished() == []


def test_a_ledger_in_use_or_unfinished_is_not_written_over(tmp_path: Path) -> None:
    """Another run is told to use another folder, or to clean first."""
    file = tmp_path / "ledger.ndjson"
    ledger = new_ledger(file, "http://t")
    with pytest.raises(UsageError, match="another run is writing"):
        new_ledger(file, "http://t")
    intended(ledger)
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
        def is_unfinished(self) -> bool:
            """Add one more."""
            added = len(ledger.entries) + 1
            ledger.entries[added] = Entry(
                added, "owner", "thing", "POST /things", "/things/1", "", "", "undone"
            )
            return True

        is_lost = is_unfinished

    ledger.entries[1] = Busy(1, "owner", "thing", "POST /things", "/things/1", "", "", "created")
    assert len(ledger.unfinished()) == 1
    assert len(ledger.lost()) == 1
    assert not ledger.is_losing()
