"""Positive controls: what shows that a refusal had the one reason that it is judged for.

A request is refused for many reasons: the id is gone, the token ran out, the role is no member. So the same
request without the one fault has to succeed in the same run, by whoever should see it succeed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from conformance.checks.positive_controls import succeeded
from conformance.checks.statuses import carried_out
from conformance.client import claims
from conformance.errors import NotApplicable, NotJudged
from conformance.exchange.model import Exchange

from .actors import Actor
from .ids import ExampleIds
from .reads import eventual_read
from .traces import refusals
from .world import World

PERMISSIONS = "/accesscontrol/itwins/{}/permissions"
ORGANIZATION = "/itwins/myprimaryaccount"


@dataclass(frozen=True)
class Controls:
    """Sends what must succeed, each once a run; a failure is remembered too and says why to each who asks."""

    world: World
    actors: dict[str, Actor]
    _sent: dict[str, Exchange | NotJudged] = field(default_factory=dict)

    def accepted(self, operation: str) -> Exchange:
        """Return a request of the operation that succeeded for the owner; one is sent where none did yet."""
        for exchange in self.world.run.client.recorder.exchanges.of(operation):
            if exchange.role == "owner" and succeeded(exchange, operation):
                return exchange
        world, owner = self.world, self.world.owner
        valid: dict[str, Callable[[], Exchange]] = {
            "associateRealityData": lambda: owner.associate(
                owner.new_reality_data(world.itwin_a), world.itwin_b
            ),
            "moveRealityData": lambda: owner.move(owner.new_reality_data(world.itwin_a), world.itwin_b),
            "createRepositoryResource": lambda: owner.create_resource(world.repository),
            "getITwinAccount": lambda: world.first.account(world.itwin_to_read),
        }
        reason = f"nothing proves why {operation} refuses: without the fault it is refused, too"
        example = partial(owner.example, operation, ExampleIds(world).generated())
        return self._once(operation, valid.get(operation, example), reason)

    def actor(self, role: str) -> Actor:
        """Return the actor of a role that is another user than the owner and every other role."""
        actor, roles = self.actors[role], self.world.run.target.roles
        for other, entry in roles.items():
            if other not in {role, "throttled"} and entry == roles[role]:
                raise NotJudged(f"role {role} has the credentials of role {other}: it must be another user")
        users = [claims(actor.client.credentials.token(each)).get("sub") for each in (role, "owner")]
        if users[0] is not None and users[0] == users[1]:
            raise NotJudged(f"role {role} is the same user as role owner: it must be another one")
        return actor

    def another_organization(self, role: str) -> list[Exchange]:
        """Return a role's read of its own organization, which must not be the owner's."""
        actor, owner = self.actor(role), self.world.owner
        useless = f"role {role} is seen to get nothing, so its refusals prove nothing"
        theirs = self._once(f"{role} organization", lambda: actor.read(ORGANIZATION), useless)
        ours = self.world.made.once(ORGANIZATION, lambda: owner.read(ORGANIZATION))
        if ours.status == 200 and theirs.at("/iTwin/id") == ours.at("/iTwin/id"):
            reason = f"role {role} belongs to the owner's organization: it must be of another"
            raise NotJudged(reason, (theirs.id,))
        return [theirs]

    def sees_itwin_a(self, actor: Actor) -> list[Exchange]:
        """Return the actor's read of iTwin A; `NotApplicable` where it does not see it."""
        made, itwin = self.world.made, self.world.itwin_a
        response = made.once(f"{actor.role} reads", lambda: eventual_read(actor, f"/itwins/{itwin}"))
        if response.status != 200:
            why = (
                f"role {actor.role} is no member of iTwins that the owner makes: it gets {response.summary()}"
            )
            raise NotApplicable(f"{why}, so nothing is promised to it", (response.id,))
        return [response]

    def forbidden(self, actor: Actor) -> tuple[int, ...]:
        """Return how a write of the actor may be refused; who does not even see the iTwin may be told 404."""
        try:
            self.sees_itwin_a(actor)
        except NotApplicable:
            return (403, 404)
        return (403,)

    def may_otherwise(self, actor: Actor, missing: str, *others: str) -> list[Exchange]:
        """Return something that the actor did in the run's iTwins without the missing permission.

        Where the target tells permissions, the actor must hold these others of the same operation.
        """
        useless = f"role {actor.role} must hold every permission but {missing}, and is seen to do nothing"
        did = self._does(actor, useless, resource=missing != "itwins_modify")
        self._refuse_lack(actor, others)
        return [did]

    def may_elsewhere(self, limited: Actor, *permissions: str, resource: bool = False) -> list[Exchange]:
        """Return something that role partial did in the run's iTwins, where it holds these permissions."""
        useless = "role partial must hold every permission elsewhere, and is seen to do nothing"
        did = self._does(limited, useless, resource=resource)
        self._refuse_lack(limited, permissions)
        return [did]

    def _does(self, actor: Actor, useless: str, *, resource: bool) -> Exchange:
        """Let the actor create a resource, or move reality data that nobody looks at."""
        world = self.world
        if resource:
            create = partial(actor.create_resource, world.repository)
            return self._once(f"{actor.role} creates", create, useless)
        place = world.itwin_a if actor.role == "partial" else world.itwin_b
        return self._once(f"{actor.role} moves", lambda: actor.move(world.loose_data, place), useless)

    def refuse_holder(self, actor: Actor, *permissions: str, itwin: str = "") -> None:
        """Raise `NotJudged` where the target tells that the actor holds all permissions that it must lack."""
        if set(permissions) <= self._permissions(actor, itwin):
            where = f"fixture iTwin {itwin}" if itwin else "the run's iTwins"
            raise NotJudged(f"role {actor.role} holds {', '.join(permissions)} on {where}, and must not")

    def partial(self) -> tuple[Actor, str]:
        """Return who may everything but in one iTwin, which it reads, and that iTwin."""
        actor, itwin = self.actor("partial"), self.world.run.target.fixtures["partial_itwin_id"]
        useless = "fixtures.partial_itwin_id: role partial, who should see it, does not"
        self._once("partial reads", lambda: actor.read(f"/itwins/{itwin}"), useless)
        return actor, itwin

    def refused_users(self, operation: str) -> list[Exchange]:
        """Return the requests of other users that were refused; where none was sent yet, some are."""
        others = self.actors.keys() - {"owner", "throttled"}
        found = [x for x in refusals(self.world.run, operation, 403, 404) if x.role in others]
        if not found:
            ids, users = ExampleIds(self.world).real("users"), sorted(others & {"reader", "outsider"})
            sent = [self.actors[role].example(operation, ids) for role in users]
            found = [each for each in sent if each.status in {403, 404}]
        if not found:
            raise NotApplicable("the target has no role that is refused, so none can have left anything")
        return found

    def _refuse_lack(self, actor: Actor, permissions: tuple[str, ...]) -> None:
        """Raise `NotJudged` where the target tells that the actor lacks one of the permissions, if any."""
        held = self._permissions(actor) if permissions else frozenset()
        if held and (lost := sorted(set(permissions) - held)):
            raise NotJudged(f"role {actor.role} lacks {', '.join(lost)}, too, so its refusals prove nothing")

    def _permissions(self, actor: Actor, itwin: str = "") -> frozenset[str]:
        """Return the permissions of the actor on the iTwin (A); none where the target does not tell."""
        path = PERMISSIONS.format(itwin or self.world.itwin_a)
        response = self.world.made.once(f"{actor.role} {path}", lambda: actor.read(path))
        held = response.at("/permissions")
        return frozenset(map(str, held)) if response.status == 200 and isinstance(held, list) else frozenset()

    def _once(self, name: str, send: Callable[[], Exchange], otherwise: str) -> Exchange:
        """Return the success of a request, sent once; `NotJudged` with reason `otherwise` where it failed."""
        if name not in self._sent:
            try:
                response = send()
                reason = f"{otherwise}: {response.operation_id} answered {response.summary()}"
                self._sent[name] = response if carried_out(response) else NotJudged(reason, (response.id,))
            except NotJudged as why:
                self._sent[name] = NotJudged(f"{otherwise}: {why.reason}", why.evidence)
        found = self._sent[name]
        if isinstance(found, NotJudged):
            raise found
        return found


def lacking(permission: str) -> str:
    """Return the role that holds every permission but this one."""
    return f"no_{permission}"
