"""Servers that are right in a way of their own violate nothing; what nobody listed and is wrong is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from conformance.results.verdicts import VIOLATED
from tests.suite.run.derived.board_api import BoardApi
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import Answer, Call, served
from tests.suite.run.derived.targets import target_of

Way = Callable[[BoardApi, Call], Answer]
OWNER: Final = "key-of-owner-0123456789"


def small_letters(api: BoardApi, call: Call) -> Answer:
    """Keep every text in small letters."""
    texts = call.body.items() if isinstance(call.body, dict) else ()
    body = {name: value.lower() if isinstance(value, str) else value for name, value in texts}
    return BoardApi.answer(api, replace(call, body=body or call.body))


def newest_first(api: BoardApi, call: Call) -> Answer:
    """List the newest first."""
    if call.method != "GET":
        return BoardApi.answer(api, call)
    answer = BoardApi.answer(api, replace(call, query={"limit": "100"}))
    if answer.status != 200 or "items" not in answer.body:
        return answer
    size, start = int(call.query.get("limit", 20)), int(call.query.get("offset", 0))
    items = answer.body["items"][::-1]
    return Answer(200, {"items": items[start : start + size], "total": len(items)})


def marked_as_deleted(api: BoardApi, call: Call) -> Answer:
    """Show what was deleted, with the time of that."""
    answer = BoardApi.answer(api, call)
    number = call.parts[-1]
    thing = api.things.get(int(number)) if number.isdigit() else None
    if call.method != "GET" or answer.status != 404 or thing is None or OWNER not in call.headers.values():
        return answer
    shown = {name: value for name, value in thing.items() if name not in {"kind", "tenant", "deleted"}}
    return Answer(200, shown | {"deleted_at": "2026-01-01"})


def see_other(api: BoardApi, call: Call) -> Answer:
    """Answer a creation with where it is."""
    answer = BoardApi.answer(api, call)
    if call.method != "POST" or answer.status != 201:
        return answer
    return Answer(303, None, {"Location": f"/{'/'.join(call.parts)}/{answer.body['id']}"})


def elsewhere_nothing(api: BoardApi, call: Call) -> Answer:
    """Answer every DELETE with a success, also of what is not there for who asks."""
    answer = BoardApi.answer(api, call)
    return Answer(204) if call.method == "DELETE" and answer.status == 404 else answer


def only_the_newest_stays(api: BoardApi, call: Call) -> Answer:
    """Let a new card take the place of the one before it, as sessions do."""
    answer = BoardApi.answer(api, call)
    if call.method == "POST" and call.parts[-1] == "cards" and answer.status == 201:
        for number, thing in api.things.items():
            if thing["kind"] == "card" and number != answer.body["id"]:
                thing["deleted"] = True
    return answer


@pytest.mark.parametrize(
    ("way", "tolerated"),
    [
        (small_letters, ()),
        (newest_first, ()),
        (marked_as_deleted, ()),
        (see_other, ()),
        (only_the_newest_stays, ()),
        (elsewhere_nothing, ("unknown-id",)),  # 404 is documented for it
    ],
)
def test_a_way_of_its_own_is_no_violation(way: Way, tolerated: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing is red, and nothing of the run is left."""
    api = BoardApi()
    definition = api.definition()
    with served(api) as address:
        api.answer = lambda call: way(api, call)  # type: ignore[method-assign] # in its own way
        run = judged(added(tmp_path, definition), target_of(api, address), tmp_path / "run")
    red = [name for name, verdict in verdicts(run).items() if verdict.outcome in VIOLATED]
    assert [name for name in red if not name.endswith(tolerated or "-")] == []
    assert [t for t in api.things.values() if not t.get("deleted") and t["kind"] == "board"] == []


def swallowed_cards(api: BoardApi, call: Call) -> Answer:
    """Say that a card was created, and keep nothing."""
    answer = BoardApi.answer(api, call)
    if call.method == "POST" and call.parts[-1] == "cards" and answer.status == 201:
        del api.things[answer.body["id"]]
    return answer


def refused_and_done_for_outsiders(api: BoardApi, call: Call) -> Answer:
    """Refuse another tenant's change, and make it."""
    if call.method == "PATCH" and OWNER not in call.headers.values() and "x-api-key" in call.headers:
        BoardApi.answer(api, replace(call, headers={"x-api-key": OWNER}))
        return Answer(404, {"error": "not found"})
    return BoardApi.answer(api, call)


def open_to_creation(api: BoardApi, call: Call) -> Answer:
    """Let another tenant create in what is not theirs."""
    is_creation = call.method == "POST" and call.parts[-1] == "cards" and "x-api-key" in call.headers
    return BoardApi.answer(api, replace(call, headers={"x-api-key": OWNER}) if is_creation else call)


def open_to_deletion(api: BoardApi, call: Call) -> Answer:
    """Let anybody delete."""
    return BoardApi.answer(
        api, replace(call, headers={"x-api-key": OWNER}) if call.method == "DELETE" else call
    )


def renamed_together(api: BoardApi, call: Call) -> Answer:
    """Give every card the title that one of them gets."""
    answer = BoardApi.answer(api, call)
    if call.method == "PATCH" and "cards" in call.parts and answer.status == 200:
        for thing in api.things.values():
            if thing["kind"] == "card":
                thing["title"] = answer.body["title"]
    return answer


@pytest.mark.parametrize(
    ("way", "violated"),
    [
        (renamed_together, "small.createCard.others-unchanged"),
        (swallowed_cards, "small.createCard.read-after-create"),
        (refused_and_done_for_outsiders, "small.updateBoard.other-tenant"),
        (open_to_creation, "small.createCard.other-tenant"),
        (open_to_deletion, "small.deleteBoard.no-credentials"),
    ],
)
def test_what_nobody_listed_is_seen(way: Way, violated: str, tmp_path: Path) -> None:
    """The requirement that speaks of it is violated."""
    api = BoardApi()
    with served(api) as address:
        api.answer = lambda call: way(api, call)  # type: ignore[method-assign] # broken in its way
        run = judged(added(tmp_path, api.definition()), target_of(api, address), tmp_path / "run", violated)
    assert verdicts(run)[violated].outcome in VIOLATED
