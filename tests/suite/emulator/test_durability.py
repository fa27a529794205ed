"""Many clients at once, and a state that outlives its emulator; test_crash.py kills one."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from conformance.emulator.errors import StateFileError
from conformance.emulator.serving import running
from tests.suite.emulator.caller import Caller


def test_equal_requests_at_once_have_one_winner(
    owner: Caller, itwin: str, repository: str, data: str
) -> None:
    """Of fifty clients that create, associate and move the same at once, one is let through."""
    served, second, third = owner.served, owner.itwin(), owner.itwin()
    body = {"id": "zone", "displayName": "Zone"}

    def act(number: int) -> tuple[str, int]:
        with requests.Session() as session:
            caller = Caller(served, session=session)
            match number % 3:
                case 0:
                    return "create", caller.resource(itwin, repository, body).status
                case 1:
                    return "associate", caller.associate(data, second).status
                case _:
                    return "number", caller.call("PATCH", f"/itwins/{third}", {"number": itwin}).status

    with ThreadPoolExecutor(50) as pool:
        counts = Counter(pool.map(act, range(150)))
    assert counts == {
        ("create", 201): 1,
        ("create", 409): 49,
        ("associate", 200): 1,
        ("associate", 409): 49,
        ("number", 409): 50,
    }
    assert owner.homes(data) == [itwin, second]


def test_a_stopped_emulator_goes_on_from_its_state(tmp_path: Path) -> None:
    """Ids, secrets and every kind of record outlive a restart, and a reset empties the file too."""
    state = tmp_path / "state"
    with running(state=state) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin, secrets = owner.itwin(), served.credentials
        data = owner.data(itwin)
        owner.associate(data, served.fixtures["partial_itwin_id"])
        owner.call("POST", f"/itwins/recents/{itwin}")
        owner.call("DELETE", f"/itwins/{owner.itwin()}")
        body = {"members": [{"email": "a@example.com", "roleIds": []}]}
        owner.call("POST", f"/accesscontrol/itwins/{itwin}/members/users", body)
        counts = requests.get(f"{served.base_url}/_emulator/state", timeout=10).json()
    with running(state=state) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        assert served.credentials == secrets
        assert requests.get(f"{served.base_url}/_emulator/state", timeout=10).json() == counts
        assert owner.homes(data) == [itwin, served.fixtures["partial_itwin_id"]]
        extra = owner.itwin()
        served.reset()
    with running(state=state) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        assert owner.account(itwin).status == 200
        assert owner.account(extra).status == 404


def test_a_state_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    """A file of another kind, and one that cannot be made, are told by name."""
    other = tmp_path / "other"
    other.write_text("This is no database, and long enough to be seen as none. " * 20)
    for path in (other, tmp_path / "missing" / "state"):
        with pytest.raises(StateFileError, match=path.name), running(state=path):
            pass
