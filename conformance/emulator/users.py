"""The Users API: who a token belongs to, and who else is in the organization."""

from __future__ import annotations

from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.identity.checks import AUTHENTICATION
from conformance.emulator.pipeline import Operation, operation
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import User
from conformance.emulator.replies import Reply, invalid_value, refuse
from conformance.emulator.throttle import THROTTLE

ENTRY = (*AUTHENTICATION, *THROTTLE)
LARGEST_LIST = 1000
_SINCE = "2024-01-01T00:00:00.000Z"


def _view(call: Call, user: User) -> dict[str, Any]:
    organization = call.emulator.state.organizations.get(user.organization)
    return {
        "id": user.id,
        "displayName": user.email,
        "givenName": user.role,
        "surname": "Service",
        "email": user.email,
        "alternateEmail": user.email,
        "phone": None,
        "organizationName": organization.name if organization else None,
        "city": None,
        "country": "US",
        "language": "EN",
        "createdDateTime": _SINCE,
    }


def _colleagues(call: Call) -> list[User]:
    return call.emulator.state.users.where(lambda each: each.organization == call.user.organization)


@states("users.me", "users/me shows the application itself as a user.", Source.CLIENT)
def me(call: Call) -> Reply:
    """Show the user of the token, 200 ``{user}``."""
    return Reply(200, {"user": _view(call, call.user)})


@states("users.own-organization", "Only users of the own organization are found.", Source.CLIENT)
def search(call: Call) -> Reply:
    """Show the colleagues whose names or addresses hold the words of ``$search``, 200 ``{users}``."""
    words = call.query.get("$search", "").lower()
    views = (_view(call, each) for each in _colleagues(call))
    texts = ("displayName", "givenName", "surname", "email")
    return Reply(
        200, {"users": [each for each in views if any(words in each[name].lower() for name in texts)]}
    )


@states("users.by-id", "An array of at most 1000 ids is answered with those that are found.", Source.CLIENT)
def by_id(call: Call) -> Reply:
    """Show the colleagues with the ids of the body, an array, 200 ``{users}``."""
    match call.json:
        case list() as ids if len(ids) <= LARGEST_LIST and all(isinstance(each, str) for each in ids):
            wanted = {each.lower() for each in ids}
            found = [_view(call, each) for each in _colleagues(call) if each.id in wanted]
            return Reply(200, {"users": found})
    detail = invalid_value("", "body")
    return refuse(422, "InvalidUsersRequest", "Invalid Users request.", (detail,))


USERS: tuple[Operation, ...] = (
    operation("getMe", "GET", "/users/me", ENTRY, ("reply", me)),
    operation("searchUsers", "GET", "/users", ENTRY, ("reply", search)),
    operation("getUsersById", "POST", "/users/getbyidlist", ENTRY, ("reply", by_id)),
)
