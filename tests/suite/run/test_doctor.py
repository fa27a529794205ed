"""`conformance doctor` says beforehand what a run will judge, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.emulator.serving import Served
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from tests.suite.run.runs import Place, held, place, without_role

pytestmark = pytest.mark.measured


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
    with fault_proxy(served.base_url) as proxy:
        home = place(tmp_path, served, proxy.url)
        found = looked(home)
        assert {received.method for received in proxy.seen} == {"GET"}
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
    with fault_proxy(served.base_url) as proxy:
        home = place(tmp_path, served, proxy.url)
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

    def refuses(received: ReceivedRequest) -> bool:
        if received.token:
            return received.response(b'{"error":{"code":"Unauthorized","message":"no"}}', "401 Unauthorized")
        return received.hand_on()

    with fault_proxy(served.base_url, refuses) as proxy:
        found = looked(place(tmp_path, served, proxy.url))
    assert found[""]["code"] == "3"
    assert "the API refuses it: 401 Unauthorized" in found["token owner"]["seen"]


def test_doctor_and_run_agree_behind_a_proxy_that_alone_knows_the_names(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this machine cannot look up is left to the proxy, and the exceptions are not."""
    for name in ("ALL_PROXY", "NO_PROXY", "http_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with fault_proxy(served.base_url) as proxy:
        home = place(tmp_path, served, "http://api.invalid")
        change(home, served.token_url, "http://login.invalid/connect/token")
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        found = looked(home)
        assert found["DNS, TLS api.invalid"]["seen"] == "left to the proxy 127.0.0.1"
        assert found["DNS, TLS login.invalid"]["state"] == "note"
        assert found[""]["code"] == "0"
        assert home.run("--only", "itwins.account.answers-200", "--read-only").code in {0, 3}
        assert {asked.path.split("/")[2] for asked in proxy.seen} == {"api.invalid", "login.invalid"}
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,.invalid:80")
        alone = looked(home)
    assert (alone[""]["code"], alone["DNS api.invalid"]["state"]) == ("3", "down")


def test_a_ready_token_with_another_fault_than_its_own_is_found(tmp_path: Path, served: Served) -> None:
    """Its refusal would prove nothing: one that ran out, one that is good, one that is opaque."""
    home = place(tmp_path, served)
    env = home.folder / ".env"
    tokens, good = served.tokens, served.token("owner")
    text = env.read_text(encoding="utf-8").replace(tokens["wrong_scope"], tokens["expired"])
    text = text.replace(f"NOT_YET_VALID_TOKEN={tokens['not_yet_valid']}", f"NOT_YET_VALID_TOKEN={good}")
    env.write_text(text, encoding="utf-8")
    found = looked(home)
    assert found[""]["code"] == "2"
    assert found["ready token expired"]["state"] == "ok"
    assert "it ran out: its refusal would prove nothing" in found["ready token wrong_scope"]["seen"]
    assert "it is valid already" in found["ready token not_yet_valid"]["seen"]
    assert "put another token into tokens.wrong_scope" in found["ready token wrong_scope"]["cure"]


def test_a_role_that_is_the_owner_in_truth_is_found(tmp_path: Path, served: Served) -> None:
    """With the owner's credentials no refusal of the reader could ever be seen."""
    home = place(tmp_path, served)
    change(home, "EMULATOR_READER_", "EMULATOR_OWNER_")
    found = looked(home)
    assert (found[""]["code"], found["role reader"]["seen"]) == ("2", "is the same user as the owner")


def test_a_role_with_every_permission_but_one_is_noted(tmp_path: Path, served: Served) -> None:
    """Without an iTwin of one's own only a run can see what it does; with one, its permissions are read."""
    home = place(tmp_path, served)
    noted = looked(home)["permissions no_itwins_modify"]
    assert "must hold every permission but itwins_modify" in noted["seen"]
    own = served.fixtures["partial_itwin_id"]
    change(home, "[targets.emulator.fixtures]", f'[targets.emulator.fixtures]\nitwin_id = "{own}"')
    change(home, "EMULATOR_NO_ITWINS_MODIFY_", "EMULATOR_OWNER_")
    found = looked(home)["permissions no_itwins_modify"]
    assert (found["state"], "it holds itwins_modify" in found["seen"]) == ("wrong", True)


def test_a_fixture_is_read_by_each_role_that_has_to_see_it(tmp_path: Path, served: Served) -> None:
    """An iTwin that role partial cannot see shows nothing by refusing it."""
    place_of, limited = f"/itwins/{served.fixtures['partial_itwin_id']}", served.token("partial")

    def hides(asked: ReceivedRequest) -> bool:
        if asked.path == place_of and asked.headers["authorization"] == f"Bearer {limited}":
            return asked.response(b'{"error":{"code":"iTwinNotFound","message":"no"}}', "404 Not Found")
        return asked.hand_on()

    with fault_proxy(served.base_url, hides) as front:
        home = place(tmp_path, served, front.url)
        change(home, 'client_id = "${EMULATOR_PARTIAL_CLIENT_ID}"', 'token = "${PARTIAL_TOKEN}"')
        change(home, 'client_secret = "${EMULATOR_PARTIAL_CLIENT_SECRET}"', "")
        with (home.folder / ".env").open("a", encoding="utf-8") as env:
            env.write(f"PARTIAL_TOKEN={limited}\n")
        found = looked(home)["fixture partial_itwin_id"]
    assert (found["state"], "the partial gets 404" in found["seen"]) == ("wrong", True)
