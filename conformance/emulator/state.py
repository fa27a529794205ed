"""Keep what the platform knows, in memory, and tell a journal of every change.

All methods run on one event loop without awaiting, so a check and the write after it are one step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

from conformance.emulator.records import (
    Invitation,
    Item,
    ITwin,
    Marks,
    Member,
    Organization,
    RealityData,
    Repository,
    Resource,
    Role,
    User,
)

T = TypeVar("T")

KINDS: dict[str, type] = {
    "organizations": Organization,
    "users": User,
    "itwins": ITwin,
    "members": Member,
    "roles": Role,
    "invitations": Invitation,
    "repositories": Repository,
    "resources": Resource,
    "reality_data": RealityData,
    "marks": Marks,
    "images": Item,
    "exports": Item,
}
_TUPLES = ("grants", "quota", "roles", "permissions", "itwins", "favorites", "recents")


def revive(kind: str, fields: dict[str, Any]) -> Any:
    """Return the record whose fields, perhaps after a way through JSON, are given."""
    known = {key: tuple(v) if key in _TUPLES and isinstance(v, list) else v for key, v in fields.items()}
    return KINDS[kind](**known)


class Journal:
    """The changes that wait to be written down, in order: (kind, key, record or None if it is gone).

    Nothing is kept unless somebody writes them down.
    """

    def __init__(self) -> None:
        self.enabled = False
        self.changes: list[tuple[str, str, Any]] = []

    def note(self, kind: str, key: str, record: object) -> None:
        """Remember one change."""
        if self.enabled:
            self.changes.append((kind, key, record))


class Table(Generic[T]):
    """One kind of record by key, in the order of creation; each change goes to the journal."""

    def __init__(self, kind: str, journal: Journal) -> None:
        self._kind = kind
        self._journal = journal
        self._rows: dict[str, T] = {}

    def get(self, key: str) -> T | None:
        """Return the record, or None."""
        return self._rows.get(key)

    def put(self, key: str, record: T) -> None:
        """Store the record in place of any older one; an older one keeps its place in the order."""
        self._rows[key] = record
        self._journal.note(self._kind, key, record)

    def drop(self, key: str) -> None:
        """Forget the record; nothing happens if there is none."""
        if self._rows.pop(key, None) is not None:
            self._journal.note(self._kind, key, None)

    def where(self, test: Callable[[T], bool]) -> list[T]:
        """Return the records that pass the test, oldest first."""
        return [row for row in self._rows.values() if test(row)]

    def items(self) -> list[tuple[str, T]]:
        """Return keys and records, oldest first."""
        return list(self._rows.items())

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)


def pair(*parts: str) -> str:
    """Return one key of several parts; the separator cannot be part of an id that the platform gives out."""
    return "\x1f".join(parts)


class State:
    """Everything the platform knows, with the indexes that keep its uniqueness rules fast."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.organizations: Table[Organization] = Table("organizations", self.journal)
        self.users: Table[User] = Table("users", self.journal)
        self.itwins: Table[ITwin] = Table("itwins", self.journal)
        self.members: Table[Member] = Table("members", self.journal)
        self.roles: Table[Role] = Table("roles", self.journal)
        self.invitations: Table[Invitation] = Table("invitations", self.journal)
        self.repositories: Table[Repository] = Table("repositories", self.journal)
        self.resources: Table[Resource] = Table("resources", self.journal)
        self.reality_data: Table[RealityData] = Table("reality_data", self.journal)
        self.marks: Table[Marks] = Table("marks", self.journal)
        self.images: Table[Item] = Table("images", self.journal)
        self.exports: Table[Item] = Table("exports", self.journal)
        self._by_client: dict[str, User] = {}
        self._ids: dict[str, dict[str, Resource]] = defaultdict(dict)
        self._names: dict[str, dict[str, str]] = defaultdict(dict)
        self._numbers: dict[str, str] = {}

    def load(self, kind: str, fields: dict[str, Any]) -> None:
        """Take over one record of a saved state, indexes included."""
        record = revive(kind, fields)
        match record:
            case User():
                self.add_user(record)
            case ITwin():
                self.put_itwin(record)
            case Resource():
                self.add_resource(record)
            case Member():
                self.members.put(pair(record.itwin, record.user), record)
            case Role() | Invitation() | Repository():
                getattr(self, kind).put(pair(record.itwin, record.id), record)
            case Marks():
                self.marks.put(record.user, record)
            case Item():
                getattr(self, kind).put(record.owner if kind == "images" else record.id, record)
            case _:
                getattr(self, kind).put(record.id, record)

    def add_user(self, user: User) -> None:
        """Register a service application."""
        self.users.put(user.id, user)
        self._by_client[user.client_id] = user

    def user_of(self, client_id: str) -> User | None:
        """Return the service application with this client id."""
        return self._by_client.get(client_id)

    def put_itwin(self, itwin: ITwin) -> None:
        """Store a new or changed iTwin; its number is taken from then on, an older number is free again."""
        before = self.itwins.get(itwin.id)
        if before is not None:
            self._numbers.pop(pair(before.organization, str(before.document["number"])), None)
        self._numbers[pair(itwin.organization, str(itwin.document["number"]))] = itwin.id
        self.itwins.put(itwin.id, itwin)

    def number_owner(self, organization: str, number: str) -> str | None:
        """Return the id of the organization's iTwin that has this number."""
        return self._numbers.get(pair(organization, number))

    def drop_itwin(self, itwin: ITwin) -> None:
        """Forget an iTwin with its members, roles, repositories, resources and associations."""
        self.itwins.drop(itwin.id)
        self.images.drop(itwin.id)
        self._numbers.pop(pair(itwin.organization, str(itwin.document["number"])), None)
        for repository in self.repositories_of(itwin.id):
            self.drop_repository(repository)
        for member in self.members.where(lambda each: each.itwin == itwin.id):
            self.members.drop(pair(member.itwin, member.user))
        for role in self.roles.where(lambda each: each.itwin == itwin.id):
            self.roles.drop(pair(role.itwin, role.id))
        for invitation in self.invitations.where(lambda each: each.itwin == itwin.id):
            self.invitations.drop(pair(invitation.itwin, invitation.id))
        for data in self.reality_data.where(lambda each: itwin.id in each.itwins):
            left = tuple(each for each in data.itwins if each != itwin.id)
            if left:
                self.reality_data.put(data.id, replace(data, itwins=left))
            else:
                self.reality_data.drop(data.id)

    def repositories_of(self, itwin: str) -> list[Repository]:
        """Return the iTwin's repositories, the generated ones first."""
        return self.repositories.where(lambda each: each.itwin == itwin)

    def drop_repository(self, repository: Repository) -> None:
        """Forget a repository with its resources."""
        for resource in self.resources_of(repository.itwin, repository.id):
            self.drop_resource(resource)
        self.repositories.drop(pair(repository.itwin, repository.id))

    def resources_of(self, itwin: str, repository: str) -> list[Resource]:
        """Return the repository's resources, oldest first."""
        return list(self._ids[pair(itwin, repository)].values())

    def resource(self, itwin: str, repository: str, resource: str) -> Resource | None:
        """Return one resource by its id, or None."""
        return self._ids[pair(itwin, repository)].get(resource)

    def name_taken(self, itwin: str, repository: str, name: str) -> bool:
        """Return whether a resource of the repository has this display name."""
        return name in self._names[pair(itwin, repository)]

    def add_resource(self, resource: Resource) -> None:
        """Store a resource; its id and name are taken in its repository from then on."""
        place = pair(resource.itwin, resource.repository)
        self._ids[place][resource.id] = resource
        self._names[place][str(resource.document["displayName"])] = resource.id
        self.resources.put(pair(place, resource.id), resource)

    def drop_resource(self, resource: Resource) -> None:
        """Forget a resource; its id and name are free again."""
        place = pair(resource.itwin, resource.repository)
        self._ids[place].pop(resource.id, None)
        self._names[place].pop(str(resource.document["displayName"]), None)
        self.resources.drop(pair(place, resource.id))

    def itwins_of(self, organization: str) -> list[ITwin]:
        """Return the organization's iTwins without its account, oldest first."""
        return self.itwins.where(
            lambda each: each.organization == organization and each.document["class"] != "Account"
        )
