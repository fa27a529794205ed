"""What holds for every operation: how clients may ask, what a pause does, what happens at the rate limit."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from conformance.checks import expect
from conformance.client import retry_after
from conformance.generate.examples import example_body
from conformance.run.pytest_plugin import Judge, verifies

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

UNUSUAL = frozenset({400, 413, 415})
PATIENT_TRIES = 4


@verifies(
    "platform.accept.any-documented-form", "platform.path.case-insensitive", "platform.path.trailing-slash"
)
def test_clients_may_ask_in_their_own_way(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """Shipped clients send several forms of Accept, of the path's case and of its end; all are understood."""
    spec = owner.operations[operation]
    ids = scene.real_ids() if spec.safe else scene.no_ids()
    plain = owner.example(operation, ids)
    with judge("platform.accept.any-documented-form"):
        for accept in ("*/*", None):
            other = owner.example(operation, ids, headers={"Accept": accept})
            expect.status(other, plain.status or 0)
            expect.same_members(other, plain)
    with judge("platform.path.case-insensitive"):
        odd = owner.example(operation, ids, off_spec=True, rewrite=lambda path: scene.other_case(path, spec))
        expect.status(odd, plain.status or 0)
        expect.value(odd, "/error/code", plain.at("/error/code"))
    with judge("platform.path.trailing-slash"):
        odd = owner.example(operation, ids, off_spec=True, rewrite=lambda path: f"{path}/")
        expect.status(odd, plain.status or 0)
        expect.value(odd, "/error/code", plain.at("/error/code"))


@verifies("platform.input.odd-bodies-answered")
def test_odd_bodies_are_answered(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """A body that is deep, large, doubled or of another media type is refused or accepted, and answered."""
    spec = owner.operations[operation]
    text = json.dumps(example_body(spec, scene.no_ids(), owner.unique))
    inner = text.strip("{}")
    bodies = {
        "doubled": (f"{{{inner}, {inner}}}", "application/json"),
        "deep": (f'{{{inner}, "unknownMember": {"[" * 200}{"]" * 200}}}', "application/json"),
        "large": (f'{{{inner}, "unknownMember": "{"x" * 60_000}"}}', "application/json"),
        "plain text": (text, "text/plain"),
    }
    with judge("platform.input.odd-bodies-answered"):
        for body, media_type in bodies.values():
            ids = scene.real_ids() | {"destination_itwin_id": scene.no_ids()["destination_itwin_id"]}
            headers = {"Content-Type": media_type}
            response = owner.example(
                operation, ids, content=body.encode(), headers=headers, tolerated=UNUSUAL
            )
            expect.status(response, *spec.responses, *UNUSUAL)


@pytest.mark.order("late")
@verifies("platform.reply.after-idle")
def test_a_pause_changes_nothing(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """After a pause the first request of an operation is answered as the one right after it."""
    ids = scene.real_ids() if owner.operations[operation].safe else scene.no_ids()
    scene.run.client.budget.pause(scene.run.target.idle)
    with judge("platform.reply.after-idle"):
        first, second = owner.example(operation, ids), owner.example(operation, ids)
        expect.equal(first.summary(), second.summary(), "the first answer after a pause", first, second)


@verifies("platform.rate.limited-status", "platform.rate.lifts")
def test_the_rate_limit_is_told_and_lifts(
    actors: dict[str, Actor], scene: Scene, judge: Judge, operation: str
) -> None:
    """A client over its limit is told 429 and for how long, and may send again after that."""
    throttled = actors["throttled"]
    responses = []
    for _ in range(12):
        responses.append(throttled.example(operation, scene.no_ids(), may_throttle=True))
        if responses[-1].status == 429:
            break
    with judge("platform.rate.limited-status"):
        expect.status(responses[-1], 429)
    if retry_after(responses[-1]) is None:
        judge.not_applicable("no 429 said for how long", "platform.rate.lifts")
        return
    with judge("platform.rate.lifts"):
        again = responses[-1]
        for _ in range(PATIENT_TRIES):
            # Somebody else may use the same client: only a limit that never lifts is a broken promise.
            time.sleep(min(retry_after(again) or 0.0, scene.run.target.max_wait) + 0.1)
            again = throttled.example(operation, scene.no_ids(), may_throttle=True)
            if again.status != 429:
                break
        expect.differs_from_status(again, 429)


@pytest.mark.order("last")
@verifies(
    "reality-management.associate.stays",
    "reality-management.move.stays",
    "itwins.resource.stays",
)
def test_what_was_written_early_is_still_there(scene: Scene, judge: Judge) -> None:
    """At the end of the run everything that the first scenarios wrote is as they left it."""
    for look in scene.deferred:
        look(judge)
