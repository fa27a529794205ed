"""Decide what a user may do with an iTwin or a reality data."""

from __future__ import annotations

from conformance.emulator.behaviours import assumed, on_page
from conformance.emulator.state.records import PERMISSIONS, READ_ONLY, Group, ITwin, Member, User
from conformance.emulator.state.state import State

ALL = frozenset(PERMISSIONS)
NONE: frozenset[str] = frozenset()

on_page(
    "access.administrator-has-all",
    "An Organization Administrator holds every permission on each iTwin of the organization.",
    "002_a32c6a962ba4aaeb",
)
assumed(
    "access.any-association-counts",
    "For a reality data of several iTwins, the permission on one of them is enough.",
)
assumed(
    "access.owner-of-unassociated-data",
    "A reality data without any iTwin is open to the user that created it and to administrators only.",
)
assumed("access.account-readable-in-organization", "Every user may read the account of the own organization.")


def permissions(state: State, user: User, itwin: ITwin) -> frozenset[str]:
    """Return the permissions that the user holds on the iTwin.

    A member entry of the iTwin counts before what the user holds throughout its organization.
    """
    same = user.organization == itwin.organization
    if same and user.administrator:
        return ALL
    member = state.members.get(itwin.id, user.id)
    if member is not None and member.owner:
        return ALL
    return _own(state, user, itwin, member) | _of_groups(state, user, itwin)


def _own(state: State, user: User, itwin: ITwin, member: Member | None) -> frozenset[str]:
    same = user.organization == itwin.organization
    if member is not None:
        roles = (state.roles.get(itwin.id, role) for role in member.roles)
        held = {each for role in roles if role is not None for each in role.permissions}
        return frozenset(held.union(member.permissions))
    if same and itwin.is_account:
        return frozenset(READ_ONLY)
    if same and user.grants is not None:
        return frozenset(user.grants)
    return NONE


def _of_groups(state: State, user: User, itwin: ITwin) -> frozenset[str]:
    found = (state.group_members.get(itwin.id, each.id) for each in _groups(state, user, itwin))
    roles = (state.roles.get(itwin.id, role) for each in found if each is not None for role in each.roles)
    return frozenset(each for role in roles if role is not None for each in role.permissions)


def _groups(state: State, user: User, itwin: ITwin) -> list[Group]:
    return state.groups.where(lambda each: each.itwin == itwin.id and user.id in each.users)


def is_member(state: State, user: User, itwin: ITwin) -> bool:
    """Return whether the user is a member of the iTwin; an administrator is not one by that alone."""
    if state.members.get(itwin.id, user.id) is not None:
        return True
    if any(state.group_members.get(itwin.id, each.id) for each in _groups(state, user, itwin)):
        return True
    same = user.organization == itwin.organization
    return same and (user.grants is not None or itwin.is_account)


def may_see(state: State, user: User, itwin: ITwin) -> bool:
    """Return whether the user may read the iTwin: a member, or an administrator of its organization."""
    return is_member(state, user, itwin) or bool(permissions(state, user, itwin))
