"""Fill an empty state with organizations, service applications, iTwins and data."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from conformance.emulator.itwins.crud import add_itwin, new_itwin
from conformance.emulator.reality_management.crud import new_data
from conformance.emulator.records import PERMISSIONS, READ_ONLY, ITwin, Member, Organization, User
from conformance.emulator.state import State, pair

ELSEWHERE = "North Europe"
THROTTLED_QUOTA = (2, 1.0)


@dataclass(frozen=True)
class _Seat:
    role: str
    organization: int
    administrator: bool = False
    grants: tuple[str, ...] | None = None
    quota: tuple[int, float] | None = None


def _without(permission: str) -> tuple[str, ...]:
    return tuple(each for each in PERMISSIONS if each != permission)


SEATS = (
    _Seat("owner", 0),
    _Seat("reader", 0, grants=READ_ONLY),
    _Seat("outsider", 1),
    _Seat("administrator", 0, administrator=True),
    _Seat("no_realitydata_create", 0, grants=_without("realitydata_create")),
    _Seat("no_realitydata_assign", 0, grants=_without("realitydata_assign")),
    _Seat("no_realitydata_manage", 0, grants=_without("realitydata_manage")),
    _Seat("no_itwins_modify", 0, grants=_without("itwins_modify")),
    _Seat("partial", 0, grants=PERMISSIONS),
    _Seat("throttled", 0, grants=PERMISSIONS, quota=THROTTLED_QUOTA),
)


def new_id() -> str:
    """Return a new GUID."""
    return str(uuid.uuid4())


def plant(state: State) -> None:
    """Put the built-in world into an empty state; ids and secrets are new each time."""
    organizations = [add_organization(state, name) for name in ("Acme Corp.", "Globex")]
    for seat in SEATS:
        state.add_user(
            User(
                id=new_id(),
                role=seat.role,
                client_id=f"service-{seat.role.replace('_', '-')}-{secrets.token_hex(4)}",
                client_secret=secrets.token_urlsafe(24),
                organization=organizations[seat.organization].id,
                administrator=seat.administrator,
                grants=seat.grants,
                quota=seat.quota,
            )
        )
    owner, outsider, partial = (user_of(state, role) for role in ("owner", "outsider", "partial"))
    home, abroad = organizations
    _plant_itwin(
        state, home, owner, {"displayName": "In another data center", "dataCenterLocation": ELSEWHERE}
    )
    read_only = _plant_itwin(state, home, owner, {"displayName": "Read only for some"})
    state.members.put(pair(read_only.id, partial.id), Member(read_only.id, partial.id, permissions=READ_ONLY))
    _plant_itwin(state, abroad, outsider, {"displayName": "In another organization"})
    shared = _plant_itwin(state, abroad, outsider, {"displayName": "In another organization, with guests"})
    # The owner is let in, so that only the rule about organizations stands between its data and this iTwin.
    state.members.put(pair(shared.id, owner.id), Member(shared.id, owner.id, permissions=PERMISSIONS))


def add_organization(
    state: State, name: str, organization_id: str = "", account_id: str = ""
) -> Organization:
    """Store an organization and its account and return it."""
    organization = Organization(organization_id or new_id(), name, account_id or new_id())
    body = {
        "id": organization.account,
        "class": "Account",
        "subClass": "Account",
        "displayName": name,
        "number": name,
    }
    account = new_itwin(organization, organization.id, body)
    document = {**account.document, "parentId": None}
    state.organizations.put(organization.id, organization)
    state.put_itwin(ITwin(account.id, organization.id, document))
    return organization


def _plant_itwin(state: State, organization: Organization, owner: User, body: dict[str, Any]) -> ITwin:
    itwin = new_itwin(organization, owner.id, {"class": "Thing", "subClass": "Asset", **body})
    add_itwin(state, itwin)
    state.members.put(pair(itwin.id, owner.id), Member(itwin.id, owner.id, owner=True))
    data = new_data(
        organization.id,
        (itwin.id,),
        itwin.data_center,
        owner.id,
        {"displayName": f"{body['displayName']} - mesh", "type": "3MX"},
    )
    state.reality_data.put(data.id, data)
    return itwin


def user_of(state: State, role: str) -> User:
    """Return the first user of a role; raise LookupError if there is none."""
    for user in state.users:
        if user.role == role:
            return user
    raise LookupError(role)


def fixtures(state: State) -> dict[str, str]:
    """Return the fixtures table of a targets file: ids by name, as far as this state has them.

    ``foreign_itwin_id`` is an iTwin of another organization, ``foreign_member_itwin_id`` one in which the
    owner nevertheless holds every permission, ``other_data_center_itwin_id`` one of the owner's in another
    data center, ``partial_itwin_id`` one of the owner's in which the user of role partial can only read.
    """
    try:
        owner = user_of(state, "owner")
    except LookupError:
        return {}
    found: dict[str, str] = {}
    for itwin in state.itwins:
        name = _fixture(state, itwin, owner)
        if name:
            found.setdefault(name, itwin.id)
    return found


def _fixture(state: State, itwin: ITwin, owner: User) -> str:
    inside = pair(itwin.id, owner.id) in state.members
    if itwin.document["class"] == "Account":
        return ""
    if itwin.organization != owner.organization:
        return "foreign_member_itwin_id" if inside else "foreign_itwin_id"
    if inside and itwin.data_center == ELSEWHERE:
        return "other_data_center_itwin_id"
    limited = state.members.where(lambda each: each.itwin == itwin.id and each.permissions == READ_ONLY)
    return "partial_itwin_id" if inside and limited else ""
