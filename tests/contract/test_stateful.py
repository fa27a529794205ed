"""A model of the rules: generated sequences of calls are answered as the rules say, and reads agree."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks import expect
from conformance.errors import Violation
from conformance.run.pytest_plugin import Judge, verifies

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

MODEL = "platform.model.agrees"


@pytest.mark.order("generated")
@verifies("platform.model.agrees")
def test_generated_sequences_agree_with_the_rules(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Associations, moves and creates in any order are answered as a model of the rules answers them."""
    dice = random.Random(scene.run.seed)  # noqa: S311 - a repeatable choice, no secret
    steps = max(2, scene.examples(quick=8, nightly=150))
    broken = _walk(owner, scene, dice, steps)
    for operation in ("associateRealityData", "moveRealityData"):
        with judge(MODEL, operation):
            if operation in broken:
                raise broken[operation]
    with judge(MODEL, "createRepositoryResource"):
        _resources(owner, scene, dice, steps)


def _walk(owner: Actor, scene: Scene, dice: random.Random, steps: int) -> dict[str, Violation]:
    """Take the steps and return what broke the rules, by the operation of the step that did."""
    places = [scene.home, scene.second, scene.third]
    verbs = ["move", "associate", *dice.choices(("associate", "move", "move"), k=steps)][:steps]
    data = owner.new_reality_data(scene.home)
    model, done, verb = set(scene.alone), list[str](), verbs[0]
    try:
        for verb in verbs:
            place = dice.choice(places) if done else scene.second
            wanted = _rule(verb, place, model) if model or place != scene.home else 0
            if wanted == 0:
                continue
            done.append(f"{verb} {places.index(place)}")
            response = owner.associate(data, place) if verb == "associate" else owner.move(data, place)
            _agree(response, (wanted,) if wanted != 422 else (403, 404, 409, 422), done, scene.run.seed)
            model = _after(verb, place, model, response.status or 0)
            if len(model) == len(places):
                data, model = owner.new_reality_data(scene.home), set(scene.alone)
        seen = owner.settled_associations(data, sorted(model))
        expect.same_items(seen, model, f"associations after {', '.join(done[-6:])}")
    except Violation as violation:
        return {f"{verb}RealityData": violation}
    return {}


def _rule(verb: str, place: str, model: set[str]) -> int:
    """Return the status that the rules promise; 0 where the pages leave it open, 422 for any refusal."""
    if verb == "associate":
        return 409 if place in model else 200
    if len(model) > 1:
        return 422
    return 409 if place in model else 204


def _after(verb: str, place: str, model: set[str], status: int) -> set[str]:
    if verb == "associate" and status == 200:
        return model | {place}
    return {place} if verb == "move" and status == 204 else model


def _resources(owner: Actor, scene: Scene, dice: random.Random, steps: int) -> None:
    repository = scene.repository_of("WebMapTileService")
    ids, names = ([owner.unique(word) for _ in range(3)] for word in ("id", "Name"))
    taken: list[dict[str, Any]] = []
    done: list[str] = []
    for _ in range(steps // 2):
        body = {"id": dice.choice(ids), "displayName": dice.choice(names)}
        clash = any(body["id"] == t["id"] or body["displayName"] == t["displayName"] for t in taken)
        done.append(f"create id {ids.index(body['id'])} name {names.index(body['displayName'])}")
        _agree(owner.create_resource(repository, body), (409 if clash else 201,), done, scene.run.seed)
        if not clash:
            taken.append(body)
    wanted = {t["id"] for t in taken}
    seen = owner.settled(
        lambda: owner.resources(repository), lambda r: wanted <= {str(e.get("id")) for e in r}
    )
    expect.equal(sorted(wanted - {str(e.get("id")) for e in seen}), [], "created and not listed")


def _agree(response: Any, wanted: tuple[int, ...], done: list[str], seed: int) -> None:
    try:
        expect.status(response, *wanted)
    except Violation as violation:
        sequence = ", ".join(done[-6:])
        actual = f"{violation.actual} (after {sequence}; seed {seed})"
        raise Violation(violation.expected, actual, violation.evidence) from None
