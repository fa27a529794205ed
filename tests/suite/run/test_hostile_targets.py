"""Whatever a target does, a run ends by itself, in bounded memory and time, with a complete report."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from jsonschema import Draft202012Validator

from conformance.emulator.serving import Served
from conformance.proof.fault_proxy import Behaviour, FaultProxy, ReceivedRequest, fault_proxy
from conformance.results.model import schema
from tests.suite.judged_requests import is_judged
from tests.suite.run.runs import ACCOUNT, LONGEST, Ended, held, place

MEGABYTE: Final = 1024 * 1024
DAY: Final = 86400
FEW: Final = ("--only", "itwins.account.answers-200", "--only", "itwins.account.unknown-itwin-not-found")
"""What is enough where each response costs much, as with these."""
COSTLY: Final = ("sends 300 MB", "sends a compressed bomb")


def raw(text: bytes, *, stay: bool = False) -> Behaviour:
    """Answer everything with these bytes, and close the connection or keep it open in silence."""

    def behave(received: ReceivedRequest) -> bool:
        received.sock.sendall(text)
        while stay and received.sock.recv(1):
            pass
        return False

    return behave


def says(content: bytes, status: str = "200 OK", *headers: str) -> Behaviour:
    """Answer everything with this body."""
    return lambda received: received.response(content, status, *headers)


def judged(behave: Behaviour) -> Behaviour:
    """Behave so to the documented operations only."""
    return lambda received: behave(received) if is_judged(received) else received.hand_on()


def drips(received: ReceivedRequest) -> bool:
    """Send one byte of the body after the other, for ever."""
    received.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        received.sock.sendall(b"1\r\n \r\n")
        time.sleep(0.2)


def floods(received: ReceivedRequest) -> bool:
    """Send 300 MB."""
    received.sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % (300 * MEGABYTE))
    for _ in range(300):
        received.sock.sendall(b"a" * MEGABYTE)
    return False


BOMB: Final = b"".join(gzip.compress(b" " * MEGABYTE, 6) for _ in range(2)) + gzip.compress(
    b" " * (64 * MEGABYTE), 9
)
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
ERROR: Final = json.dumps({"error": {"code": "X", "message": "x"}}).encode()
LIMIT: Final = b'{"error":{"code":"RateLimitExceeded","message":"Too many requests."}}'
BAD_ID: Final = b'{"iTwin":{"id":"../../x","class":"Endeavor"}}'

HOSTILE: Final[dict[str, tuple[Behaviour, tuple[int, ...]]]] = {
    "resets everything": (ReceivedRequest.reset, (3,)),
    "resets what is judged": (judged(ReceivedRequest.reset), (1,)),
    "cuts responses off": (raw(HEAD + b'1000\r\n\r\n{"iTwin":'), (3,)),
    "announces fewer bytes": (judged(raw(HEAD + b'5\r\n\r\n{"error":{}}')), (1,)),
    "announces a word": (raw(HEAD + b"many\r\n\r\n{}"), (1, 3)),
    "never responses": (raw(b"", stay=True), (3,)),
    "never responses to what is judged": (judged(raw(b"", stay=True)), (3,)),
    "drips": (drips, (3,)),
    "speaks another protocol": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), (3,)),
    "sends invalid UTF-8": (judged(says(b'{"error":{"code":"\xff\xfe"}}', "404 Not Found")), (1,)),
    "sends invalid JSON": (judged(says(b'{"error": {"code": }', "404 Not Found")), (1,)),
    "sends 200000 nested arrays": (judged(says(b"[" * 200_000 + b"]" * 200_000)), (1,)),
    "sends 300 MB": (judged(floods), (1,)),
    "sends a compressed bomb": (judged(says(BOMB, "404 Not Found", "Content-Encoding: gzip")), (1,)),
    "redirects to itself": (
        lambda received: received.response(b"", "302 Found", f"Location: {received.path}"),
        (1, 3),
    ),
    "answers 500 to everything": (says(ERROR, "500 Internal Server Error"), (1,)),
    "answers 500 to what is judged": (judged(says(ERROR, "500 Internal Server Error")), (1,)),
    "asks everybody to wait an hour": (says(LIMIT, "429 Too Many Requests", "Retry-After: 3600"), (3,)),
    "gives ids that are paths": (
        lambda received: (
            received.response(BAD_ID, "201 Created") if received.method == "POST" else received.hand_on()
        ),
        (3,),
    ),
}


def check_end(ended: Ended, codes: tuple[int, ...]) -> None:
    """Check that a run ended as every run must."""
    assert ended.code in codes, ended.said
    assert "Traceback" not in ended.said
    assert ended.megabytes < 300
    Draft202012Validator(schema()).validate(ended.document)
    assert ended.document["exit_code"] == ended.code
    assert not ended.document["harness_errors"]
    assert not ended.verdicts("HARNESS_ERROR")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_target_is_judged_within_limits(tmp_path: Path, served: Served, name: str) -> None:
    """The run ends within its limits with the right exit code and a whole report."""
    behave, codes = HOSTILE[name]
    with fault_proxy(served.base_url, behave) as proxy:
        before = held(served)
        ended = place(tmp_path, served, proxy.url).run(*(FEW if name in COSTLY else ACCOUNT))
        check_end(ended, codes)
        assert ended.seconds < LONGEST
        assert held(served) == before or ended.document["leaks"]


def test_a_target_that_refuses_connections_is_not_judged(tmp_path: Path, served: Served) -> None:
    """Nothing listens: exit 3, and every verdict says why."""
    with fault_proxy(served.base_url) as proxy:
        address = proxy.url
    ended = place(tmp_path, served, address).run(*ACCOUNT)
    check_end(ended, (3,))
    assert "unreachable" in ended.document["stopped"] or "could not connect" in ended.reasons()


def test_a_target_that_dies_leaves_leaks_that_clean_deletes(tmp_path: Path, served: Served) -> None:
    """After a crash at the sixtieth request the report names what is left, and clean deletes it later."""
    before = held(served)
    proxies: list[FaultProxy] = []

    def dies(received: ReceivedRequest) -> bool:
        if received.number < 60 or "/token" in received.path:
            return received.hand_on()
        proxies[0].shut()
        return received.reset()

    with fault_proxy(served.base_url, dies) as proxy:
        proxies.append(proxy)
        address = proxy.url
        home = place(tmp_path, served, address)
        ended = home.run()
    check_end(ended, (1, 3))
    assert ended.document["leaks"]
    assert ended.document["complete"] is False
    ledger = ended.folder / "ledger.ndjson"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace(address, served.base_url), encoding="utf-8")
    back = place(tmp_path / "back", served).verb("clean", "--ledger", str(ledger))
    assert back.code in {0, 3}, back.said  # the request that died may have created something: it is named
    assert held(served) == before


def test_an_effect_is_not_missed_where_the_call_got_no_response(tmp_path: Path, served: Served) -> None:
    """An association that was never answered is not expected to be listed."""
    with fault_proxy(served.base_url, judged(raw(b"", stay=True))) as proxy:
        home = place(tmp_path, served, proxy.url)
        ended = home.run("--only", "reality-management.associate.is-listed")
    check_end(ended, (3,))
    assert "associateRealityData: no response (timeout" in ended.reasons()


def test_what_could_not_be_prepared_says_why(tmp_path: Path, served: Served) -> None:
    """A look at the end of the run has nothing to look at when the beginning failed: that is the reason."""

    def refuses(received: ReceivedRequest) -> bool:
        refused = received.method == "POST" and received.path.endswith("/repositories")
        return received.response(ERROR, "403 Forbidden") if refused else received.hand_on()

    with fault_proxy(served.base_url, refuses) as proxy:
        ended = place(tmp_path, served, proxy.url).run("--only", "*.stays")
    check_end(ended, (3,))
    (told,) = ended.verdicts("CANNOT_JUDGE")
    assert told["requirement"] == "itwins.resource.stays"
    assert "set-up failed" in told["reason"]
    assert "answered 403" in told["reason"]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_a_day_off_disturbs_nothing(tmp_path: Path, served: Served, days: int) -> None:
    """A Date header of yesterday or tomorrow is no violation and no trouble."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + days * DAY)).encode()

    def shifted(received: ReceivedRequest) -> bool:
        lines = received.forward().split(b"\r\n")
        received.sock.sendall(
            b"\r\n".join(b"date: " + date if x.lower().startswith(b"date:") else x for x in lines)
        )
        return True

    with fault_proxy(served.base_url, shifted) as proxy:
        home = place(tmp_path, served, proxy.url)
        check_end(home.run(*ACCOUNT), (0,))
        looked = home.verb("doctor")
        assert looked.code == 0
        assert "set the clock that is wrong" in " ".join(looked.said.split())


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_to_another_host_is_never_followed(tmp_path: Path, served: Served, status: str) -> None:
    """No request, and so no token, reaches the host that a redirect names."""
    with fault_proxy(served.base_url) as other:
        there = other.url

        def redirects(received: ReceivedRequest) -> bool:
            return received.response(b"", status, f"Location: {there}{received.path}")

        with fault_proxy(served.base_url, judged(redirects)) as proxy:
            check_end(place(tmp_path, served, proxy.url).run(*ACCOUNT), (1,))
        assert other.seen == []


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path, served: Served) -> None:
    """Two runs on the same target are both green, and the target holds what it held before."""
    before = held(served)
    ends: list[Ended] = []

    def one(number: int) -> Callable[[], None]:
        home = place(tmp_path / str(number), served)
        return lambda: ends.append(home.run())

    threads = [threading.Thread(target=one(number)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ended.code for ended in ends] == [0, 0], "\n".join(ended.said for ended in ends)
    assert held(served) == before
