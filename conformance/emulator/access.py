"""Decide what a user may do with an iTwin or a reality data."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.provenance import Source, note
from conformance.emulator.records import PERMISSIONS, READ_ONLY, ITwin, RealityData, User
from conformance.emulator.state import State, pair

ALL = frozenset(PERMISSIONS)
NONE: frozenset[str] = frozenset()

note(
    "access.administrator-has-all",
    "An Organization Administrator holds every permission on each iTwin of the organization.",
    Source.PAGE,
    "002_a32c6a962ba4aaeb",
)
note(
    "access.any-association-counts",
    "For a reality data of several iTwins, the permission on one of them is enough.",
    Source.ASSUMPTION,
)
note(
    "access.owner-of-unassociated-data",
    "A reality data without any iTwin is open to the user that created it and to administrators only.",
    Source.ASSUMPTION,
)
note(
    "access.account-readable-in-organization",
    "Every user may read the account of the own organization.",
    Source.ASSUMPTION,
)


def permissions(state: State, user: User, itwin: ITwin) -> frozenset[str]:
    """Return the permissions that the user holds on the iTwin.

    A member entry of the iTwin counts before what the user holds throughout its organization.
    """
    same = user.organization == itwin.organization
    if same and user.administrator:
        return ALL
    member = state.members.get(pair(itwin.id, user.id))
    if member is not None:
        if member.owner:
            return ALL
        roles = (state.roles.get(pair(itwin.id, role)) for role in member.roles)
        held = {each for role in roles if role is not None for each in role.permissions}
        return frozenset(held.union(member.permissions))
    if same and itwin.document["class"] == "Account":
        return frozenset(READ_ONLY)
    if same and user.grants is not None:
        return frozenset(user.grants)
    return NONE


def is_member(state: State, user: User, itwin: ITwin) -> bool:
    """Return whether the user is a member of the iTwin; an administrator is not one by that alone."""
    if pair(itwin.id, user.id) in state.members:
        return True
    same = user.organization == itwin.organization
    return same and (user.grants is not None or itwin.document["class"] == "Account")


def may_see(state: State, user: User, itwin: ITwin) -> bool:
    """Return whether the user may read the iTwin: a member, or an administrator of its organization."""
    return is_member(state, user, itwin) or bool(permissions(state, user, itwin))


def holds_on_data(
    state: State,
    user: User,
    data: RealityData,
    needed: frozenset[str],
    held: Callable[[State, User, ITwin], frozenset[str]] = permissions,
) -> bool:
    """Return whether the user holds all needed permissions on one of the reality data's iTwins."""
    if not data.itwins:
        keeper = data.document["ownerId"] == user.id
        return keeper or (user.administrator and user.organization == data.organization)
    found = (state.itwins.get(each) for each in data.itwins)
    return any(needed <= held(state, user, itwin) for itwin in found if itwin is not None)
