"""The world of the scenarios: who acts, what they can do, and the few things that scenarios share."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from conformance.checks.values import same
from conformance.claims.openapi import Operation
from conformance.client import Client
from conformance.client.auth.untrusted_issuer import Rogue, rogue_issuer
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange
from conformance.ledger.unique_names import Unique
from conformance.run.pytest_plugin import Judge
from conformance.run.run import Run
from conformance.targets.urls import is_loopback

from .actors import Actor, Lag, Repository, at_once
from .ids import MALFORMED

pytest_plugins = ["conformance.run.pytest_plugin"]


@dataclass
class Scene:
    """What scenarios share: iTwins by name, made when first asked for. A failure is each asker's own."""

    owner: Actor
    outsider: Actor | None
    run: Run
    deferred: list[Callable[[Judge], None]] = field(default_factory=list)
    _made: dict[str, Any] = field(default_factory=dict)

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _refused(self, why: NotJudged) -> str:
        """Return "" where the target refused what a scenario would need; a silent target refused nothing."""
        seen = map(self.run.client.recorder.exchanges.get, why.evidence)
        if not any(exchange and exchange.status is not None for exchange in seen):
            raise why
        return ""

    @property
    def home(self) -> str:
        """Return the iTwin in which scenarios create their things."""
        given = self.run.target.fixtures.get("itwin_id")
        return str(given or self._once("home", self.owner.new_itwin))

    @property
    def second(self) -> str:
        """Return another iTwin of the same owner and data center."""
        return str(self._once("second", self.owner.new_itwin))

    @property
    def third(self) -> str:
        """Return a third iTwin of the same owner and data center."""
        return str(self._once("third", self.owner.new_itwin))

    @property
    def overseas(self) -> str:
        """Return an iTwin of the same organization in another data center, or "" where none can be made."""
        given = self.run.target.fixtures.get("other_data_center_itwin_id")
        return str(given or self._once("overseas", self._overseas))

    def _overseas(self) -> str:
        try:
            here = self.owner.read_itwin(self.home).at("/iTwin/dataCenterLocation")
            there = "UK South" if here != "UK South" else "East US"
            itwin = self.owner.new_itwin(dataCenterLocation=there)
        except NotJudged:
            return ""
        return itwin if self.owner.read_itwin(itwin).at("/iTwin/dataCenterLocation") == there else ""

    @property
    def foreign(self) -> str:
        """Return an iTwin of another organization, or "" where nobody can make one."""
        given = self.run.target.fixtures.get("foreign_itwin_id")
        return str(given or self._once("foreign", self._foreign))

    def _foreign(self) -> str:
        if self.outsider is None:
            return ""
        try:
            return self.outsider.new_itwin()
        except NotJudged as why:
            return self._refused(why)

    @property
    def foreign_data(self) -> str:
        """Return reality data of the other organization, or ""."""
        return str(self._once("foreign data", self._foreign_data))

    def _foreign_data(self) -> str:
        if self.outsider is None or not self.foreign:
            return ""
        try:
            return self.outsider.new_reality_data(self.foreign)
        except NotJudged as why:
            return self._refused(why)

    @property
    def repository(self) -> Repository:
        """Return a repository of map layers in the home iTwin."""
        made: Repository = self._once("repository", lambda: self.owner.new_repository(self.home))
        return made

    def repository_of(self, sub_class: str) -> Repository:
        """Return a repository of this subclass in the home iTwin."""
        if sub_class == "WebMapService":
            return self.repository
        made: Repository = self._once(sub_class, lambda: self.owner.new_repository(self.home, sub_class))
        return made

    def other_class_repositories(self) -> list[Repository]:
        """Return repositories of the home iTwin without map layers: one generated and one made, if any."""
        found: list[Repository] = self._once("others", self._other_class_repositories)
        return found

    def _other_class_repositories(self) -> list[Repository]:
        listed = self.owner.read(f"/itwins/{self.home}/repositories").at("/repositories")
        entries = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
        others = [e for e in entries if str(e.get("class")) not in {"GeographicInformationSystem", "None"}]
        found = [
            Repository(self.home, str(e.get("id")), str(e["class"]), str(e.get("subClass")))
            for e in others[:1]
        ]
        try:
            return [*found, self.owner.new_repository(self.home, "Performance", "Construction")]
        except NotJudged:
            return found

    def used_repositories(self) -> list[Repository]:
        """Return the repositories of map layers that scenarios created resources in."""
        return [
            made for made in self._made.values() if isinstance(made, Repository) and made.itwin == self.home
        ]

    def resources_made(self, repository: Repository) -> tuple[set[str], set[str]]:
        """Return which resource ids were answered 201 in a repository, and which were tried at all."""
        tried = [
            (str(x.request.json["id"]), x.status)
            for x in self.run.client.recorder
            if x.request.params.get("repositoryId") == repository.id
            and isinstance(x.request.json, dict)
            and isinstance(x.request.json.get("id"), str)
        ]
        return {name for name, status in tried if status == 201}, {name for name, _ in tried}

    def refused_ids(self, *statuses: int) -> set[str]:
        """Return the ids of resources that were only ever refused, once at least with such a status."""
        tried = [
            (str(x.request.json.get("id")), x.status)
            for x in self.run.client.recorder
            if isinstance(x.request.json, dict) and isinstance(x.request.json.get("id"), str)
        ]
        made = {name for name, status in tried if status == 201}
        return {name for name, status in tried if status in statuses} - made

    def foreign_repository(self, outsider: Actor) -> Repository | None:
        """Return a repository of the other organization, or None where it cannot make one."""
        made: Repository | None = self._once("foreign repository", lambda: self._foreign_repository(outsider))
        return made

    def _foreign_repository(self, outsider: Actor) -> Repository | None:
        try:
            return outsider.new_repository(self.foreign) if self.foreign else None
        except NotJudged as why:
            self._refused(why)
            return None

    def account_itself(self, account: Any) -> dict[str, Any]:
        """Return number and displayName of an account as a read of the account itself gives them, or {}."""
        if not isinstance(account, str):
            return {}
        read = self._once(f"account {account}", lambda: self._account(account))
        return dict(read)

    def _account(self, account: str) -> dict[str, Any]:
        for path in ("/itwins/myprimaryaccount", f"/itwins/{quote(account, safe='')}"):
            response = self.owner.read(path)
            itwin = response.at("/iTwin")
            if response.status == 200 and isinstance(itwin, dict) and same(itwin.get("id"), account):
                return {
                    key: itwin[key] for key in ("number", "displayName") if isinstance(itwin.get(key), str)
                }
        return {}

    def later(self, look: Callable[[Judge], None]) -> None:
        """Keep a look at something for the end of the run; the last scenario takes it."""
        self.deferred.append(look)

    def real_ids(self, family: str = "invalid") -> dict[str, str]:
        """Return the real ids that the specs speak of; calls about them must all be refused or safe."""
        return {
            "reality_data_id": self.kept(family),
            "itwin_id": self.home,
            "destination_itwin_id": self.second,
            "repository_id": self.repository.id,
        }

    def fuzz_ids(self) -> dict[str, str]:
        """Return real ids for generated requests, about reality data that no scenario looks at."""
        data = self._once("fuzzed", lambda: self.owner.new_reality_data(self.third))
        return self.real_ids() | {"reality_data_id": str(data)}

    def examples(self, *, quick: int, nightly: int) -> int:
        """Return how many generated requests this profile sends, as far as the budget of the run goes."""
        wanted = quick if self.run.options.profile == "quick" else nightly
        return max(1, min(wanted, self.run.client.budget.left() // 10))

    def no_ids(self) -> dict[str, str]:
        """Return ids for the same places that name nothing."""
        return {
            name: str(uuid.uuid4())
            for name in ("reality_data_id", "itwin_id", "destination_itwin_id", "repository_id")
        }

    def bad_ids(self) -> dict[str, str]:
        """Return malformed ids for the same places."""
        return dict.fromkeys(self.no_ids(), MALFORMED)

    def other_case(self, path: str, operation: Operation) -> str:
        """Return the path with its static segments in the other case, its parameters as they are."""
        static = operation.path.split("/")
        return "/".join(
            sent if template.startswith("{") else sent.swapcase()
            for sent, template in zip(path.split("/"), static, strict=True)
        )

    def forged_tokens(self, forge: Callable[[str, dict[str, Any]], dict[str, str]]) -> dict[str, str]:
        """Return forged tokens of the owner by kind."""
        made: dict[str, str] = self._once("forged", lambda: self._forged(forge))
        return made

    def _forged(self, forge: Callable[[str, dict[str, Any]], dict[str, str]]) -> dict[str, str]:
        credentials = self.run.client.credentials
        return forge(credentials.token("owner"), credentials.published_keys())

    def ready_token(self, name: str) -> str:
        """Return a ready token of the targets file that must be refused."""
        return self.run.target.tokens[name].get_secret_value()

    def bearer(self, name: str) -> dict[str, str]:
        """Return the header that sends a ready token of the targets file."""
        return {"Authorization": f"Bearer {self.ready_token(name)}"}

    def tokens_of_other_issuers(self, rogue: Rogue | None) -> list[str]:
        """Return tokens of other issuers: the targets file's, and one of an issuer that we are ourselves."""
        tokens = [self.ready_token("other_issuer")] if "other_issuer" in self.run.target.tokens else []
        forged = rogue.token_like(self.run.client.credentials.token("owner")) if rogue else ""
        return [*tokens, forged] if forged else tokens

    def token_of_another_scope(self) -> str:
        """Return a good token without the API's scope: of the targets file, or of the token service."""
        if "wrong_scope" in self.run.target.tokens:
            return self.ready_token("wrong_scope")
        made: str = self._once(
            "wrong scope", lambda: self.run.client.credentials.token_without_scope("owner")
        )
        return made

    @property
    def untouched(self) -> str:
        """Return reality data of the home iTwin that invalid calls are about."""
        return self.kept("invalid")

    @property
    def alone(self) -> list[str]:
        """Return what a read lists for reality data of the home iTwin that nobody associated."""
        seen: list[str] = self._once("alone", lambda: self.owner.associations(self.kept("invalid")))
        return [self.home] if seen else []

    @property
    def gone(self) -> str:
        """Return an iTwin that was inactive, whose account was read, and that was deleted."""
        return str(self._once("gone", self._gone)[0])

    @property
    def gone_reads(self) -> tuple[Exchange, Exchange, Exchange]:
        """Return the reads of that iTwin while it was there: before, its account, and after."""
        reads: tuple[Exchange, Exchange, Exchange] = self._once("gone", self._gone)[1]
        return reads

    def _gone(self) -> tuple[str, tuple[Exchange, Exchange, Exchange]]:
        try:
            itwin = self.owner.new_itwin(status="Inactive")
        except NotJudged:
            itwin = self.owner.new_itwin()
        before = self.owner.read_itwin(itwin)
        account = self.owner.settled(lambda: self.owner.account(itwin), lambda r: r.status != 404)
        reads = (before, account, self.owner.read_itwin(itwin))
        self.owner.delete(f"/itwins/{itwin}")
        return itwin, reads

    @property
    def gone_data(self) -> str:
        """Return reality data that was deleted."""
        return str(self._once("gone data", self._gone_data))

    def _gone_data(self) -> str:
        data = self.owner.new_reality_data(self.home)
        self.owner.delete(f"/reality-management/reality-data/{data}")
        return data

    def kept(self, family: str) -> str:
        """Return reality data of the home iTwin that a family of calls is about, each to be refused.

        Once a call was let through there is new reality data: one broken promise decides no other's verdict.
        """
        key = f"kept for {family}"
        if key in self._made and self._was_let_through(self._made[key]):
            del self._made[key]
        return str(self._once(key, lambda: self.owner.new_reality_data(self.home)))

    def _was_let_through(self, data: str) -> bool:
        return any(
            exchange.status in {200, 201, 204} and exchange.request.params.get("realityDataId") == data
            for exchange in self.run.client.recorder
        )


@pytest.fixture(scope="session")
def actors(run: Run, client: Client, unique: Unique) -> dict[str, Actor]:
    """Return an actor for each role of the target."""
    operations, lag = dict(run.catalogue.operations), Lag()
    return {
        role: Actor(role, client, operations, unique, run.target.consistency_timeout, lag)
        for role in run.target.roles
    }


@pytest.fixture(scope="session")
def owner(actors: dict[str, Actor]) -> Actor:
    """Return who holds every permission on what it creates."""
    if "owner" not in actors:
        raise NotJudged("the target has no role owner: give it one in the targets file")
    return actors["owner"]


@pytest.fixture(scope="session")
def scene(owner: Actor, actors: dict[str, Actor], run: Run) -> Scene:
    """Return what scenarios share."""
    return Scene(owner, actors.get("outsider"), run)


@pytest.fixture(scope="session")
def reader(actors: dict[str, Actor]) -> Actor:
    """Return a member of the owner's organization without write permissions."""
    return actors["reader"]


@pytest.fixture(scope="session")
def outsider(actors: dict[str, Actor]) -> Actor:
    """Return a valid user of another organization."""
    return actors["outsider"]


@pytest.fixture(scope="session")
def together() -> Callable[..., list[Exchange]]:
    """Return how to make several calls at the same moment."""
    return at_once


@pytest.fixture(scope="session")
def rogue(run: Run) -> Iterator[Rogue | None]:
    """Return an issuer of our own that the target can reach and must not trust; None where it cannot."""
    if not is_loopback(run.target.host):
        yield None
        return
    with rogue_issuer() as issuer:
        yield issuer
