"""Name the things that the platform keeps.

A record is frozen; a change puts a new one in its place. ``document`` is the thing as it goes over the
wire, in full; views pick from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

PERMISSIONS = (
    "administration_invite_member",
    "administration_manage_groups",
    "administration_manage_roles",
    "administration_remove_member",
    "itwins_delete",
    "itwins_modify",
    "itwins_view",
    "realitydata_assign",
    "realitydata_create",
    "realitydata_delete",
    "realitydata_manage",
    "realitydata_modify",
    "realitydata_read",
)
READ_ONLY = ("itwins_view", "realitydata_read")
DATA_CENTERS = (
    "East US",
    "North Europe",
    "West Europe",
    "Southeast Asia",
    "Australia East",
    "UK South",
    "Canada Central",
    "Central India",
    "Japan East",
)
GIS = "GeographicInformationSystem"

_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Organization:
    """A tenant. ``account`` is the id of the iTwin of class Account that stands for it."""

    id: str
    name: str
    account: str


@dataclass(frozen=True)
class User:
    """A service application.

    ``address`` is its e-mail address, made of the client id if it is empty.
    ``grants`` are the permissions it holds on every iTwin of its organization, None if it is a member of
    none of them by default. ``quota`` is its own limit as (requests, seconds).
    """

    id: str
    role: str
    client_id: str
    client_secret: str = field(repr=False)
    organization: str
    administrator: bool = False
    grants: tuple[str, ...] | None = None
    quota: tuple[int, float] | None = None
    address: str = ""

    @property
    def email(self) -> str:
        """Return the address under which a service application is added as a member."""
        return self.address or f"{self.client_id}@apps.imsoidc.bentley.com"


@dataclass(frozen=True)
class ITwin:
    """An iTwin or, with class Account, an organization's account."""

    id: str
    organization: str
    document: Mapping[str, Any]

    @property
    def data_center(self) -> str:
        """Return the region that holds the iTwin's data."""
        return str(self.document["dataCenterLocation"])

    @property
    def is_account(self) -> bool:
        """Return whether it stands for an organization."""
        return bool(self.document["class"] == "Account")


@dataclass(frozen=True)
class Member:
    """A user's place in one iTwin: roles by id, and permissions held without a role."""

    itwin: str
    user: str
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    owner: bool = False


@dataclass(frozen=True)
class Role:
    """A named set of permissions of one iTwin."""

    itwin: str
    id: str
    name: str
    description: str
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class Invitation:
    """An address that was asked to join an iTwin or, with ``group``, one of its groups."""

    itwin: str
    id: str
    email: str
    invited_by: str
    roles: tuple[str, ...]
    created: str
    owner: bool = False
    group: str = ""


@dataclass(frozen=True)
class Group:
    """A group of an iTwin: the ids of its users, and names of groups of the identity service."""

    itwin: str
    id: str
    name: str
    description: str
    users: tuple[str, ...] = ()
    ims_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupMember:
    """A group's place in its iTwin: the roles that each of its users holds."""

    itwin: str
    group: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """Something of an iTwin that is only kept and shown: a job, a share."""

    itwin: str
    id: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Repository:
    """A repository of an iTwin; ``generated`` ones come with the iTwin and have word ids."""

    itwin: str
    id: str
    document: Mapping[str, Any]
    generated: bool = False


@dataclass(frozen=True)
class Resource:
    """A resource of a repository, for example a map layer."""

    itwin: str
    repository: str
    id: str
    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the display name."""
        return str(self.document["displayName"])


@dataclass(frozen=True)
class RealityData:
    """A reality data and the iTwins that it is associated with, oldest association first."""

    id: str
    organization: str
    itwins: tuple[str, ...]
    document: Mapping[str, Any]

    @property
    def data_center(self) -> str:
        """Return the region that holds the data."""
        return str(self.document["dataCenterLocation"])


@dataclass(frozen=True)
class Item:
    """Something small that belongs to one iTwin or user: an image, an export."""

    owner: str
    id: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Marks:
    """The iTwins that one user marked as favorite or used of late, newest last."""

    user: str
    favorites: tuple[str, ...] = ()
    recents: tuple[str, ...] = ()


def is_guid(text: str) -> bool:
    """Return whether the text is a GUID in its usual form of 36 characters, in either case."""
    return _GUID.fullmatch(text) is not None


def now_text() -> str:
    """Return the present time as ISO 8601 in UTC with milliseconds, for example 2026-01-31T12:00:00.000Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
