"""What scenarios are given: who acts, the world that they share, and the controls of what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.client import Client
from conformance.client.auth.untrusted_issuer import untrusted_issuer
from conformance.errors import NotJudged
from conformance.ledger.unique_names import Unique
from conformance.run.pytest_plugin import Judge
from conformance.run.run import Run
from conformance.targets.urls import is_loopback

from .actors import Actor
from .controls import Controls
from .foreign import Foreign
from .ids import ExampleIds
from .tokens import BadTokens
from .waiting import ClientLimit, Eventually
from .world import World

pytest_plugins = ["conformance.run.pytest_plugin"]


@pytest.fixture(scope="session")
def actors(run: Run, client: Client, unique: Unique) -> dict[str, Actor]:
    """Return an actor for each role of the target."""
    operations, eventually = (
        dict(run.catalogue.operations),
        Eventually(client, run.target.consistency_timeout),
    )
    return {role: Actor(role, client, operations, unique, eventually) for role in run.target.roles}


@pytest.fixture(scope="session")
def owner(actors: dict[str, Actor]) -> Actor:
    """Return who holds every permission on what it creates."""
    if "owner" not in actors:
        raise NotJudged("the target has no role owner: give it one in the targets file")
    return actors["owner"]


@pytest.fixture(scope="session")
def world(owner: Actor, run: Run) -> World:
    """Return what the owner has."""
    return World(owner, run)


@pytest.fixture(scope="session")
def limit() -> ClientLimit:
    """Return the limit of the throttled client, which is one for all operations."""
    return ClientLimit()


@pytest.fixture(scope="session")
def ids(world: World) -> ExampleIds:
    """Return the ids of whole example requests."""
    return ExampleIds(world)


@pytest.fixture(scope="session")
def controls(world: World, actors: dict[str, Actor]) -> Controls:
    """Return what sends the requests that must succeed."""
    return Controls(world, actors)


@pytest.fixture
def judge(judge: Judge, controls: Controls) -> Judge:
    """Return the judge of this scenario, who believes no refusal without a success of the same operation."""
    judge.control = controls.accepted
    return judge


@pytest.fixture(scope="session")
def reader(controls: Controls) -> Actor:
    """Return a member of the owner's organization without write permissions."""
    return controls.actor("reader")


@pytest.fixture(scope="session")
def outsider(controls: Controls) -> Actor:
    """Return a valid user of another organization, who is seen to get something there."""
    controls.another_organization("outsider")
    return controls.actor("outsider")


@pytest.fixture(scope="session")
def foreign(outsider: Actor, world: World) -> Foreign:
    """Return what the other organization has."""
    return Foreign(outsider, world)


@pytest.fixture(scope="session")
def bad_tokens(world: World, run: Run) -> Iterator[BadTokens]:
    """Return tokens that must be refused; an issuer of ours makes one where the target can reach it."""
    if not is_loopback(run.target.host):
        yield BadTokens(world, None)
        return
    with untrusted_issuer() as issuer:
        yield BadTokens(world, issuer)
