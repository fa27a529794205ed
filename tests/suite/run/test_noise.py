"""What happens on the way to a target is no violation: it is told from what the API says itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from conformance.emulator.serving import Served
from conformance.proof.fault_proxy import Behaviour, ReceivedRequest, fault_proxy
from tests.suite.judged_requests import is_judged
from tests.suite.run.runs import QUICK_LIMITS, held, place

Noise = Callable[[ReceivedRequest], bool]
STABLE: Final = "platform.reply.stable"
OWN: Final = json.dumps({"error": {"code": "InternalServerError", "message": "Try again later."}}).encode()


def gateway(status: str) -> Noise:
    """Answer as a gateway does whose API did not: with a page, and without handing the request on."""

    def answer(received: ReceivedRequest) -> bool:
        lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", "Content-Length: 20", "", ""]
        received.sock.sendall("\r\n".join(lines).encode() + b"<html>nothing</html>")
        return True

    return answer


def lost(received: ReceivedRequest) -> bool:
    """Hand the request on, and lose the response."""
    received.forward()
    return received.reset()


def now_and_then(noise: Noise, every: int, *, judged: bool = False) -> Behaviour:
    """Let it happen to each request of this number; else, or to what is not judged, nothing happens."""
    seen = [0]

    def behave(received: ReceivedRequest) -> bool:
        seen[0] += not judged or is_judged(received)
        due = seen[0] % every == every - 1 and (not judged or is_judged(received))
        return noise(received) if due else received.hand_on()

    return behave


NOISE: Final[dict[str, Noise]] = {
    "502": gateway("502 Bad Gateway"),
    "503": gateway("503 Service Unavailable"),
    "504": gateway("504 Gateway Time-out"),
    "reset": ReceivedRequest.reset,
    "lost response": lost,
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_turns_nothing_red_and_leaves_nothing(tmp_path: Path, served: Served, name: str) -> None:
    """One request in fifty is disturbed: nothing is violated, little is not judged, and all is undone."""
    before = held(served)
    with fault_proxy(served.base_url, now_and_then(NOISE[name], 50)) as proxy:
        more = f"{QUICK_LIMITS}\nmax_requests = 600"  # what is lost is sent again
        ended = place(tmp_path, served, proxy.url, more).run()
    assert ended.code in {0, 3}, ended.said
    assert ended.verdicts("FAIL", "DEVIATION", "HARNESS_ERROR") == []
    assert len(ended.verdicts("CANNOT_JUDGE")) <= 6, ended.reasons()
    assert ended.document["leaks"] == []
    assert held(served) == before


def test_a_gateway_that_answers_often_is_unstable_and_nothing_else(tmp_path: Path, served: Served) -> None:
    """One request in nine: the share is said under a requirement of its own, and no other is violated."""
    with fault_proxy(served.base_url, now_and_then(NOISE["502"], 9, judged=True)) as proxy:
        ended = place(tmp_path, served, proxy.url).run("--max-requests", "700")
    assert {v["requirement"] for v in ended.verdicts("FAIL", "DEVIATION")} == {STABLE}
    assert "had no answer of the API" in ended.verdicts("DEVIATION")[0]["actual"]


@pytest.mark.parametrize(
    ("noise", "requirement"),
    [
        (lambda received: received.response(OWN, "500 Internal Server Error"), "platform.status.documented"),
        (lambda received: received.response(OWN, "503 Service Unavailable"), "platform.status.documented"),
        (ReceivedRequest.reset, "platform.reply.whole"),
    ],
    ids=["500", "503", "reset"],
)
def test_a_service_that_fails_one_response_in_nine_stays_red(
    tmp_path: Path, served: Served, noise: Noise, requirement: str
) -> None:
    """Its own error, and a connection that it closes again and again, are no noise."""
    with fault_proxy(served.base_url, now_and_then(noise, 9, judged=True)) as proxy:
        ended = place(tmp_path, served, proxy.url).run("--max-requests", "700")
    assert ended.code == 1, ended.said
    assert requirement in {v["requirement"] for v in ended.verdicts("FAIL")}


def test_a_gateway_alone_is_no_target(tmp_path: Path, served: Served) -> None:
    """Where only a gateway answers, the target is unreachable, and that is found out soon."""
    with fault_proxy(served.base_url, NOISE["503"]) as proxy:
        ended = place(tmp_path, served, proxy.url).run()
        assert len(proxy.seen) < 30
    assert ended.code == 3, ended.said
    assert "503 of a gateway" in ended.document["stopped"]
