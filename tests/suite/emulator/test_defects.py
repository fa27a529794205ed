"""Breaking one emulator on purpose."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from conformance.emulator.catalogue import DEFECTS, DuplicateDefectError, by_name
from conformance.emulator.defects.changes import (
    Change,
    UnknownStepError,
    after,
    before,
    code,
    drop,
    header,
    needs,
    reorder,
    rule,
    status,
    together,
)
from conformance.emulator.defects.defect import Variation
from conformance.emulator.defects.operations import ACCOUNT, EVERY, RESOURCE
from conformance.emulator.errors import UnknownDefectError
from conformance.emulator.kernel.responses import Response
from conformance.emulator.serving import running
from tests.suite.emulator.caller import Caller

Proof = Callable[[Caller, str], bool]
ZONES = {"id": "z", "displayName": "Z"}


def without_token(owner: Caller, itwin: str) -> bool:
    """Tell whether get account answers without any token."""
    return requests.get(f"{owner.served.base_url}/itwins/{itwin}/account", timeout=10).status_code == 200


def race(owner: Caller, itwin: str) -> bool:
    """Tell whether two equal creates at once both win."""
    repository = owner.repository(itwin)

    def create(_: int) -> int:
        with requests.Session() as session:
            return Caller(owner.served, session=session).resource(itwin, repository, ZONES).status

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(create, range(2))) == [201, 201]


def cut_short(owner: Caller, itwin: str) -> bool:
    """Tell whether the body is shorter than announced."""
    url = f"{owner.served.base_url}/itwins/{itwin}/account"
    try:
        requests.get(url, headers={"Authorization": f"Bearer {owner.served.token()}"}, timeout=10)
    except requests.exceptions.ChunkedEncodingError:
        return True
    return False


PROOFS: dict[str, Proof] = {
    "account-needs-no-token": without_token,
    "associate-forgets-assign": lambda o, i: (
        o.as_role("no_realitydata_assign").associate(o.data(i), o.itwin()).status == 200
    ),
    "resource-race-both-win": race,
    "account-fails-one-in-nine": lambda o, i: (
        [o.call("GET", f"/itwins/{i}/account").status for _ in range(9)].count(500) == 1
    ),
    "account-content-length-too-large": cut_short,
}
"""One for each way to change an emulator; the matrix shows what all the others do."""


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_a_defect_shows_where_it_was_installed_and_nowhere_else(owner: Caller, itwin: str, name: str) -> None:
    """The broken emulator does what the defect says; the sound one beside it does not."""
    with running([name]) as broken, requests.Session() as session:
        caller = Caller(broken, session=session)
        assert PROOFS[name](caller, caller.itwin())
    assert not PROOFS[name](owner, itwin)


def test_a_variation_answers_otherwise_and_rightly() -> None:
    """What the pages leave open is answered in another way, and all of them together still work."""
    chosen = ("vendor-media-type", "errors-with-null-target", "account-refuses-strangers-with-403")
    with running(chosen) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin = owner.itwin()
        assert owner.account(itwin).headers["content-type"].startswith("application/vnd.bentley")
        refused = owner.as_role("outsider").account(itwin)
        assert (refused.status, refused.json["error"]["target"]) == (403, None)


def test_a_name_is_given_once() -> None:
    """Two defects of one name are an error as soon as they are collected."""
    taken = next(iter(DEFECTS.values()))
    with pytest.raises(DuplicateDefectError, match=taken.name):
        by_name([taken, taken])


def test_unknown_names_are_errors() -> None:
    """A defect that does not exist is told at once, and so is a step, rule or side of an operation."""
    with (
        pytest.raises(UnknownDefectError, match="no defect or variation is named 'nonsense'"),
        running(["nonsense"]),
    ):
        pass
    wrong: tuple[tuple[type[Exception], Change], ...] = (
        (UnknownStepError, drop(EVERY, "nonsense")),
        (KeyError, rule("nonsense", bool)),
        (KeyError, needs("moveRealityData", "nonsense")),
    )
    for error, change in wrong:
        with pytest.raises(error), running([Variation("x", "", change)]):
            pass


def test_steps_can_be_put_in_other_places() -> None:
    """A step added before or after another, moved, and responses changed by code, status and header."""
    change = together(
        reorder(RESOURCE, "validate", ahead_of="find_itwin"),
        before(ACCOUNT, "header", lambda call: Response(418) if call.request.query else None),
        after(ACCOUNT, "respond", lambda _call: Response(500)),
        code(RESOURCE, "InvalidiTwinsRequest", "Other"),
        status(RESOURCE, 422, 400),
        header(RESOURCE, "X-Extra", "1"),
    )
    with running([Variation("x", "", change)]) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        answer = owner.resource("nonsense", "nonsense", {})
        assert (answer.status, answer.code, answer.headers["x-extra"]) == (400, "Other", "1")
        itwin = owner.itwin()
        assert owner.account(itwin).status == 200
        assert owner.call("GET", f"/itwins/{itwin}/account?early=1").status == 418
