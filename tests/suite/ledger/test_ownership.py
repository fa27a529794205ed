"""A target that answers a creation with somebody else's id: nothing is done with it, nothing deletes it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import requests

from conformance.emulator.serving import Served
from conformance.errors import NotJudged
from conformance.exchange.model import Request
from conformance.ledger.journal import Ledger, lost_in
from conformance.ledger.ownership import ForeignResources
from conformance.ledger.undo import undo
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from tests.suite.ledger.toy_ledger import THING, Boxes, exchange_of
from tests.suite.run.runs import held, place

OLD: Final = "0f0e0d0c-1111-4222-8333-444455556666"
OURS: Final = "ct-20261122T060102Z-3f2a1b-thing-1"


def created(ledger: Ledger, name: str, **more: Any) -> str:
    """Create a thing that is answered with this id and these members; return what the ledger says."""
    request = Request("POST", "/things", undo=THING, json={"displayName": OURS, "class": "Thing"})
    number = ledger.intend("owner", request)
    return ledger.outcome(number, replace(exchange_of(request, {"id": name, **more}), started=time.time()))


def deleted(ledger: Ledger) -> list[str]:
    """Undo everything; return the paths that were deleted."""
    target = Boxes()
    undo(ledger, target)
    return target.asked


def test_what_is_new_is_deleted_at_the_end() -> None:
    """Ids that nobody saw before, with the names that were sent, are this run's own."""
    ledger = Ledger()
    said = [created(ledger, "a", displayName=f" {OURS.upper()}"), created(ledger, "b", **{"class": "Other"})]
    assert said == ["", ""]
    assert deleted(ledger) == ["/things/b", "/things/a"]


def test_an_id_that_is_answered_twice_is_never_deleted() -> None:
    """Neither of two creations with one response is undone, and both are named as left."""
    ledger = Ledger()
    assert created(ledger, "a") == ""
    assert "another creation" in created(ledger, "A")
    assert created(ledger, "b") == ""
    assert deleted(ledger) == ["/things/b"]
    assert len(lost_in(ledger)) == 2


def test_an_id_that_stood_in_an_earlier_response_is_never_deleted() -> None:
    """What a list showed before it was created was not created."""
    ledger = Ledger()
    ledger.foreign.note(exchange_of(Request("GET", "/things"), OLD.upper().encode(), 200))
    assert "before" in created(ledger, OLD)
    assert deleted(ledger) == []


def test_a_thing_with_another_name_is_never_deleted() -> None:
    """A response that repeats none of our names shows somebody else's thing."""
    ledger = Ledger()
    assert "the name" in created(ledger, "a", displayName="ct-20261122T060102Z-aaaaaa-thing-1")
    assert deleted(ledger) == []


def test_a_fixture_is_never_deleted_however_it_is_spelt() -> None:
    """A creation that is answered with a fixture's id in capitals is not deleted."""
    ledger = Ledger(foreign=ForeignResources(frozenset({OLD})))
    assert "fixture" in created(ledger, OLD.upper())
    assert deleted(ledger) == []


def test_nothing_is_written_to_what_is_not_ours() -> None:
    """Once an id is known as somebody else's, no path and no body of a writing request names it."""
    ledger = Ledger()
    created(ledger, OLD)
    created(ledger, OLD)
    for request in (
        Request("PATCH", f"/things/{OLD.upper()}"),
        Request("POST", "/boxes", json={"thing": OLD}),
    ):
        with pytest.raises(NotJudged, match="not new"):
            ledger.foreign.refuse_foreign(request)
    ledger.foreign.refuse_foreign(Request("GET", f"/things/{OLD}"))
    ledger.foreign.refuse_foreign(Request("POST", "/boxes", json={"thing": "b"}))


def test_a_target_that_answers_with_somebody_elses_itwin_keeps_it(tmp_path: Path, served: Served) -> None:
    """Every creation of an iTwin answers with one that was there: it stays, with nothing new inside it."""
    url = f"{served.base_url}/itwins/"
    headers = {"Authorization": f"Bearer {served.token('owner')}"}
    body = {"class": "Endeavor", "subClass": "Project", "displayName": "somebody else's"}
    old = requests.post(url, json=body, headers=headers, timeout=10).json()["iTwin"]["id"]
    before = held(served)

    def lies(received: ReceivedRequest) -> bool:
        if received.method == "POST" and received.path.lower().rstrip("/") == "/itwins":
            return received.response(
                json.dumps({"iTwin": json.loads(received.body) | {"id": old}}).encode(), "201 Created"
            )
        return received.hand_on()

    with fault_proxy(served.base_url, lies) as proxy:
        ended = place(tmp_path, served, proxy.url).run()
    assert ended.code == 3, ended.said
    assert [a.path for a in proxy.seen if a.method == "DELETE" and a.path.lower() == f"/itwins/{old}"] == []
    assert "was the answer to another creation" in ended.reasons()
    assert held(served) == before
