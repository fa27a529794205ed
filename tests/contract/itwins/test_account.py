"""Account: who owns an iTwin, in a short form that reading never changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.checks import expect
from conformance.checks.values import same
from conformance.errors import NotJudged
from conformance.exchange.groups import concurrently
from conformance.run.pytest_plugin import Judge, verifies

from ..actors import Repository
from ..ids import MALFORMED, lookalike_id, malformed_ids
from ..reads import read_itwin

if TYPE_CHECKING:
    from tests.contract.actors import Actor
    from tests.contract.ids import ExampleIds
    from tests.contract.world import World

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
def test_each_itwin_names_its_account(owner: Actor, world: World, judge: Judge) -> None:
    """For each of several iTwins the response is the account that the iTwin itself names."""
    for itwin in dict.fromkeys((*world.itwins_to_read[:2], *_elsewhere(world))):
        response = world.first.account(itwin)
        with judge("itwins.account.answers-200"):
            expect.status(response, 200)
        itself = world.first.itwin(itwin)
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
            account = _account_itself(owner, world, response.at("/iTwin/id"))
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


def _elsewhere(world: World) -> list[str]:
    """Return an iTwin of another data center, where there is one."""
    try:
        return [itwin for itwin in (world.other_data_center_itwin,) if itwin]
    except NotJudged:
        return []


def _account_itself(owner: Actor, world: World, account: Any) -> dict[str, Any]:
    """Return number and displayName of an account as a read of the account itself gives them, or {}."""
    own = quote(account, safe="") if isinstance(account, str) else ""
    for path in ("/itwins/myprimaryaccount", f"/itwins/{own}") if own else ():
        response = world.made.once(path, partial(owner.read, path))
        itwin = response.at("/iTwin")
        if response.status == 200 and isinstance(itwin, dict) and same(itwin.get("id"), account):
            expect.rests_on(response)
            return {key: itwin[key] for key in ("number", "displayName") if isinstance(itwin.get(key), str)}
    return {}


@verifies("itwins.account.reads-alike", "itwins.account.read-changes-nothing")
def test_reading_twice_gives_the_same(owner: Actor, world: World, judge: Judge) -> None:
    """Reading the account again gives the same response and leaves the iTwin as it was."""
    itwin = world.itwins_to_read[:2][-1]
    world.first.account(itwin)
    before = world.first.itwin(itwin)
    first, second = owner.account(itwin), owner.account(itwin)
    after = read_itwin(owner, itwin)
    with judge("itwins.account.reads-alike"):
        expect.equal(second.at("/iTwin"), first.at("/iTwin"), "the second answer", first, second)
    with judge("itwins.account.read-changes-nothing"):
        expect.rests_on(first, second)
        expect.equal(after.at("/iTwin"), before.at("/iTwin"), "the iTwin", before, after)


@verifies("itwins.account.at-once-alike")
def test_accounts_read_concurrently_are_each_right(owner: Actor, world: World, judge: Judge) -> None:
    """Read at the same moment, the accounts of several iTwins are those that are read one by one."""
    itwins = world.itwins_to_read
    alone = [world.first.account(itwin) for itwin in itwins]
    with judge("itwins.account.at-once-alike"):
        responses = concurrently(*[partial(owner.account, itwin) for itwin in itwins])
        for response, wanted in zip(responses, alone, strict=True):
            expect.status(response, 200)
            expect.equal(response.at("/iTwin"), wanted.at("/iTwin"), "the account", response, wanted)


@verifies(
    "itwins.account.unknown-itwin-not-found",
    "itwins.account.odd-ids-refused",
    "itwins.account.malformed-itwin",
)
def test_an_unknown_itwin_has_no_account(owner: Actor, world: World, judge: Judge) -> None:
    """An iTwin that does not exist is not found, and no odd id is ever accepted."""
    with judge("itwins.account.unknown-itwin-not-found"):
        expect.error(owner.account(lookalike_id(world.itwin_to_read)), 404, "iTwinNotFound")
    tolerated = frozenset({400, 403, 405, 414, 422})
    with judge("itwins.account.malformed-itwin") as seen:
        odd = owner.account(MALFORMED, tolerated=tolerated)
        seen.observed(odd.summary())
    with judge("itwins.account.odd-ids-refused"):
        for odd_id in malformed_ids(world.itwin_to_read):
            expect.refused(owner.account(odd_id, tolerated=tolerated), 400, 403, 404, 405, 414, 422)


@verifies(
    "itwins.account.id-of-another-kind-not-found",
    "itwins.account.deleted-itwin-not-found",
    "itwins.account.inactive-itwin-stays-inactive",
)
def test_what_is_no_itwin_has_no_account(owner: Actor, world: World, judge: Judge) -> None:
    """Reality data and repositories have no account, and a deleted iTwin has none any more."""
    with judge("itwins.account.id-of-another-kind-not-found"):
        expect.status(owner.account(world.reserved_data(), tolerated=frozenset({403})), 404, 403)
        expect.status(owner.account(world.repository.id, tolerated=frozenset({403})), 404, 403)
    gone = world.deleted_itwin
    with judge("itwins.account.inactive-itwin-stays-inactive"):
        before, after = gone.before, gone.after
        expect.equal(after.at("/iTwin"), before.at("/iTwin"), "the iTwin", before, gone.account, after)
    with judge("itwins.account.deleted-itwin-not-found"):
        tolerated = frozenset({403})
        response = owner.eventually(
            lambda: owner.account(gone.id, tolerated=tolerated), lambda r: r.status != 200
        )
        expect.status(response, 404, 403)


@verifies("itwins.account.id-case", "itwins.account.prefer-minimal", "itwins.account.prefer-representation")
def test_prefer_asks_for_more_or_less(owner: Actor, world: World, judge: Judge) -> None:
    """Prefer return=minimal is the default; return=representation adds what clients of the platform read."""
    itwin = world.itwin_to_read
    plain = world.first.account(itwin)
    with judge("itwins.account.prefer-minimal"):
        minimal = owner.account(itwin, headers={"Prefer": "return=minimal"})
        expect.equal(minimal.at("/iTwin"), plain.at("/iTwin"), "the account", plain, minimal)
    with judge("itwins.account.prefer-representation"):
        full = owner.account(itwin, headers={"Prefer": "return=representation"}, off_spec=True)
        expect.status(full, 200)
        expect.text(full, "/iTwin/createdDateTime")
    with judge("itwins.account.id-case") as seen:
        seen.observed(owner.account(itwin.upper(), tolerated=frozenset({400, 422})).summary())


@verifies("platform.safe.changes-nothing")
def test_a_whole_run_of_reads_changed_nothing(
    owner: Actor, world: World, ids: ExampleIds, judge: Judge
) -> None:
    """An iTwin that was only read is at the end what it was when it was first read."""
    first = world.first.itwin(world.itwin_a)

    @judge.at_end
    def nothing_has_changed() -> None:
        for _, operation in judge.open():
            nothing_changed_by(operation)

    def nothing_changed_by(operation: str) -> None:
        with judge("platform.safe.changes-nothing", operation):
            owner.example(operation, ids.real())
            after = read_itwin(owner, world.itwin_a)
            expect.equal(after.at("/iTwin"), first.at("/iTwin"), "the iTwin", first, after)
            listed = owner.read(f"/itwins/{world.itwin_a}/repositories")
            entries = listed.at("/repositories")
            if not isinstance(entries, list):
                raise NotJudged(f"the repositories cannot be read: {listed.summary()}", (listed.id,))
            seen = {entry.get("id") for entry in entries if isinstance(entry, dict)}
            made = {
                each.id for each in world.made if isinstance(each, Repository) and each.itwin == world.itwin_a
            }
            expect.equal(sorted(made - seen), [], "repositories that are gone", listed)
