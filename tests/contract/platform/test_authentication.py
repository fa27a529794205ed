"""Who asks: every operation wants a good Bearer token and tells nobody else anything."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from conformance.checks import expect
from conformance.client.auth.token_claims import note_of
from conformance.errors import NotApplicable
from conformance.run.pytest_plugin import Judge, verifies

from ..reads import eventual_associations, expect_unlisted
from ..traces import refusals, refused_ids

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.ids import ExampleIds
    from tests.contract.tokens import BadTokens
    from tests.contract.world import World

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
def test_a_request_without_a_token_is_refused(
    owner: Actor, ids: ExampleIds, judge: Judge, operation: str
) -> None:
    """Without Authorization the response is 401 with HeaderNotFound, whether the ids exist or not."""
    refused = owner.example(operation, ids.real("auth"), headers={"Authorization": None})
    with judge("platform.auth.missing-token"):
        expect.status(refused, 401)
    with judge("platform.auth.missing-token-code"):
        expect.error(refused, 401, "HeaderNotFound")
    with judge("platform.auth.before-existence"):
        expect.status(owner.example(operation, ids.unknown(), headers={"Authorization": None}), 401)


@verifies("platform.auth.wrong-scheme", "platform.auth.other-401-codes", "platform.auth.before-validation")
def test_bad_credentials_learn_nothing(owner: Actor, ids: ExampleIds, judge: Judge, operation: str) -> None:
    """Basic, a bad token and none at all answer 401, before anybody looks at what was sent."""
    basic = "Basic " + base64.b64encode(b"user:password").decode()
    response = owner.example(operation, ids.real("auth"), headers={"Authorization": basic})
    with judge("platform.auth.wrong-scheme"):
        expect.status(response, 401)
    invalid: dict[str, Any] = {"json": {}} if owner.operations[operation].body else {}
    bad, nobody = (
        owner.example(operation, ids.malformed(), headers={"Authorization": token}, off_spec=True, **invalid)
        for token in ("Bearer bad", None)
    )
    with judge("platform.auth.other-401-codes") as seen:
        seen.observed("scheme", response.at("/error/code"), "token", bad.at("/error/code"))
    with judge("platform.auth.before-validation"):
        for refused in (bad, nobody):
            # A router may know no such path, and says so in its own words.
            unrouted = refused.status == 404 and refused.at("/error/code") not in NOT_FOUND
            expect.status(refused, 401, *([404] if unrouted else []))
        if invalid and nobody.status == 404:
            headers = {"Authorization": None}
            expect.status(owner.example(operation, ids.real("auth"), headers=headers, **invalid), 401)


@verifies(*(f"platform.auth.{kind}" for kind in FORGED))
def test_a_forged_token_is_refused(
    owner: Actor, ids: ExampleIds, bad_tokens: BadTokens, judge: Judge, operation: str
) -> None:
    """A token that is no token, or not the issuer's own as it was signed, answers 401."""
    for kind in FORGED:
        token = bad_tokens.forged().get(kind)
        if token is None:
            reason = "the target's tokens are opaque or its keys unpublished"
            judge.not_applicable(reason, f"platform.auth.{kind}")
            continue
        with judge(f"platform.auth.{kind}"):
            _refused(owner, operation, ids, token)


@verifies("platform.auth.expired-token")
def test_an_expired_token_is_refused(
    owner: Actor, ids: ExampleIds, bad_tokens: BadTokens, judge: Judge, operation: str
) -> None:
    """An expired token answers 401, however good its signature."""
    with judge("platform.auth.expired-token"):
        judge.note(_refused(owner, operation, ids, bad_tokens.ready("expired")))


@verifies("platform.auth.not-yet-valid")
def test_a_token_that_is_not_valid_yet_is_refused(
    owner: Actor, ids: ExampleIds, bad_tokens: BadTokens, judge: Judge, operation: str
) -> None:
    """A token whose time has not come answers 401."""
    with judge("platform.auth.not-yet-valid"):
        judge.note(_refused(owner, operation, ids, bad_tokens.ready("not_yet_valid")))


@verifies("platform.auth.other-issuer")
def test_a_token_of_another_issuer_is_refused(
    owner: Actor, ids: ExampleIds, bad_tokens: BadTokens, judge: Judge, operation: str
) -> None:
    """A token of another issuer answers 401, whether it is signed by the real key or by keys of its own."""
    with judge("platform.auth.other-issuer"):
        tokens = list(bad_tokens.of_another_issuer())
        if not tokens:
            raise NotApplicable("no token of another issuer: name one under tokens.other_issuer")
        judge.note("; ".join({_refused(owner, operation, ids, token) for token in tokens} - {""}))


@verifies("platform.auth.wrong-scope")
def test_a_token_without_the_scope_is_refused(
    owner: Actor, ids: ExampleIds, bad_tokens: BadTokens, judge: Judge, operation: str
) -> None:
    """A good token without the scope itwin-platform answers 401."""
    with judge("platform.auth.wrong-scope"):
        token = bad_tokens.without_scope()
        if not token:
            reason = "the token service gives no token without the scope; name one under tokens.wrong_scope"
            raise NotApplicable(reason)
        judge.note(_refused(owner, operation, ids, token))


def _refused(owner: Actor, operation: str, ids: ExampleIds, token: str) -> str:
    """Expect the token to be refused, and return what has to be said about it."""
    headers = {"Authorization": f"Bearer {token}"}
    expect.status(owner.example(operation, ids.real("auth"), headers=headers), 401)
    return note_of(token)


@verifies("platform.auth.refused-changes-nothing")
def test_refused_callers_left_nothing(owner: Actor, world: World, ids: ExampleIds, judge: Judge) -> None:
    """When every bad token has been refused, the things that they were about are as they were."""

    @judge.at_end
    def nothing_has_changed() -> None:
        wanted = world.initial_associations
        where, response = eventual_associations(owner, world.reserved_data("auth"), wanted)
        for operation in ("associateRealityData", "moveRealityData"):
            with judge("platform.auth.refused-changes-nothing", operation):
                expect.rests_on(*_refusals(owner, world, ids, operation))
                expect.same_items(where, wanted, "associations", response)
        with judge("platform.auth.refused-changes-nothing", "createRepositoryResource"):
            expect.rests_on(*_refusals(owner, world, ids, "createRepositoryResource"))
            expect_unlisted(owner, world.repository, refused_ids(world.run, 401))


def _refusals(owner: Actor, world: World, ids: ExampleIds, operation: str) -> list[Any]:
    """Return the requests that were refused; where only this is judged, one is sent."""
    found = refusals(world.run, operation, 401)
    return found or [owner.example(operation, ids.real("auth"), headers={"Authorization": None})]
