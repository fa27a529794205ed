"""Whether a request is sent again: decided from the exchanges that it cost so far, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from conformance.client.retry_after import wait_of
from conformance.exchange.model import Exchange

UNAUTHORIZED: Final = 401
CONFLICT: Final = 409
TOO_MANY: Final = 429
SERVER_ERRORS: Final = range(500, 600)
MAX_THROTTLED: Final = 4
"""So many times 429 for one request, in spite of waiting as it says, end the run."""
UNSAID_WAIT: Final = 2.0
"""Seconds to wait after a 429 that does not say for how long; each further wait is a quarter of it longer."""
SET_UP_TRIES: Final = 3
NOISE_TRIES: Final = 3
NOISE_PAUSE: Final = 0.5
SET_UP_PAUSE: Final = 0.2


@dataclass(frozen=True)
class Again:
    """Send it again: after a pause of its own, after one of the whole run, or with a new token (seconds)."""

    pause: float = 0.0
    block: float = 0.0
    new_token: bool = False


@dataclass(frozen=True)
class EndRun:
    """Send nothing more.

    `undo_too`: not even an undo request would get through. `never_lifted`: a rate limit stayed although the
    run waited as it says.
    """

    reason: str
    undo_too: bool
    never_lifted: bool = False


def next_step(attempts: Sequence[Exchange], max_wait: float) -> Again | EndRun | None:
    """Return what to do after the newest of a request's attempts; None where that is its answer.

    What the API did not answer itself, since the connection broke or a gateway stepped in, is sent up to
    three times: that proves more than giving up, and `result_of` sees what it cannot prove. After a 429 the
    run waits as long as the server asks, at most `max_wait` seconds. A set-up or undo request is tried again
    after a 5xx, or with a new token after a 401; a judged one never is.
    """
    last = attempts[-1]
    if last.is_noise:
        times = len(list(takewhile(lambda x: x.is_noise, reversed(attempts))))
        wait = max(wait_of(last) or 0.0, (times - last.is_broken) * NOISE_PAUSE)
        return None if times >= NOISE_TRIES or wait > UNSAID_WAIT else Again(pause=wait)
    if is_throttled(last):
        return _after_429(attempts, max_wait)
    failed = [x for x in attempts if x.status == UNAUTHORIZED or x.status in SERVER_ERRORS]
    if last.request.purpose == "judged" or len(failed) >= SET_UP_TRIES:
        return None
    if last.status == UNAUTHORIZED and last.request.is_ours:
        return Again(new_token=True)
    if last.status in SERVER_ERRORS and (wait_of(last) or 0) <= UNSAID_WAIT:
        return Again(pause=SET_UP_PAUSE)
    return None


def is_throttled(exchange: Exchange) -> bool:
    """Tell whether a 429 came that nobody wanted."""
    return exchange.status == TOO_MANY and not exchange.request.may_throttle


def was_throttled(attempts: Sequence[Exchange]) -> bool:
    """Tell whether a request was throttled before its newest attempt."""
    return any(map(is_throttled, attempts[:-1]))


def _after_429(attempts: Sequence[Exchange], max_wait: float) -> Again | EndRun:
    times = sum(map(is_throttled, attempts))
    asked = wait_of(attempts[-1])
    wait = (UNSAID_WAIT if asked is None else asked) + (times - 1) * UNSAID_WAIT / 4
    if wait > max_wait:
        longest = f"more than max_wait = {max_wait:g} s"
        return EndRun(f"throttled: the target asks to wait {wait:g} s, {longest}", undo_too=True)
    if times >= MAX_THROTTLED:
        reason = f"throttled for good: {times} times 429 in spite of waiting as Retry-After says"
        return EndRun(reason, undo_too=attempts[-1].request.purpose == "undo", never_lifted=True)
    return Again(block=wait)


def result_of(attempts: Sequence[Exchange]) -> Exchange:
    """Return the exchange that a request comes to: its newest, unless that one proves nothing.

    A judged write that answers 409 after a try that the API did not answer may be in conflict with that try.
    """
    last = attempts[-1]
    judged_write = last.request.writes and last.request.purpose == "judged"
    if judged_write and last.status == CONFLICT and any(x.is_noise for x in attempts[:-1]):
        return replace(last, status=None, failure="broken: an earlier try may have been carried out")
    return last
