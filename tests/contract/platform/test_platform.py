"""What holds for every operation: how clients may ask, what a pause does, what happens at the rate limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.client import retry_after
from conformance.errors import NotJudged
from conformance.generate.examples import example_body
from conformance.run.pytest_plugin import Judge, phase, verifies
from conformance.run.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.claims.openapi import Operation
    from tests.contract.actors import Actor
    from tests.contract.ids import ExampleIds
    from tests.contract.waiting import ClientLimit

UNUSUAL = frozenset({400, 413, 415})
PATIENT_TRIES = 4


@verifies(
    "platform.accept.any-documented-form", "platform.path.case-insensitive", "platform.path.trailing-slash"
)
def test_clients_may_ask_in_their_own_way(
    owner: Actor, ids: ExampleIds, judge: Judge, operation: str
) -> None:
    """Shipped clients send several forms of Accept, of the path's case and of its end; all are understood."""
    spec = owner.operations[operation]
    asked: Mapping[str, str] = ids.real() if spec.safe else ids.unknown()
    plain = owner.example(operation, asked)
    expect.answered(plain)
    with judge("platform.accept.any-documented-form"):
        for accept in ("*/*", None):
            other = owner.example(operation, asked, headers={"Accept": accept})
            expect.status(other, plain.status or 0)
            expect.same_members(other, plain)
    with judge("platform.path.case-insensitive"):
        odd = owner.example(operation, asked, off_spec=True, rewrite=lambda path: _other_case(path, spec))
        expect.status(odd, plain.status or 0)
        expect.value(odd, "/error/code", plain.at("/error/code"))
    with judge("platform.path.trailing-slash"):
        odd = owner.example(operation, asked, off_spec=True, rewrite=lambda path: f"{path}/")
        expect.status(odd, plain.status or 0)
        expect.value(odd, "/error/code", plain.at("/error/code"))


def _other_case(path: str, operation: Operation) -> str:
    """Return the path with its static segments in the other case, its parameters as they are."""
    pairs = zip(path.split("/"), operation.path.split("/"), strict=True)
    return "/".join(sent if template.startswith("{") else sent.swapcase() for sent, template in pairs)


@verifies("platform.input.odd-bodies-answered")
def test_odd_bodies_are_answered(owner: Actor, ids: ExampleIds, judge: Judge, operation: str) -> None:
    """A body that is deep, large, doubled or of another media type is refused or accepted, and answered."""
    spec = owner.operations[operation]
    text = json.dumps(example_body(spec, ids.unknown(), owner.unique))
    inner = text.strip("{}")
    bodies = {
        "doubled": (f"{{{inner}, {inner}}}", "application/json"),
        "deep": (f'{{{inner}, "unknownMember": {"[" * 200}{"]" * 200}}}', "application/json"),
        "large": (f'{{{inner}, "unknownMember": "{"x" * 60_000}"}}', "application/json"),
        "plain text": (text, "text/plain"),
    }
    with judge("platform.input.odd-bodies-answered"):
        for body, media_type in bodies.values():
            asked = ids.real(destination_itwin_id=ids.unknown()["destination_itwin_id"])
            headers = {"Content-Type": media_type}
            response = owner.example(
                operation, asked, content=body.encode(), headers=headers, tolerated=UNUSUAL
            )
            expect.status(response, *spec.responses, *UNUSUAL)


@verifies("platform.reply.after-idle")
def test_a_pause_changes_nothing(
    owner: Actor, ids: ExampleIds, run: Run, judge: Judge, operation: str
) -> None:
    """After a pause the first request of an operation is answered as the one right after it."""
    asked: Mapping[str, str] = ids.real() if owner.operations[operation].safe else ids.unknown()

    def ask_twice() -> None:
        with judge("platform.reply.after-idle"):
            first, second = owner.example(operation, asked), owner.example(operation, asked)
            expect.equal(first.summary(), second.summary(), "the first answer after a pause", first, second)

    judge.after_silence(run.target.idle, ask_twice)


@phase("early")
@verifies("platform.rate.limited-status", "platform.rate.lifts")
def test_the_rate_limit_is_told_and_lifts(
    actors: dict[str, Actor], ids: ExampleIds, run: Run, judge: Judge, limit: ClientLimit, operation: str
) -> None:
    """A client over its limit is told 429 and for how long, and may send again after that."""
    throttled = actors["throttled"]
    responses = []
    for _ in range(12):
        responses.append(throttled.example(operation, ids.unknown(), may_throttle=True))
        if responses[-1].status == 429:
            break
    with judge("platform.rate.limited-status"):
        expect.rests_on(*responses[:-1])
        expect.status(responses[-1], 429)
    if retry_after(responses[-1]) is None:
        judge.not_applicable("no 429 said for how long", "platform.rate.lifts")
        return
    limit.told(responses[-1], run.target.max_wait)
    # Somebody else may use the same client: only a limit that never lifts is a broken promise.
    tries = iter(range(PATIENT_TRIES - 1))

    def ask_again() -> None:
        again = throttled.example(operation, ids.unknown(), may_throttle=True)
        if again.status == 429 and next(tries, None) is not None:
            limit.told(again, run.target.max_wait)
            judge.after(limit.rest, ask_again)
            return
        with judge("platform.rate.lifts"):
            tries_of_it = [each for each in run.client.recorder if each.request is again.request]
            if again.status == 429 and any(each.is_noise for each in tries_of_it):
                raise NotJudged(
                    "tries that got no answer may have used up what the limit allows", (again.id,)
                )
            expect.differs_from_status(again, 429)

    judge.after(limit.rest, ask_again)
