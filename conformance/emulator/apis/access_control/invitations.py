"""Invite addresses to an iTwin, and list and withdraw the invitations."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.emulator.apis.access_control.common import invalid_request, owner_role, roles_of
from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import Response, insufficient_permissions, refuse
from conformance.emulator.state.records import Invitation, now_text

_LIFE = timedelta(days=7)


def invite(
    call: Call, email: str, roles: tuple[str, ...] = (), *, owner: bool = False, group: str = ""
) -> Invitation:
    """Store an invitation to the iTwin, or to the group of this id, and return it."""
    invitation = Invitation(
        call.itwin.id, str(uuid.uuid4()), email, call.user.email, roles, now_text(), owner, group
    )
    call.state.invitations.put(invitation)
    return invitation


@assumed("access-control.invitation-life", "An invitation is shown as good for seven days.")
def invitation_view(call: Call, invitation: Invitation) -> dict[str, Any]:
    """Return the invitation as it goes over the wire."""
    owners = (owner_role(call.itwin.id).id,) if invitation.owner else ()
    until = datetime.fromisoformat(invitation.created).astimezone(UTC) + _LIFE
    return {
        "id": invitation.id,
        "email": invitation.email,
        "invitedByEmail": invitation.invited_by,
        "status": "Pending",
        "createdDate": invitation.created,
        "expirationDate": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "roles": roles_of(call, (*owners, *invitation.roles)),
    }


def list_invitations(call: Call) -> Response:
    """Show a page of the iTwin's invitations, 200 ``{invitations, _links}``."""
    return show_page(
        call, "invitations", _pending(call), invalid_request, lambda each: invitation_view(call, each)
    )


def list_group_invitations(call: Call) -> Response:
    """Show a page of the group's invitations, 200 ``{invitations, _links}``; roles go with the group."""

    def view(invitation: Invitation) -> dict[str, Any]:
        shown = invitation_view(call, invitation)
        return {name: value for name, value in shown.items() if name != "roles"}

    return show_page(call, "invitations", _pending(call), invalid_request, view)


def _pending(call: Call) -> list[Invitation]:
    return call.state.invitations.where(
        lambda each: each.itwin == call.itwin.id and each.group == _group(call)
    )


def _lookup(call: Call) -> Invitation | None:
    found = call.state.invitations.get(call.itwin.id, call.ids["invitationId"].lower())
    return found if found is not None and found.group == _group(call) else None


def _group(call: Call) -> str:
    return call.ids.get("groupId", "").lower()


seen_live("access-control.invitation-not-found", "An unknown invitation is 404 InvitationNotFound.")
find_invitation = find(
    "invitation",
    _lookup,
    refuse(404, "InvitationNotFound", "Requested invitation is not available."),
)


def get_invitation(call: Call) -> Response:
    """Show the invitation, 200 ``{invitation}``."""
    return Response(200, {"invitation": invitation_view(call, call.facts["invitation"])})


def delete_invitation(call: Call) -> Response:
    """Withdraw the invitation, 204."""
    call.state.invitations.drop(call.facts["invitation"])
    return Response(204)


@seen_live("access-control.accept-as-member", "A member that accepts any invitation gets 204.")
def accept_invitation(call: Call) -> Response:
    """Answer 204 to a member; nobody else's address can be in an invitation here."""
    if call.rule("is_member", call.state, call.user, call.itwin):
        return Response(204)
    return insufficient_permissions()
