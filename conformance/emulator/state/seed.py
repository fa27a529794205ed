"""Fill an empty state with organizations, service applications, iTwins and data.

Nothing else of the platform knows a role by its name: here the built-in world begins.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from conformance.emulator.state.new_records import add_itwin, new_data, new_id, new_itwin
from conformance.emulator.state.records import PERMISSIONS, READ_ONLY, ITwin, Member, Organization, User
from conformance.emulator.state.state import State

OWNER, READER, OUTSIDER, PARTIAL = "owner", "reader", "outsider", "partial"
ELSEWHERE = "North Europe"
THROTTLED_QUOTA = (2, 1.0)


@dataclass(frozen=True)
class _Seat:
    role: str
    organization: int = 0
    administrator: bool = False
    grants: tuple[str, ...] | None = None
    quota: tuple[int, float] | None = None


def _without(permission: str) -> _Seat:
    return _Seat(f"no_{permission}", grants=tuple(each for each in PERMISSIONS if each != permission))


GRANTS_BY_ROLE = (
    _Seat(OWNER),
    _Seat(READER, grants=READ_ONLY),
    _Seat(OUTSIDER, 1),
    _Seat("administrator", administrator=True),
    *map(_without, ("realitydata_create", "realitydata_assign", "realitydata_manage", "itwins_modify")),
    _Seat(PARTIAL, grants=PERMISSIONS),
    _Seat("throttled", grants=PERMISSIONS, quota=THROTTLED_QUOTA),
)


def plant(state: State) -> None:
    """Put the built-in world into an empty state; ids and secrets are new each time."""
    home, abroad = (add_organization(state, name) for name in ("Acme Corp.", "Globex"))
    for seat in GRANTS_BY_ROLE:
        organization = (home, abroad)[seat.organization].id
        state.users.put(
            new_user(seat.role, organization, seat.grants, seat.quota, administrator=seat.administrator)
        )
    owner, outsider, partial = (user_of(state, role) for role in (OWNER, OUTSIDER, PARTIAL))
    _plant_itwin(state, home, owner, displayName="In another data center", dataCenterLocation=ELSEWHERE)
    read_only = _plant_itwin(state, home, owner, displayName="Read only for some")
    state.members.put(Member(read_only.id, partial.id, permissions=READ_ONLY))
    _plant_itwin(state, abroad, outsider, displayName="In another organization")
    shared = _plant_itwin(state, abroad, outsider, displayName="In another organization, with guests")
    # The owner is let in, so that only the rule about organizations stands between its data and this iTwin.
    state.members.put(Member(shared.id, owner.id, permissions=PERMISSIONS))


def new_user(
    role: str,
    organization: str,
    grants: tuple[str, ...] | None,
    quota: tuple[int, float] | None,
    *,
    administrator: bool,
) -> User:
    """Return a new service application with an id and credentials of its own."""
    client_id = f"service-{role.replace('_', '-')}-{secrets.token_hex(4)}"
    secret = secrets.token_urlsafe(24)
    return User(new_id(), role, client_id, secret, organization, administrator, grants, quota)


def add_organization(
    state: State, name: str, organization_id: str = "", account_id: str = ""
) -> Organization:
    """Store an organization and its account and return it."""
    organization = Organization(organization_id or new_id(), name, account_id or new_id())
    body = {"id": organization.account, "class": "Account", "subClass": "Account", "displayName": name}
    account = new_itwin(organization, organization.id, {**body, "number": name})
    state.organizations.put(organization)
    state.itwins.put(ITwin(account.id, organization.id, {**account.document, "parentId": None}))
    return organization


def _plant_itwin(state: State, organization: Organization, owner: User, **body: Any) -> ITwin:
    itwin = new_itwin(organization, owner.id, {"class": "Thing", "subClass": "Asset", **body})
    add_itwin(state, itwin, owner.id)
    mesh = {"displayName": f"{body['displayName']} - mesh", "type": "3MX"}
    state.reality_data.put(new_data(organization.id, (itwin.id,), itwin.data_center, owner.id, mesh))
    return itwin


def user_of(state: State, role: str = OWNER) -> User:
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
        owner = user_of(state)
    except LookupError:
        return {}
    found: dict[str, str] = {}
    for itwin in state.itwins:
        name = _fixture(state, itwin, owner)
        if name:
            found.setdefault(name, itwin.id)
    return found


def _fixture(state: State, itwin: ITwin, owner: User) -> str:
    inside = state.members.get(itwin.id, owner.id) is not None
    if itwin.is_account:
        return ""
    if itwin.organization != owner.organization:
        return "foreign_member_itwin_id" if inside else "foreign_itwin_id"
    if inside and itwin.data_center == ELSEWHERE:
        return "other_data_center_itwin_id"
    limited = state.members.where(lambda each: each.itwin == itwin.id and each.permissions == READ_ONLY)
    return "partial_itwin_id" if inside and limited else ""
