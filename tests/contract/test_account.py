"""Account: who owns an iTwin, in a short form that reading never changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.checks import expect
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange
from conformance.run.pytest_plugin import Judge, verifies

from .ids import MALFORMED, near, strange

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.conftest import Scene

Together = Callable[..., list[Exchange]]

MEMBERS = ("id", "class", "subClass", "number", "displayName")


@verifies(
    "itwins.account.answers-200",
    "itwins.account.of-this-itwin",
    "itwins.account.not-the-itwin",
    "itwins.account.text-present",
    "itwins.account.agrees-with-the-account-itself",
    "itwins.account.minimal",
    "itwins.account.type-and-status",
)
def test_each_itwin_names_its_account(owner: Actor, scene: Scene, judge: Judge) -> None:
    """For each of several iTwins the answer is the account that the iTwin itself names."""
    for itwin in filter(None, (scene.home, scene.second, scene.overseas)):
        response = owner.settled(partial(owner.account, itwin), lambda r: r.status != 404)
        with judge("itwins.account.answers-200"):
            expect.status(response, 200)
        itself = owner.read_itwin(itwin)
        named = itself.at("/iTwin/iTwinAccountId")
        with judge("itwins.account.of-this-itwin"):
            if isinstance(named, str) and named:
                expect.repeats(response, "/iTwin/id", named)
        with judge("itwins.account.not-the-itwin"):
            for member in ("id", "number", "displayName"):
                expect.differs(response, f"/iTwin/{member}", itself.at(f"/iTwin/{member}"))
        with judge("itwins.account.text-present"):
            for member in ("id", "number", "displayName"):
                expect.text(response, f"/iTwin/{member}")
        with judge("itwins.account.agrees-with-the-account-itself"):
            account = scene.account_itself(response.at("/iTwin/id"))
            for member, value in account.items():
                expect.value(response, f"/iTwin/{member}", value)
        with judge("itwins.account.minimal"):
            expect.only_members(response, "/iTwin", (*MEMBERS, "type", "status"))
        with judge("itwins.account.type-and-status") as seen:
            kind = response.at("/iTwin/type")
            shape = "null" if kind is None else "text" if isinstance(kind, str) else "absent"
            seen.observed(
                "type",
                shape,
                "status",
                "there" if isinstance(response.at("/iTwin/status"), str) else "absent",
            )


@verifies("itwins.account.reads-alike", "itwins.account.read-changes-nothing")
def test_reading_twice_gives_the_same(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Reading the account again gives the same answer and leaves the iTwin as it was."""
    before = owner.read_itwin(scene.second)
    owner.settled(lambda: owner.account(scene.second), lambda r: r.status != 404)
    first, second = owner.account(scene.second), owner.account(scene.second)
    after = owner.read_itwin(scene.second)
    with judge("itwins.account.reads-alike"):
        expect.equal(second.at("/iTwin"), first.at("/iTwin"), "the second answer", first, second)
    with judge("itwins.account.read-changes-nothing"):
        expect.equal(after.at("/iTwin"), before.at("/iTwin"), "the iTwin", before, after)


@verifies("itwins.account.at-once-alike")
def test_accounts_read_at_once_are_each_right(
    owner: Actor, scene: Scene, judge: Judge, together: Together
) -> None:
    """Read at the same moment, the accounts of several iTwins are those that are read one by one."""
    itwins = [scene.home, scene.second, scene.third]
    alone = {i: owner.settled(partial(owner.account, i), lambda r: r.status != 404) for i in itwins}
    with judge("itwins.account.at-once-alike"):
        responses = together(*[lambda itwin=itwin: owner.account(itwin) for itwin in itwins])
        for itwin, response in zip(itwins, responses, strict=True):
            expect.status(response, 200)
            expect.equal(
                response.at("/iTwin"), alone[itwin].at("/iTwin"), "the account", response, alone[itwin]
            )


@verifies(
    "itwins.account.unknown-itwin-not-found",
    "itwins.account.odd-ids-refused",
    "itwins.account.malformed-itwin",
)
def test_an_unknown_itwin_has_no_account(owner: Actor, scene: Scene, judge: Judge) -> None:
    """An iTwin that does not exist is not found, and no odd id is ever accepted."""
    with judge("itwins.account.unknown-itwin-not-found"):
        expect.error(owner.account(near(scene.home)), 404, "iTwinNotFound")
    tolerated = frozenset({400, 403, 405, 414, 422})
    with judge("itwins.account.malformed-itwin") as seen:
        odd = owner.account(MALFORMED, tolerated=tolerated)
        seen.observed(odd.summary())
    with judge("itwins.account.odd-ids-refused"):
        for odd_id in strange(scene.home):
            expect.refused(owner.account(odd_id, tolerated=tolerated), 400, 403, 404, 405, 414, 422)


@verifies(
    "itwins.account.id-of-another-kind-not-found",
    "itwins.account.deleted-itwin-not-found",
    "itwins.account.inactive-itwin-stays-inactive",
)
def test_what_is_no_itwin_has_no_account(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Reality data and repositories have no account, and a deleted iTwin has none any more."""
    with judge("itwins.account.id-of-another-kind-not-found"):
        expect.status(owner.account(scene.untouched, tolerated=frozenset({403})), 404, 403)
        expect.status(owner.account(scene.repository.id, tolerated=frozenset({403})), 404, 403)
    before, account, after = scene.gone_reads
    with judge("itwins.account.inactive-itwin-stays-inactive"):
        expect.equal(after.at("/iTwin"), before.at("/iTwin"), "the iTwin", before, account, after)
    with judge("itwins.account.deleted-itwin-not-found"):
        tolerated = frozenset({403})
        response = owner.settled(
            lambda: owner.account(scene.gone, tolerated=tolerated), lambda r: r.status != 200
        )
        expect.status(response, 404, 403)


@verifies("itwins.account.id-case", "itwins.account.prefer-minimal", "itwins.account.prefer-representation")
def test_prefer_asks_for_more_or_less(owner: Actor, scene: Scene, judge: Judge) -> None:
    """Prefer return=minimal is the default; return=representation adds what clients of the platform read."""
    plain = owner.settled(lambda: owner.account(scene.home), lambda r: r.status != 404)
    with judge("itwins.account.prefer-minimal"):
        minimal = owner.account(scene.home, headers={"Prefer": "return=minimal"})
        expect.equal(minimal.at("/iTwin"), plain.at("/iTwin"), "the account", minimal)
    with judge("itwins.account.prefer-representation"):
        full = owner.account(scene.home, headers={"Prefer": "return=representation"}, off_spec=True)
        expect.status(full, 200)
        expect.text(full, "/iTwin/createdDateTime")
    with judge("itwins.account.id-case") as seen:
        seen.observed(owner.account(scene.home.upper(), tolerated=frozenset({400, 422})).summary())


@verifies("itwins.account.member-reads")
def test_a_member_reads_the_account(owner: Actor, reader: Actor, scene: Scene, judge: Judge) -> None:
    """Whoever can read the iTwin as its member reads its account too."""
    wanted = owner.settled(lambda: owner.account(scene.home), lambda r: r.status != 404)
    if reader.read(f"/itwins/{scene.home}").status != 200:
        judge.not_applicable(
            "the reader is no member of iTwins that the owner makes, so nothing is promised to it"
        )
        return
    with judge("itwins.account.member-reads"):
        response = reader.settled(lambda: reader.account(scene.home), lambda r: r.status != 404)
        expect.status(response, 200)
        expect.equal(response.at("/iTwin"), wanted.at("/iTwin"), "the account", response, wanted)


@verifies("itwins.account.outsider-refused", "itwins.account.outsider-answer")
def test_an_outsider_learns_no_account(outsider: Actor, scene: Scene, judge: Judge) -> None:
    """A user of another organization gets no account; whether with 403 or 404 is open."""
    response = outsider.account(scene.home, tolerated=frozenset({403}))
    with judge("itwins.account.outsider-refused"):
        expect.status(response, 403, 404)
    with judge("itwins.account.outsider-answer") as seen:
        seen.observed(response.summary())


@pytest.mark.order("late")
@verifies("platform.safe.changes-nothing")
def test_a_whole_run_of_reads_changed_nothing(owner: Actor, scene: Scene, judge: Judge) -> None:
    """An iTwin that was only read is at the end what it was when it was first read."""
    with judge("platform.safe.changes-nothing"):
        first = owner.read_itwin(scene.home)
        for _ in range(2):
            owner.account(scene.home)
        after = owner.read_itwin(scene.home)
        expect.equal(after.at("/iTwin"), first.at("/iTwin"), "the iTwin", first, after)
        listed = owner.read(f"/itwins/{scene.home}/repositories")
        known = {repository.id for repository in scene.used_repositories() if repository.itwin == scene.home}
        entries = listed.at("/repositories")
        if not isinstance(entries, list):
            raise NotJudged(f"the repositories cannot be read: {listed.summary()}", (listed.id,))
        seen = {entry.get("id") for entry in entries if isinstance(entry, dict)}
        expect.equal(sorted(known - seen), [], "repositories that are gone", listed)
