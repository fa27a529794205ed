"""Breaking one emulator on purpose."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from conformance.emulator.errors import UnknownFaultError
from conformance.emulator.faults import (
    EVERY,
    DuplicateFaultError,
    Fault,
    Faults,
    UnknownStepError,
    catalogue,
    defect,
    variations,
)
from conformance.emulator.replies import Reply
from conformance.emulator.serve import running
from tests.suite.emulator.caller import Caller, unsigned

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


def names_shared(owner: Caller, itwin: str) -> bool:
    """Tell whether two resources of one repository can have the same name."""
    repository = owner.repository(itwin)
    return [owner.resource(itwin, repository, {**ZONES, "id": each}).status for each in "ab"] == [201, 201]


def move_lost(owner: Caller, itwin: str) -> bool:
    """Tell whether an acknowledged move changed nothing."""
    data = owner.data(itwin)
    return owner.move(data, owner.itwin()).status == 204 and owner.homes(data) == [itwin]


def body_after_204(owner: Caller, itwin: str) -> bool:
    """Tell whether a 204 announces a body."""
    return "content-length" in owner.move(owner.data(itwin), owner.itwin()).headers


def cut_short(owner: Caller, itwin: str) -> bool:
    """Tell whether the body is shorter than announced."""
    url = f"{owner.served.base_url}/itwins/{itwin}/account"
    try:
        requests.get(url, headers={"Authorization": f"Bearer {owner.served.token()}"}, timeout=10)
    except requests.exceptions.ChunkedEncodingError:
        return True
    return False


def swapped(owner: Caller, itwin: str) -> bool:
    """Tell whether the association names its ids the wrong way round."""
    second = owner.itwin()
    return bool(owner.associate(owner.data(itwin), second).json["iTwinAssociation"]["id"] == second)


def no_wait_told(owner: Caller, itwin: str) -> bool:
    """Tell whether a 429 comes without Retry-After."""
    answers = [owner.as_role("throttled").account(itwin) for _ in range(3)]
    return answers[2].status == 429 and "retry-after" not in answers[2].headers


PROOFS: dict[str, Proof] = {
    "expired-token-accepted": lambda o, i: o.account(i, token=o.served.tokens["expired"]).status == 200,
    "account-needs-no-token": without_token,
    "unsigned-token-accepted": lambda o, i: o.account(i, token=unsigned(o)).status == 200,
    "associate-forgets-assign": lambda o, i: (
        o.as_role("no_realitydata_assign").associate(o.data(i), o.itwin()).status == 200
    ),
    "move-checks-source-only": lambda o, i: (
        o.as_role("partial").move(o.data(i), o.served.fixtures["partial_itwin_id"]).status == 204
    ),
    "resource-name-not-unique": names_shared,
    "associate-swaps-ids": swapped,
    "move-refusal-without-details": lambda o, i: (
        "details" not in o.move(o.data(i), "not-a-guid").json["error"]
    ),
    "throttled-without-retry-after": no_wait_told,
    "move-stores-nothing": move_lost,
    "resource-race-both-win": race,
    "account-fails-one-in-nine": lambda o, i: (
        [
            requests.get(
                f"{o.served.base_url}/itwins/{i}/account",
                headers={"Authorization": f"Bearer {o.served.token()}"},
                timeout=10,
            ).status_code
            for _ in range(9)
        ].count(500)
        == 1
    ),
    "move-204-with-body": body_after_204,
    "account-content-length-too-large": cut_short,
}


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


def test_every_registered_defect_says_what_and_how() -> None:
    """A defect names what it breaks and has a sentence; a variation breaks nothing."""
    for fault in catalogue().values():
        assert fault.breaks
        assert fault.sentence.endswith(".")
    assert all(not fault.breaks for fault in variations().values())


def test_a_name_is_registered_once() -> None:
    """A second defect of the same name is an error at definition."""
    taken = min(catalogue())
    with pytest.raises(DuplicateFaultError, match=taken):
        defect(taken, "Again.", breaks=("x",))(lambda _faults: None)


def test_unknown_names_are_errors() -> None:
    """A fault that does not exist, or that speaks of a step, rule or side that does not, is told at once."""
    with (
        pytest.raises(UnknownFaultError, match="no defect or variation is named 'nonsense'"),
        running(["nonsense"]),
    ):
        pass
    wrong: tuple[tuple[type[Exception], Callable[[Faults], None]], ...] = (
        (UnknownStepError, lambda faults: faults.drop(EVERY, "nonsense")),
        (KeyError, lambda faults: faults.rule("nonsense", bool)),
        (KeyError, lambda faults: faults.needs("moveRealityData", "nonsense")),
    )
    for error, install in wrong:
        with pytest.raises(error), running([Fault("x", (), "", install)]):
            pass


def test_steps_can_be_put_in_other_places() -> None:
    """A step added before or after another, moved, and replies changed by code, status and header."""

    def install(faults: Faults) -> None:
        faults.reorder("createRepositoryResource", "validate", before="find_itwin")
        faults.before("getITwinAccount", "header", "early", lambda call: Reply(418) if call.query else None)
        faults.after("getITwinAccount", "reply", "never", lambda _call: Reply(500))
        faults.code("createRepositoryResource", "InvalidiTwinsRequest", "Other")
        faults.status("createRepositoryResource", 422, 400)
        faults.header("createRepositoryResource", "X-Extra", "1")

    with running([Fault("x", (), "", install)]) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        answer = owner.resource("nonsense", "nonsense", {})
        assert (answer.status, answer.code, answer.headers["x-extra"]) == (400, "Other", "1")
        itwin = owner.itwin()
        assert owner.account(itwin).status == 200
        assert owner.call("GET", f"/itwins/{itwin}/account?early=1").status == 418
