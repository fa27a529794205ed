"""What another organization has; "" or None where nobody can make it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from conformance.errors import NotApplicable, NotJudged
from conformance.exchange.model import Exchange

from .actors import Actor, Repository
from .reads import REPRESENTATION
from .world import World

T = TypeVar("T")
ORGANIZATION = "/iTwin/iTwinAccountId"


@dataclass(frozen=True)
class Foreign:
    """The outsider's things. What a fixture names is read first by who should see it."""

    outsider: Actor
    world: World

    @property
    def itwin(self) -> str:
        """Return an iTwin of the outsider's organization."""
        given = self.world.run.target.fixtures.get("foreign_itwin_id")
        if given:
            self.read("foreign_itwin_id", self.outsider)
            return given
        reason = "the outsider cannot make an iTwin; name one of its organization as foreign_itwin_id"
        return self._made("foreign itwin", self.outsider.new_itwin, reason)

    @property
    def data(self) -> str:
        """Return reality data of the outsider."""
        itwin, otherwise = self.itwin, "the outsider cannot make reality data of its own"
        return self._made("foreign data", lambda: self.outsider.new_reality_data(itwin), otherwise)

    @property
    def repository(self) -> Repository:
        """Return a repository of the outsider."""
        itwin, otherwise = self.itwin, "the outsider cannot make a repository of its own"
        return self._made("foreign repository", lambda: self.outsider.new_repository(itwin), otherwise)

    @property
    def guest_itwin(self) -> str:
        """Return an iTwin of another organization in which the owner holds every permission, or ""."""
        given = self.world.run.target.fixtures.get("foreign_member_itwin_id")
        if given:
            self.read("foreign_member_itwin_id", self.world.owner)
        return given or ""

    def itwin_seen(self) -> list[Exchange]:
        """Return the outsider's read of its iTwin, where a fixture names it."""
        named = "foreign_itwin_id" in self.world.run.target.fixtures
        return [self.read("foreign_itwin_id", self.outsider)] if named else []

    def read(self, fixture: str, actor: Actor) -> Exchange:
        """Return the read of a foreign iTwin by the actor, who should see it; it must not be ours."""
        itwin = self.world.run.target.fixtures[fixture]
        path = f"/itwins/{itwin}"
        response = self.world.made.once(fixture, lambda: actor.read(path, headers=REPRESENTATION))
        if response.status != 200:
            reason = f"fixtures.{fixture}: the {actor.role}, who should see it, gets {response.summary()}"
            raise NotJudged(reason, (response.id,))
        ours = self.world.first.itwin(self.world.itwin_a).at(ORGANIZATION)
        if isinstance(ours, str) and response.at(ORGANIZATION) == ours:
            raise NotJudged(f"fixtures.{fixture} belongs to the owner's organization", (response.id,))
        return response

    def _made(self, name: str, make: Callable[[], T], otherwise: str) -> T:
        """Return what was made; a target that refused it has no such thing, a silent one said nothing."""
        try:
            return self.world.made.once(name, make)
        except NotJudged as why:
            seen = map(self.world.run.client.recorder.exchanges.get, why.evidence)
            if any(exchange and exchange.status is not None for exchange in seen):
                raise NotApplicable(otherwise, why.evidence) from why
            raise
