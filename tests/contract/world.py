"""The iTwins and data that scenarios share, each made when the first scenario asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from conformance.checks.statuses import carried_out
from conformance.errors import NotJudged
from conformance.exchange.model import ABSENT, Exchange
from conformance.run.run import Run

from .actors import REALITY_DATA, Actor, Repository
from .reads import associations, read_itwin

T = TypeVar("T")
LOCATION = "/iTwin/dataCenterLocation"
SEEN_BY_OWNER = ("itwin_id", "other_data_center_itwin_id", "foreign_member_itwin_id")
"""The fixtures that name an iTwin of which the owner is a member."""


@dataclass
class Made:
    """Makes things once. What could not be made is tried again for the next who asks."""

    _made: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what was made under this name, or make it."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def forget(self, name: str) -> None:
        """Let the next who asks make it anew."""
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[Any]:
        """Iterate over what was made, oldest first."""
        return iter(list(self._made.values()))


@dataclass(frozen=True)
class DeletedITwin:
    """An iTwin that was inactive, and the reads of it and its account before it was deleted."""

    id: str
    before: Exchange
    account: Exchange
    after: Exchange


@dataclass(frozen=True)
class FirstReads:
    """The first read of each thing that only reads are about; asked for again, it is not sent again."""

    owner: Actor
    made: Made

    def itwin(self, itwin: str, fixture: str = "") -> Exchange:
        """Return the first read of an iTwin of ours; one that a fixture names has to be there."""
        response = self.made.once(f"read {itwin}", lambda: read_itwin(self.owner, itwin))
        if fixture and response.status != 200:
            reason = f"fixtures.{fixture}: the owner, who should see it, gets {response.summary()}"
            raise NotJudged(reason, (response.id,))
        return response

    def account(self, itwin: str) -> Exchange:
        """Return the first read of an iTwin's account, as soon as reads show it."""
        look = partial(self.owner.account, itwin)
        return self.made.once(
            f"account {itwin}", lambda: self.owner.eventually(look, lambda response: response.status != 404)
        )


@dataclass(frozen=True)
class World:
    """What the owner has: three iTwins of one data center and what is in them."""

    owner: Actor
    run: Run
    made: Made = field(default_factory=Made)

    @property
    def first(self) -> FirstReads:
        """Return the first reads of what is only read."""
        return FirstReads(self.owner, self.made)

    @property
    def itwin_a(self) -> str:
        """Return the iTwin in which scenarios create their things."""
        given = self.run.target.fixtures.get("itwin_id")
        if given:
            self.first.itwin(given, "itwin_id")
        return given or self.made.once("itwin_a", self.owner.new_itwin)

    @property
    def itwin_b(self) -> str:
        """Return another iTwin of the same owner and data center."""
        return self.made.once("itwin_b", self._sibling)

    @property
    def itwin_c(self) -> str:
        """Return a third iTwin of the same owner and data center."""
        return self.made.once("itwin_c", self._sibling)

    def _sibling(self) -> str:
        """Make an iTwin where iTwin A is: in the default data center, or in that of the fixture."""
        given = "itwin_id" in self.run.target.fixtures
        place = self.first.itwin(self.itwin_a).at(LOCATION) if given else ABSENT
        return self.owner.new_itwin(**({"dataCenterLocation": place} if isinstance(place, str) else {}))

    @property
    def itwin_to_read(self) -> str:
        """Return an iTwin that the owner sees: its own, or one of a fixture where none can be made."""
        return self._or_given(lambda: [self.itwin_a])[0]

    @property
    def itwins_to_read(self) -> list[str]:
        """Return iTwins that the owner sees: its own, or those of fixtures where none can be made."""
        if self.run.writes:
            return self._or_given(lambda: [self.itwin_a, self.itwin_b, self.itwin_c])
        return list(dict.fromkeys((self.itwin_to_read, *self._given())))

    def _or_given(self, ours: Callable[[], list[str]]) -> list[str]:
        try:
            return ours()
        except NotJudged:
            given = self._given()
            if not given:
                raise
            return given

    def _given(self) -> list[str]:
        """Return the iTwins of the fixtures that the owner is seen to read."""
        fixtures = self.run.target.fixtures
        named = {name: str(fixtures[name]) for name in SEEN_BY_OWNER if fixtures.get(name)}
        return [itwin for name, itwin in named.items() if self._is_seen(itwin, name)]

    def _is_seen(self, itwin: str, fixture: str) -> bool:
        try:
            return bool(self.first.itwin(itwin, fixture))
        except NotJudged:
            return False

    @property
    def other_data_center_itwin(self) -> str:
        """Return an iTwin of the same organization in another data center, or "" where none can be made."""
        return self.made.once("other data center", self._other_data_center_itwin)

    def _other_data_center_itwin(self) -> str:
        here = self.first.itwin(self.itwin_a).at(LOCATION)
        given = self.run.target.fixtures.get("other_data_center_itwin_id")
        if given:
            there = self.first.itwin(given, "other_data_center_itwin_id")
            if there.at(LOCATION) == here:
                reason = f"fixtures.other_data_center_itwin_id is in {here}, as everything else is"
                raise NotJudged(reason, (there.id,))
            return given
        wanted = "UK South" if here != "UK South" else "East US"
        try:
            itwin = self.owner.new_itwin(dataCenterLocation=wanted)
        except NotJudged:
            return ""
        return itwin if self.first.itwin(itwin).at(LOCATION) == wanted else ""

    def repository_of(self, sub_class: str = "WebMapService") -> Repository:
        """Return a repository of map layers, of this subclass, in iTwin A."""
        return self.made.once(sub_class, lambda: self.owner.new_repository(self.itwin_a, sub_class))

    @property
    def repository(self) -> Repository:
        """Return a repository of map layers in iTwin A."""
        return self.repository_of()

    @property
    def deleted_itwin(self) -> DeletedITwin:
        """Return an iTwin that is not there any more."""
        return self.made.once("deleted itwin", self._deleted_itwin)

    def _deleted_itwin(self) -> DeletedITwin:
        try:
            itwin = self.owner.new_itwin(status="Inactive")
        except NotJudged:
            itwin = self.owner.new_itwin()
        before, account, after = (
            read_itwin(self.owner, itwin),
            self.first.account(itwin),
            read_itwin(self.owner, itwin),
        )
        self.owner.delete(f"/itwins/{itwin}")
        return DeletedITwin(itwin, before, account, after)

    @property
    def deleted_data(self) -> str:
        """Return reality data that is not there any more."""
        return self.made.once("deleted data", self._deleted_data)

    def _deleted_data(self) -> str:
        data = self.owner.new_reality_data(self.itwin_a)
        self.owner.delete(f"{REALITY_DATA}/{data}")
        return data

    @property
    def loose_data(self) -> str:
        """Return reality data that no scenario looks at: controls and generated requests may move it."""
        return self.made.once("loose data", lambda: self.owner.new_reality_data(self.itwin_c))

    @property
    def initial_associations(self) -> list[str]:
        """Return what a read lists for reality data of iTwin A that nobody associated."""
        seen = self.made.once("associations", lambda: associations(self.owner, self.reserved_data("invalid")))
        return [self.itwin_a] if seen[0] else []

    def reserved_data(self, group: str = "invalid") -> str:
        """Return reality data of iTwin A that a group of requests is about, each to be refused.

        Once a request was let through there is new reality data: one violation decides no other verdict.
        """
        name = f"reserved for {group}"
        data = self.made.once(name, lambda: self.owner.new_reality_data(self.itwin_a))
        if not self._was_let_through(data):
            return data
        self.made.forget(name)
        return self.made.once(name, lambda: self.owner.new_reality_data(self.itwin_a))

    def _was_let_through(self, data: str) -> bool:
        return any(
            exchange.request.params.get("realityDataId") == data
            and (carried_out(exchange) or exchange.no_answer)
            for exchange in self.run.client.recorder
        )
