"""What holds for every request: methods, browsers, odd input, the status page."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
import requests

from conformance.emulator.serving import Served, running
from tests.suite.emulator.caller import Caller


def test_unknown_paths_and_methods_are_told_apart(owner: Caller, itwin: str) -> None:
    """A path that nothing has is 404, a method that the path does not have 405 with Allow."""
    assert owner.call("GET", "/nonsense").code == "NotFound"
    assert owner.call("GET", f"/itwins/{itwin}/account/more").code == "NotFound"
    answer = owner.call("POST", f"/itwins/{itwin}/account")
    assert (answer.status, answer.code, answer.headers["allow"]) == (405, "MethodNotAllowed", "GET")
    assert owner.call("PUT", f"/itwins/{itwin}").headers["allow"] == "DELETE, GET, PATCH"


def test_a_browser_may_call_from_anywhere(served: Served, itwin: str) -> None:
    """The preflight needs no token, and the response shows the headers that a client needs."""
    url = f"{served.base_url}/itwins/{itwin}/account"
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,prefer",
    }
    preflight = requests.options(url, headers=asked, timeout=10)
    assert preflight.status_code == 200
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    response = requests.get(url, headers={"Origin": "https://app.example"}, timeout=10)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (401, "*")
    assert "Retry-After" in response.headers["access-control-expose-headers"]


def test_a_body_that_is_too_large_is_refused(owner: Caller, itwin: str, repository: str) -> None:
    """More than 8 MiB is answered with 413, and the connection goes on."""
    assert owner.resource(itwin, repository, None, data=bytes(9 << 20)).status == 413
    assert owner.account(itwin).status == 200


def test_a_body_in_pieces_is_read_as_one(owner: Caller, itwin: str, repository: str) -> None:
    """A chunked body is put together."""
    parts = iter([b'{"id": "a", ', b'"displayName"', b': "A"}'])
    assert owner.resource(itwin, repository, None, data=parts).status == 201


@pytest.mark.parametrize(
    "path", ["/itwins/%00/account", "/itwins/%ff%fe/account", "/itwins/..%2f..%2fetc/account"]
)
@pytest.mark.parametrize("query", ["", "?%ff=%fe", "?a&b=&=c", "?$top=%00"])
def test_odd_paths_and_queries_crash_nothing(owner: Caller, path: str, query: str) -> None:
    """Whatever a client makes up is answered as not found."""
    assert owner.call("GET", path + query).status == 404
    assert owner.call("GET", f"/reality-management/reality-data{query}").status in {200, 422}


def test_a_hostile_header_crashes_nothing(served: Served, itwin: str) -> None:
    """Bytes beyond ASCII in a header are answered with 401."""
    where = urlsplit(served.base_url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.request(
        "GET", f"/itwins/{itwin}/account", headers={"Authorization": b"Bearer \xff\xfe.\xe9.x"}
    )
    assert connection.getresponse().status == 401
    connection.close()


def test_the_status_page_shows_state_and_no_secret(owner: Caller, itwin: str) -> None:
    """Users, counts and recent requests are there; secrets and tokens are not."""
    served = owner.served
    owner.account(f"{itwin}", headers={"X-Note": "shown nowhere"})
    page = requests.get(served.base_url, timeout=10).text
    assert f"/itwins/{itwin}/account" in page
    for held in served.credentials.values():
        assert held.client_id in page
        assert held.client_secret not in page
    assert served.token().split(".")[2] not in page
    assert "shown nowhere" not in page
    counts = requests.get(f"{served.base_url}/_emulator/state", timeout=10).json()
    assert counts["users"] == len(served.credentials)


def test_a_reset_brings_the_beginning_back() -> None:
    """What was made is gone; ids of the beginning, secrets and tokens are still good."""
    with running() as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin, token = owner.itwin(), served.token()
        assert requests.post(f"{served.base_url}/_emulator/reset", timeout=10).status_code == 204
        assert owner.account(itwin, token=token).status == 404
        assert owner.account(served.fixtures["partial_itwin_id"], token=token).status == 200
        served.reset()
        assert owner.itwin()


def test_emulators_of_one_process_know_nothing_of_each_other(owner: Caller, itwin: str) -> None:
    """State, users and tokens of one are worth nothing at another."""
    with running() as other, requests.Session() as session:
        stranger = Caller(other, session=session)
        assert stranger.account(itwin).status == 404
        assert stranger.account(itwin, token=owner.served.token()).status == 401


def test_latency_delays_each_reply() -> None:
    """A slow emulator answers the same, later."""
    with running(latency=0.2) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        url = f"{served.base_url}/itwins/{owner.served.fixtures['partial_itwin_id']}/account"
        response = requests.get(url, headers={"Authorization": f"Bearer {served.token()}"}, timeout=10)
        assert response.status_code == 200
        assert response.elapsed.total_seconds() >= 0.2
