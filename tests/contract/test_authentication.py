"""Who calls: every operation wants a good Bearer token and tells nobody else anything."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks import expect
from conformance.client.auth.forged_tokens import forged
from conformance.run.pytest_plugin import Judge, verifies

if TYPE_CHECKING:
    from conformance.client.auth.untrusted_issuer import Rogue
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

FORGED = (
    "malformed-token",
    "empty-token",
    "forged-signature",
    "changed-claims",
    "unsigned-token",
    "foreign-key",
    "public-key-as-secret",
)
NOT_FOUND = ("RealityDataNotFound", "iTwinNotFound", "iTwinRepositoryNotFound")


@verifies("platform.auth.missing-token", "platform.auth.missing-token-code", "platform.auth.before-existence")
def test_a_call_without_a_token_is_refused(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """Without Authorization the answer is 401 with HeaderNotFound, whether the ids exist or not."""
    response = owner.example(operation, scene.real_ids("auth"), headers={"Authorization": None})
    with judge("platform.auth.missing-token"):
        expect.status(response, 401)
    with judge("platform.auth.missing-token-code"):
        expect.error(response, 401, "HeaderNotFound")
    with judge("platform.auth.before-existence"):
        expect.status(owner.example(operation, scene.no_ids(), headers={"Authorization": None}), 401)


@verifies("platform.auth.wrong-scheme", "platform.auth.other-401-codes", "platform.auth.before-validation")
def test_bad_credentials_learn_nothing(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """Basic, a bad token and none at all answer 401, before anybody looks at what was sent."""
    basic = "Basic " + base64.b64encode(b"user:password").decode()
    response = owner.example(operation, scene.real_ids("auth"), headers={"Authorization": basic})
    with judge("platform.auth.wrong-scheme"):
        expect.status(response, 401)
    invalid: dict[str, Any] = {"json": {}} if owner.operations[operation].body else {}
    bad, nobody = (
        owner.example(operation, scene.bad_ids(), headers={"Authorization": token}, off_spec=True, **invalid)
        for token in ("Bearer bad", None)
    )
    with judge("platform.auth.other-401-codes") as seen:
        seen.observed("scheme", response.at("/error/code"), "token", bad.at("/error/code"))
    with judge("platform.auth.before-validation"):
        for answer in (bad, nobody):
            # A router may know no such path, and says so in its own words.
            unrouted = answer.status == 404 and answer.at("/error/code") not in NOT_FOUND
            expect.status(answer, 401, *([404] if unrouted else []))
        if invalid and nobody.status == 404:
            headers = {"Authorization": None}
            expect.status(owner.example(operation, scene.real_ids("auth"), headers=headers, **invalid), 401)


@verifies(*(f"platform.auth.{kind}" for kind in FORGED))
def test_a_forged_token_is_refused(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """A token that is no token, or not the issuer's own as it was signed, answers 401."""
    tokens = scene.forged_tokens(forged)
    for kind in FORGED:
        if kind not in tokens:
            judge.not_applicable(
                "the target's tokens are opaque or its keys unpublished", f"platform.auth.{kind}"
            )
            continue
        with judge(f"platform.auth.{kind}"):
            headers = {"Authorization": f"Bearer {tokens[kind]}"}
            expect.status(owner.example(operation, scene.real_ids("auth"), headers=headers), 401)


@verifies("platform.auth.expired-token")
def test_an_expired_token_is_refused(owner: Actor, scene: Scene, judge: Judge, operation: str) -> None:
    """An expired token answers 401, however good its signature."""
    with judge("platform.auth.expired-token"):
        expect.status(owner.example(operation, scene.real_ids("auth"), headers=scene.bearer("expired")), 401)


@verifies("platform.auth.other-issuer")
def test_a_token_of_another_issuer_is_refused(
    owner: Actor, scene: Scene, judge: Judge, operation: str, rogue: Rogue | None
) -> None:
    """A token of another issuer answers 401, whether it is signed by the real key or by keys of its own."""
    tokens = scene.tokens_of_other_issuers(rogue)
    if not tokens:
        judge.not_applicable("no token of another issuer: name one under tokens.other_issuer")
        return
    with judge("platform.auth.other-issuer"):
        for token in tokens:
            headers = {"Authorization": f"Bearer {token}"}
            expect.status(owner.example(operation, scene.real_ids("auth"), headers=headers), 401)


@verifies("platform.auth.not-yet-valid")
def test_a_token_that_is_not_valid_yet_is_refused(
    owner: Actor, scene: Scene, judge: Judge, operation: str
) -> None:
    """A token whose time has not come answers 401."""
    with judge("platform.auth.not-yet-valid"):
        expect.status(
            owner.example(operation, scene.real_ids("auth"), headers=scene.bearer("not_yet_valid")), 401
        )


@verifies("platform.auth.wrong-scope")
def test_a_token_without_the_scope_is_refused(
    owner: Actor, scene: Scene, judge: Judge, operation: str
) -> None:
    """A good token without the scope itwin-platform answers 401."""
    token = scene.token_of_another_scope()
    if not token:
        judge.not_applicable(
            "the token service gives no token without the scope; name one under tokens.wrong_scope"
        )
        return
    with judge("platform.auth.wrong-scope"):
        headers = {"Authorization": f"Bearer {token}"}
        expect.status(owner.example(operation, scene.real_ids("auth"), headers=headers), 401)


@pytest.mark.order("late")
@verifies("platform.auth.refused-changes-nothing")
def test_refused_callers_left_nothing(owner: Actor, scene: Scene, judge: Judge) -> None:
    """When every bad token has been refused, the things that they were about are as they were."""
    where = owner.settled_associations(scene.kept("auth"), scene.alone)
    for operation in ("associateRealityData", "moveRealityData"):
        with judge("platform.auth.refused-changes-nothing", operation):
            expect.same_items(where, scene.alone, "associations", judge.last())
    with judge("platform.auth.refused-changes-nothing", "createRepositoryResource"):
        listed = {str(entry.get("id")) for entry in owner.resources(scene.repository)}
        expect.equal(sorted(listed & scene.refused_ids(401)), [], "refused and listed", judge.last())
