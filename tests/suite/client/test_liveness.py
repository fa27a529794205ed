"""Whether the target still answers is decided from exchanges and a clock, without a socket."""

from __future__ import annotations

from dataclasses import replace

from conformance.client.liveness import Liveness, Step
from conformance.exchange.model import Exchange, Request


def silence(path: str = "/things", seconds: float = 0.0) -> Exchange:
    """Return an exchange without a response that was waited for so long."""
    return Exchange(
        "x1", "owner", Request("GET", path), "", {}, None, 0, seconds * 1000, failure="timeout: read"
    )


def response(path: str = "/boxes") -> Exchange:
    """Return an exchange with a response."""
    return Exchange("x1", "owner", Request("GET", path), "", {}, None, 0, 0, status=500)


def busy(path: str = "/things", seconds: float = 0.0) -> Exchange:
    """Return an exchange with a 503."""
    return Exchange("x1", "owner", Request("GET", path), "", {}, None, 0, seconds * 1000, status=503)


def at(moment: float = 0.0) -> Liveness:
    """Return a liveness that began at 0 and whose clock then stands still at this second."""
    ticks = iter([0.0])
    return Liveness(lambda: next(ticks, moment))


def test_three_silences_in_a_row_ask_whether_anybody_is_there() -> None:
    """Any response in between begins the row anew."""
    liveness = at()
    steps = [
        liveness.note(one) for one in (silence("/a"), silence("/b"), response(), silence("/c"), silence("/d"))
    ]
    assert set(steps) == {Step.GO_ON}
    assert liveness.note(silence("/doors")) is Step.ASK
    assert "3 requests in a row" in liveness.reason


def test_an_operation_that_is_silent_among_others_is_asked_no_more() -> None:
    """The others are answered: the target is reachable, and nobody asks for its root."""
    liveness = at()
    seen = [silence(), response(), silence(), response()]
    assert {liveness.note(one) for one in seen} == {Step.GO_ON}
    assert liveness.note(silence()) is Step.GIVE_UP_OPERATION
    liveness.give_up(silence())
    assert "3 times in a row; the target answers others" in liveness.given_up["GET /things"]
    liveness.begin_undo()
    assert liveness.given_up == {}


def test_every_silence_counts_once_much_time_was_lost() -> None:
    """After twenty seconds in vain the first silence asks already."""
    liveness = at()
    assert liveness.note(silence(seconds=12)) is Step.GO_ON
    liveness.note(response())
    assert liveness.note(silence("/boxes", seconds=12)) is Step.ASK


def test_a_run_does_not_wait_in_vain_for_ever() -> None:
    """Seventy-five seconds end it, unless the run is so long that they are a small part."""
    assert at(100.0).note(silence(seconds=80)) is Step.END_RUN
    assert at(1000.0).note(silence(seconds=80)) is not Step.END_RUN


def test_the_tries_of_one_request_count_once() -> None:
    """A request that is sent three times in vain is one silence; a gateway's page is one as well."""
    liveness = at()
    page = Exchange("x1", "owner", Request("GET", "/things"), "", {}, None, 0, 0, status=502)
    for request in (silence(), page):
        assert liveness.note(request) is Step.GO_ON
        assert liveness.note(request, is_retry=True) is Step.GO_ON
        assert liveness.note(request, is_retry=True) is Step.GO_ON
    assert liveness.note(silence("/boxes")) is Step.ASK


def test_undo_waits_longer_for_a_target_that_is_busy() -> None:
    """A 503 at once is no silence: the lock that somebody holds is given back; twenty seconds are enough."""
    liveness = at()
    liveness.begin_undo()
    assert [liveness.note(busy(f"/{n}")) for n in range(7)] == [Step.GO_ON] * 7
    assert liveness.note(response()) is Step.GO_ON
    assert [liveness.note(busy(f"/{n}")) for n in range(8)][-1] is Step.END_RUN
    liveness.begin_undo()
    assert liveness.note(busy(seconds=21)) is Step.GO_ON
    assert liveness.note(busy("/boxes")) is Step.END_RUN


def test_undo_waits_for_a_target_that_is_slow() -> None:
    """Short time-outs may come from a busy machine; five seconds of them, or two refusals, are enough."""
    liveness = at()
    liveness.begin_undo()
    steps = [liveness.note(silence(f"/{n}", seconds=0.8)) for n in range(7)]
    assert steps == [Step.GO_ON] * 6 + [Step.END_RUN]
    liveness.begin_undo()
    refused = [replace(silence(f"/{n}"), failure="could not connect: refused") for n in range(2)]
    assert [liveness.note(each) for each in refused] == [Step.GO_ON, Step.END_RUN]


def test_undo_gives_up_after_two_silences() -> None:
    """Whatever was lost before, undo begins anew, and does not ask for long."""
    liveness = at(100.0)
    liveness.note(silence(seconds=80))
    liveness.begin_undo()
    assert liveness.note(silence(seconds=80)) is Step.GO_ON
    assert liveness.note(silence(seconds=80)) is Step.END_RUN
    assert "unreachable" in liveness.reason
