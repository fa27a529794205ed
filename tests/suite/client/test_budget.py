"""Rate, requests and writes hold for everything that a run sends, and a throttled run waits as it is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from conformance.client.budget import Budget, Slot
from conformance.emulator.serving import Served, running
from conformance.errors import NotJudged
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from tests.suite.client.test_sender import ROOT, client_of
from tests.suite.run.runs import ACCOUNT, held, place

THROTTLED = b'{"error":{"code":"RateLimitExceeded","message":"wait"}}'


def test_the_budget_is_never_overdrawn_by_threads() -> None:
    """Ten threads that ask at once get no more slots than there are."""
    budget = Budget(max_requests=50, reserve=lambda: 5)
    got: list[int] = []

    def ask() -> None:
        for _ in range(20):
            try:
                budget.acquire(Slot())
            except NotJudged:
                return
            got.append(1)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 45
    assert budget.spent.sent == 45


def test_writes_are_counted_with_their_undo_kept_back() -> None:
    """A write that would leave no room for its undo is not sent."""
    budget = Budget(max_writes=3)
    budget.acquire(Slot(writes=True, reserved_undos=1))
    with pytest.raises(NotJudged, match="budget spent: 1 of 3 writes"):
        budget.acquire(Slot(writes=True, reserved_undos=2))
    budget.acquire(Slot(writes=True, undo=True))


def test_a_second_try_never_spends_what_is_kept_for_undo() -> None:
    """Even an undo request is tried again only where that leaves enough for the others."""
    budget = Budget(max_requests=3, reserve=lambda: 2)
    budget.acquire(Slot())
    budget.acquire(Slot(writes=True, undo=True))
    with pytest.raises(NotJudged, match="budget spent"):
        budget.acquire(Slot(writes=True, undo=True, is_retry=True))


def test_a_stopped_budget_wakes_whoever_waits() -> None:
    """A pause of a minute ends at once when the run is stopped."""
    budget = Budget()
    threading.Timer(0.2, budget.stop, ["enough"]).start()
    with pytest.raises(NotJudged, match="enough"):
        budget.pause(60)


def test_no_more_than_max_requests_reach_the_server(tmp_path: Path, served: Served) -> None:
    """With 200 allowed, at most 200 arrive, what is not judged says why, and nothing is left behind."""
    before = held(served)
    with fault_proxy(served.base_url) as proxy:
        home = place(tmp_path, served, proxy.url)
        file = home.folder / "targets.toml"
        text = file.read_text(encoding="utf-8").replace(served.token_url, f"{proxy.url}/connect/token")
        file.write_text(text, encoding="utf-8")
        ended = home.run("--max-requests", "200")
        arrived = len(proxy.seen)
    assert ended.code == 3, ended.said
    assert "budget spent" in ended.reasons()
    # The published keys are asked for at the issuer itself, behind the proxy.
    assert arrived <= ended.document["requests"]["total"] <= 200
    assert ended.document["leaks"] == []
    assert held(served) == before


def test_a_rate_below_the_limit_is_never_overrun(tmp_path: Path) -> None:
    """At 20 a second, a server that allows 25 a second throttles nobody."""
    with running(rate_limit="25/s") as served:
        ended = place(tmp_path, served).run(*ACCOUNT, "--rate", "20/s")
    assert ended.code == 0, ended.said
    assert ended.document["requests"]["throttled"] == 0


def test_a_429_stops_everybody_before_anything_else_is_done_with_it(served: Served) -> None:
    """Whoever writes the response down or judges it takes time, in which others must not send any more."""
    waits: list[float] = []

    def throttles(received: ReceivedRequest) -> bool:
        if received.number == 1:
            return received.response(THROTTLED, "429 Too Many Requests", "Retry-After: 1")
        return received.hand_on()

    with fault_proxy(served.base_url, throttles) as proxy:
        budget = Budget()
        client = client_of(
            proxy.url,
            budget=budget,
            observers=(lambda _: waits.append(budget.next_moment - budget.clock()),),
        )
        client.send(ROOT)
        client.close()
    assert waits[0] > 0.8
    assert waits[1] < 0


def test_nothing_is_sent_before_retry_after_has_passed(tmp_path: Path, served: Served) -> None:
    """After a 429 the whole run waits, once, as long as it was told; the verdicts are those of a calm run."""
    free_at = [0.0]
    early: list[float] = []

    def throttles(received: ReceivedRequest) -> bool:
        if free_at[0] - 1.7 < received.at < free_at[0]:  # what was on its way at the 429 is not early
            early.append(received.at)
        if received.number in {20, 40}:
            free_at[0] = received.at + 2
            return received.response(THROTTLED, "429 Too Many Requests", "Retry-After: 2")
        return received.hand_on()

    with fault_proxy(served.base_url, throttles) as proxy:
        ended = place(tmp_path, served, proxy.url).run(*ACCOUNT)
    assert ended.code == 0, ended.said
    assert early == []
    assert ended.document["requests"]["throttled"] == 2
    assert ended.document["requests"]["seconds_waited"] >= 4


def test_what_is_lost_on_the_way_is_kept_back_for_undo() -> None:
    """As long as nothing is lost each undo is sent once; else some are sent again, and find room."""
    kept = 8
    budget = Budget(max_requests=20, reserve=lambda: kept)
    for _ in range(10):
        budget.acquire(Slot())
    assert budget.left() == 2
    budget.note_lost()
    assert budget.spent.lost == 1
    assert budget.left() == 0
    with pytest.raises(NotJudged, match="the rest is kept for undo"):
        budget.acquire(Slot())
    for _ in range(kept):
        budget.acquire(Slot(undo=True))
        kept -= 1
    budget.acquire(Slot(undo=True, is_retry=True))
    budget.acquire(Slot(undo=True, is_retry=True))
    assert budget.spent.sent == 20
