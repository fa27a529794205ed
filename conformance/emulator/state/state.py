"""Keep what the platform knows, in memory, and tell of every change.

All methods run on one event loop without awaiting, so a check and the write after it are one step.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.emulator.state.records import (
    Entry,
    Group,
    GroupMember,
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
from conformance.emulator.state.tables import ITwins, OnChange, Resources, Table, Users, ignore_change

KINDS: dict[str, type] = {
    "organizations": Organization,
    "users": User,
    "itwins": ITwin,
    "members": Member,
    "roles": Role,
    "invitations": Invitation,
    "groups": Group,
    "group_members": GroupMember,
    "jobs": Entry,
    "shares": Entry,
    "repositories": Repository,
    "resources": Resource,
    "reality_data": RealityData,
    "marks": Marks,
    "images": Item,
    "exports": Item,
}
_TUPLES = (
    *("grants", "quota", "roles", "permissions", "itwins"),
    *("favorites", "recents", "users", "ims_groups"),
)


class State:
    """Everything the platform knows: one table for each of :data:`KINDS`."""

    def __init__(self, on_change: OnChange = ignore_change) -> None:
        self.organizations: Table[Organization] = Table("organizations", on_change, "id")
        self.users = Users(on_change)
        self.itwins = ITwins(on_change)
        self.members: Table[Member] = Table("members", on_change, "itwin", "user")
        self.roles: Table[Role] = Table("roles", on_change, "itwin", "id")
        self.invitations: Table[Invitation] = Table("invitations", on_change, "itwin", "id")
        self.groups: Table[Group] = Table("groups", on_change, "itwin", "id")
        self.group_members: Table[GroupMember] = Table("group_members", on_change, "itwin", "group")
        self.jobs: Table[Entry] = Table("jobs", on_change, "itwin", "id")
        self.shares: Table[Entry] = Table("shares", on_change, "itwin", "id")
        self.repositories: Table[Repository] = Table("repositories", on_change, "itwin", "id")
        self.resources = Resources(on_change)
        self.reality_data: Table[RealityData] = Table("reality_data", on_change, "id")
        self.marks: Table[Marks] = Table("marks", on_change, "user")
        self.images: Table[Item] = Table("images", on_change, "owner")
        self.exports: Table[Item] = Table("exports", on_change, "id")

    def load(self, kind: str, fields: dict[str, Any]) -> None:
        """Take over one record of a saved state, whose fields may have gone through JSON."""
        known = {key: tuple(v) if key in _TUPLES and isinstance(v, list) else v for key, v in fields.items()}
        getattr(self, kind).put(KINDS[kind](**known))

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the fields of each record of one kind, oldest first."""
        return [vars(record) for record in getattr(self, kind)]

    def drop_itwin(self, itwin: ITwin) -> None:
        """Forget an iTwin with everything in it, and its associations with reality data."""
        self.itwins.drop(itwin)
        for image in self.images.where(lambda each: each.owner == itwin.id):
            self.images.drop(image)
        for repository in self.repositories_of(itwin.id):
            self.drop_repository(repository)
        tables: tuple[Table[Any], ...] = (
            *(self.members, self.roles, self.invitations),
            *(self.groups, self.group_members, self.jobs, self.shares),
        )
        for table in tables:
            for record in table.where(lambda each: each.itwin == itwin.id):
                table.drop(record)
        for data in self.reality_data.where(lambda each: itwin.id in each.itwins):
            left = tuple(each for each in data.itwins if each != itwin.id)
            if left:
                self.reality_data.put(replace(data, itwins=left))
            else:
                self.reality_data.drop(data)

    def drop_group(self, group: Group) -> None:
        """Forget a group with its membership and its invitations."""
        self.groups.drop(group)
        member = self.group_members.get(group.itwin, group.id)
        if member is not None:
            self.group_members.drop(member)
        for invitation in self.invitations.where(lambda each: each.group == group.id):
            self.invitations.drop(invitation)

    def repositories_of(self, itwin: str) -> list[Repository]:
        """Return the iTwin's repositories, the generated ones first."""
        return self.repositories.where(lambda each: each.itwin == itwin)

    def drop_repository(self, repository: Repository) -> None:
        """Forget a repository with its resources."""
        for resource in self.resources.of(repository.itwin, repository.id):
            self.resources.drop(resource)
        self.repositories.drop(repository)
