"""`conformance doctor` says beforehand what a run will judge, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.emulator.serving import Served
from tests.suite.fault_proxy import Asked, fronted
from tests.suite.run.runs import Place, held, place, without_role


def looked(home: Place, *arguments: str) -> dict[str, dict[str, str]]:
    """Return the findings by check and subject."""
    ended = home.verb("doctor", "--json", *arguments)
    document = json.loads(ended.said)
    assert document["exit_code"] == ended.code
    found = {f"{f['check']} {f['about']}": f for f in document["findings"]}
    return found | {"": {"code": str(ended.code), "outlook": json.dumps(document["outlook"])}}


def change(home: Place, old: str, new: str) -> None:
    """Put other words into the targets file."""
    file = home.folder / "targets.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_good_target_is_said_to_be_good_and_nothing_is_written(tmp_path: Path, served: Served) -> None:
    """Every role, token and fixture is looked at with reads and token calls alone."""
    before = held(served)
    with fronted(served.base_url) as front:
        home = place(tmp_path, served, front.url)
        found = looked(home)
        assert {asked.method for asked in front.seen} == {"GET"}
    assert found[""]["code"] == "0"
    assert "scope itwin-platform" in found["token owner"]["seen"]
    assert found["fixture foreign_itwin_id"]["state"] == "ok"
    assert "North Europe" in found["fixture other_data_center_itwin_id"]["seen"]
    assert held(served) == before
    said = home.verb("doctor").said
    tokens = [*served.tokens.values(), *(each.client_secret for each in served.credentials.values())]
    assert not [token for token in tokens if token in said + json.dumps(found)]


def test_a_missing_role_is_named_with_what_it_costs(tmp_path: Path, served: Served) -> None:
    """What will be NOT_APPLICABLE stands there with how to change it."""
    home = place(tmp_path, served)
    without_role(tmp_path, "outsider")
    found = looked(home)
    assert found[""]["code"] == "0"
    assert "[targets.emulator.roles.outsider]" in found[""]["outlook"]


def test_a_wrong_fixture_is_a_mistake_of_the_configuration(tmp_path: Path, served: Served) -> None:
    """An iTwin that is not there, in the wrong organization or data center, is exit 2."""
    own, foreign = served.fixtures["partial_itwin_id"], served.fixtures["foreign_itwin_id"]
    home = place(tmp_path, served)
    change(home, f'foreign_itwin_id = "{foreign}"', f'foreign_itwin_id = "{own}"')
    change(home, served.fixtures["other_data_center_itwin_id"], own)
    change(home, f'partial_itwin_id = "{own}"', 'partial_itwin_id = "00000000-0000-0000-0000-000000000000"')
    found = looked(home)
    assert found[""]["code"] == "2"
    assert found["fixture foreign_itwin_id"]["state"] == "wrong"
    assert "data center" in found["fixture other_data_center_itwin_id"]["seen"]
    assert "404" in found["fixture partial_itwin_id"]["seen"]


def test_a_target_that_is_down_cannot_be_judged(tmp_path: Path, served: Served) -> None:
    """Exit 3, with the address and what to do."""
    with fronted(served.base_url) as front:
        home = place(tmp_path, served, front.url)
    found = looked(home)
    assert found[""]["code"] == "3"
    assert found[f"base URL {front_url(home)}"]["state"] == "down"


def front_url(home: Place) -> str:
    """Return the base URL of the targets file."""
    text = (home.folder / "targets.toml").read_text(encoding="utf-8")
    return text.split('base_url = "')[1].split('"')[0]


def test_permissions_are_read_off_where_the_target_tells_them(tmp_path: Path, served: Served) -> None:
    """With an iTwin of one's own as a fixture, the table says what each role may do there."""
    home = place(tmp_path, served)
    own = served.fixtures["partial_itwin_id"]
    change(home, "[targets.emulator.fixtures]", f'[targets.emulator.fixtures]\nitwin_id = "{own}"')
    found = looked(home)
    assert "realitydata_read" in found["permissions owner"]["seen"]


def test_a_token_that_the_api_refuses_is_found(tmp_path: Path, served: Served) -> None:
    """The token service gives a token, and the API does not take it."""

    def refuses(asked: Asked) -> bool:
        if asked.token:
            return asked.response(b'{"error":{"code":"Unauthorized","message":"no"}}', "401 Unauthorized")
        return asked.hand_on()

    with fronted(served.base_url, refuses) as front:
        found = looked(place(tmp_path, served, front.url))
    assert found[""]["code"] == "3"
    assert "the API refuses it: 401 Unauthorized" in found["token owner"]["seen"]
