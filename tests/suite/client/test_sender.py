"""Nothing is written where nothing may be written, and nothing secret is sent to whom it does not concern."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.client import Budget, Client
from conformance.client.pipeline import Observer
from conformance.emulator.serving import Served
from conformance.errors import HarnessError, NotJudged
from conformance.exchange.model import Request
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Ledger
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from conformance.targets.model import Target
from tests.suite.judged_requests import is_judged
from tests.suite.run.runs import place

ANONYMOUS = {"Authorization": None}
ROOT = Request("GET", "/", purpose="setup", headers=ANONYMOUS)


def client_of(
    url: str, *, budget: Budget | None = None, observers: tuple[Observer, ...] = (), **options: object
) -> Client:
    """Return a client of a target at this address, with these keys of the targets file."""
    target = Target.model_validate({"name": "t", "base_url": url, "read_timeout": 2, **options})
    return Client(target, Recorder(Redactor()), budget or Budget(), Ledger(), observers=observers)


def test_a_read_only_run_sends_no_write(tmp_path: Path, served: Served) -> None:
    """With --read-only nothing but reads reach the API, and what needs no write is judged."""
    with fault_proxy(served.base_url) as proxy:
        home = place(tmp_path, served, proxy.url)
        file = home.folder / "targets.toml"
        fixture = served.fixtures["partial_itwin_id"]
        text = file.read_text(encoding="utf-8").replace(
            "[targets.emulator.fixtures]", f'[targets.emulator.fixtures]\nitwin_id = "{fixture}"'
        )
        file.write_text(text, encoding="utf-8")
        ended = home.run("--read-only")
        assert {received.method for received in proxy.seen} <= {"GET", "HEAD", "OPTIONS"}
    assert ended.code in {0, 3}, ended.said
    assert ended.verdicts("PASS")
    assert ended.document["requests"]["writes"] == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_sender_itself_refuses_to_write_to_a_read_only_target(served: Served, method: str) -> None:
    """Whoever asks, a target with writes = "none" gets no write."""
    with fault_proxy(served.base_url) as proxy:
        client = client_of(proxy.url, writes="none")
        with pytest.raises(NotJudged, match="nothing may be written"):
            client.send(Request(method, "/x", headers=ANONYMOUS), "owner")
        client.close()
        assert proxy.seen == []


def test_a_host_that_nobody_allowed_is_never_written_to() -> None:
    """A target on another machine that says nothing about writes is read-only."""
    assert Target(name="t", base_url="https://example.invalid").mode == "none"
    assert Target(name="t", base_url="http://127.0.0.1:1").mode == "ledger"


def test_a_path_cannot_become_another_host(served: Served) -> None:
    """What follows the host begins with a slash, whatever a ledger from elsewhere says."""
    client = client_of(served.base_url)
    with pytest.raises(HarnessError, match="begins with a slash"):
        client.send(Request("GET", "@example.invalid/", headers=ANONYMOUS), "owner")
    client.close()


def test_a_proxy_is_used_and_its_failure_is_no_verdict(served: Served) -> None:
    """Requests go through the proxy of the target, and a dead proxy is nobody's violation."""
    with fault_proxy(served.base_url) as proxy:
        client = client_of("http://api.example.invalid", proxy=proxy.url)
        client.send(ROOT, "owner")
        client.close()
        assert [received.path for received in proxy.seen] == ["http://api.example.invalid/"]
        dead = proxy.url
    client = client_of("http://api.example.invalid", proxy=dead)
    with pytest.raises(NotJudged, match="no response"):
        client.send(ROOT, "owner")
    client.close()


def test_nothing_more_is_created_after_three_creations_without_an_id(tmp_path: Path, served: Served) -> None:
    """A target that creates and says nothing usable is not filled up with things that nobody can delete."""
    created: list[ReceivedRequest] = []

    def forgets(received: ReceivedRequest) -> bool:
        if received.method == "POST" and not is_judged(received) and not received.path.endswith("/token"):
            created.append(received)
            return received.response(b"{}", "201 Created")
        return received.hand_on()

    with fault_proxy(served.base_url, forgets) as proxy:
        ended = place(tmp_path, served, proxy.url).run()
    assert ended.code in {1, 3}, ended.said
    assert len(created) == 3
    assert len(ended.document["leaks"]) == 3
