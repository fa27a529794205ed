"""The Users API: who a token belongs to, and who else is in the organization."""

from __future__ import annotations

from typing import Any

from conformance.emulator.behaviours import used_by_clients
from conformance.emulator.kernel.authentication import ENTRY
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Operation, operation
from conformance.emulator.kernel.responses import Response, invalid_value, refuse
from conformance.emulator.state.records import User

LARGEST_LIST = 1000
_SINCE = "2024-01-01T00:00:00.000Z"


def _view(call: Call, user: User) -> dict[str, Any]:
    organization = call.state.organizations.get(user.organization)
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
    return call.state.users.where(lambda each: each.organization == call.user.organization)


@used_by_clients("users.me", "users/me shows the application itself as a user.")
def me(call: Call) -> Response:
    """Show the user of the token, 200 ``{user}``."""
    return Response(200, {"user": _view(call, call.user)})


@used_by_clients("users.own-organization", "Only users of the own organization are found.")
def search(call: Call) -> Response:
    """Show the colleagues whose names or addresses hold the words of ``$search``, 200 ``{users}``."""
    words = call.request.query.get("$search", "").lower()
    views = (_view(call, each) for each in _colleagues(call))
    texts = ("displayName", "givenName", "surname", "email")
    return Response(
        200, {"users": [each for each in views if any(words in each[name].lower() for name in texts)]}
    )


@used_by_clients("users.by-id", "An array of at most 1000 ids is answered with those that are found.")
def by_id(call: Call) -> Response:
    """Show the colleagues with the ids of the body, an array, 200 ``{users}``."""
    match call.json:
        case list() as ids if len(ids) <= LARGEST_LIST and all(isinstance(each, str) for each in ids):
            wanted = {each.lower() for each in ids}
            found = [_view(call, each) for each in _colleagues(call) if each.id in wanted]
            return Response(200, {"users": found})
    detail = invalid_value("", "body")
    return refuse(422, "InvalidUsersRequest", "Invalid Users request.", (detail,))


USERS: tuple[Operation, ...] = (
    operation("getMe", "GET /users/me", ENTRY, respond=me),
    operation("searchUsers", "GET /users", ENTRY, respond=search),
    operation("getUsersById", "POST /users/getbyidlist", ENTRY, respond=by_id),
)
