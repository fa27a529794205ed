"""Tokens expire and are renewed in time; a token service in trouble costs only the role that it fails."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import pytest

from conformance.client import Budget, Client, claims, scopes
from conformance.client.auth.jwt import life_of
from conformance.client.auth.token_command import token_from_command
from conformance.emulator.serving import Served, running
from conformance.errors import NotJudged
from conformance.exchange.model import Request
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Ledger
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from conformance.targets.load import load_target
from tests.suite.run.runs import ACCOUNT, QUICK_LIMITS, place


def client_of(folder: Path) -> Client:
    """Return a client of the target in a folder."""
    return Client(load_target(folder / "targets.toml", "emulator"), Recorder(Redactor()), Budget(), Ledger())


def test_tokens_of_five_seconds_last_through_a_run_of_a_minute(tmp_path: Path) -> None:
    """At two requests a second a run outlives its tokens many times, and is green."""
    with running(token_life=5) as served:
        home = place(tmp_path, served, more=QUICK_LIMITS + "rate = 2\n")
        ended = home.run("--only", "platform.auth.*@getITwinAccount")
    assert ended.code == 0, ended.said
    assert ended.document["seconds"] > 10
    assert ended.document["requests"]["per_purpose"]["token"] >= 3


@pytest.mark.parametrize("trouble", ["refuses", "hangs", "breaks", "talks nonsense"])
def test_a_service_that_fails_one_role_costs_only_its_requirements(
    tmp_path: Path, served: Served, trouble: str
) -> None:
    """The requirements of that role cannot be judged; those of the others are."""
    (tmp_path / "home").mkdir()
    reader = served.credentials["reader"].client_id

    def fails(received: ReceivedRequest) -> bool:
        if not received.path.endswith("/token") or not _is(received, reader):
            return received.hand_on()
        match trouble:
            case "refuses":
                return received.response(b'{"error":"invalid_client"}', "401 Unauthorized")
            case "breaks":
                return received.reset()
            case "talks nonsense":
                return received.response(b'{"access_token": "a\\r\\nX-Evil: 1", "token_type": "Bearer"}')
        received.sock.recv(1)
        return False

    with fault_proxy(served.base_url, fails) as proxy:
        home = place(tmp_path / "home", served, proxy.url)
        file = home.folder / "targets.toml"
        text = file.read_text(encoding="utf-8").replace(served.token_url, f"{proxy.url}/connect/token")
        file.write_text(text, encoding="utf-8")
        client = client_of(home.folder)
        with pytest.raises(NotJudged, match="no token for role reader"):
            client.send(Request("GET", "/", purpose="setup"), "reader")
        assert client.send(Request("GET", "/", purpose="setup"), "owner").status is not None
        client.close()


def _is(received: ReceivedRequest, client_id: str) -> bool:
    kind, _, given = received.headers.get("authorization", "").partition(" ")
    spelled = base64.b64decode(given).decode() if kind == "Basic" else received.body.decode()
    return client_id in spelled


def test_a_target_that_takes_no_token_at_all_is_not_judged_by_that(tmp_path: Path, served: Served) -> None:
    """401 to everything may be the fault of our credentials; to one operation it is not."""
    unauthorized = b'{"error":{"code":"Unauthorized","message":"no"}}'

    def refuses(received: ReceivedRequest) -> bool:
        return received.response(unauthorized, "401 Unauthorized")

    def refuses_accounts(received: ReceivedRequest) -> bool:
        return refuses(received) if received.path.endswith("/account") else received.hand_on()

    with fault_proxy(served.base_url, refuses) as proxy:
        ended = place(tmp_path, served, proxy.url).run(*ACCOUNT)
    assert ended.code == 3, ended.said
    assert "answers 401 to whatever role owner sends" in ended.reasons()
    with fault_proxy(served.base_url, refuses_accounts) as proxy:
        ended = place(tmp_path, served, proxy.url).run(*ACCOUNT, report="second")
    assert ended.code == 1, ended.said


def test_a_token_that_is_still_good_outlives_its_service(tmp_path: Path, served: Served) -> None:
    """When renewal fails, what is held is used until it ends."""
    place(tmp_path, served)
    client = client_of(tmp_path)
    credentials = client.credentials
    now = [0.0]
    credentials.clock = lambda: now[0]
    first = credentials.token("owner")
    object.__setattr__(credentials.target, "token_url", "http://127.0.0.1:9/token")
    now[0] = 3590.0
    assert credentials.token("owner") == first
    now[0] = 3601.0
    with pytest.raises(NotJudged, match="no token for role owner"):
        credentials.token("owner")
    client.close()


def test_a_command_prints_the_token(tmp_path: Path) -> None:
    """The one word on its output is the token; what it prints otherwise is never repeated."""
    script = tmp_path / "token.py"
    script.write_text("import sys; print(' '.join(sys.argv[1:])); sys.exit(len(sys.argv) == 4)")
    command = f"{sys.executable} {script}"
    assert token_from_command(f"{command} secret-word") == "secret-word"
    with pytest.raises(NotJudged, match="no single token") as two:
        token_from_command(f"{command} secret words")
    with pytest.raises(NotJudged, match="exit 1"):
        token_from_command(f"{command} one two three")
    with pytest.raises(NotJudged, match="FileNotFoundError"):
        token_from_command(str(tmp_path / "no-such-command"))
    assert "secret" not in two.value.reason
    for printed in ("secret-word\r\n".encode("utf-16"), b"\xef\xbb\xbfsecret-word"):
        (tmp_path / "output").write_bytes(printed)
        assert token_from_command(f"cat {tmp_path / 'output'}") == "secret-word"
    (tmp_path / "output").write_bytes(b"secret\xff")
    with pytest.raises(NotJudged, match="no single token"):
        token_from_command(f"cat {tmp_path / 'output'}")


def test_a_run_takes_its_token_from_a_command(tmp_path: Path, served: Served) -> None:
    """A role with token_command acts as any other, and its token is in no artifact."""
    token = served.token("owner")
    secret = tmp_path / "token.txt"
    secret.write_text(token)
    home = place(tmp_path / "home", served)
    file = home.folder / "targets.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    start = lines.index("[targets.emulator.roles.owner]")
    lines[start + 1 : start + 3] = [f"token_command = \"cat '{secret}'\""]
    file.write_text(os.linesep.join(lines), encoding="utf-8")
    ended = home.run("--only", "itwins.account.*")
    assert ended.code == 0, ended.said
    assert not [name for name, content in ended.artifacts().items() if token.encode() in content]


def test_a_token_tells_its_life_and_scopes(served: Served) -> None:
    """Claims are read without a key; what is no JWT tells nothing."""
    token = served.token("owner")
    assert scopes(token) == ("itwin-platform",)
    assert life_of(token) == pytest.approx(3600)
    assert claims("a.b.c") == {}
    assert life_of("opaque") is None


def test_a_token_service_in_trouble_for_a_moment_costs_no_verdict(tmp_path: Path, served: Served) -> None:
    """Each client's first request is refused for the moment; the run is as green as ever, and says so."""
    seen: set[str] = set()

    def stumbles(asked: ReceivedRequest) -> bool:
        client = asked.headers.get("authorization", "")
        if client in seen:
            return asked.hand_on()
        seen.add(client)
        return asked.response(b"<html>busy</html>", "503 Service Unavailable", "Retry-After: 0")

    with fault_proxy(served.base_url, stumbles) as proxy:
        home = place(tmp_path, served)
        file = home.folder / "targets.toml"
        text = file.read_text(encoding="utf-8").replace(served.token_url, f"{proxy.url}/connect/token")
        file.write_text(text, encoding="utf-8")
        ended = home.run("--only", "itwins.account.*")
    assert ended.code == 0, ended.said
    assert len(seen) >= 2
    assert ended.document["requests"]["per_purpose"]["token"] >= 2 * len(seen)
