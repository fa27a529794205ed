"""Invite addresses to an iTwin, and list and withdraw the invitations."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.emulator.access_control.common import invalid_request, owner_role, roles_of
from conformance.emulator.call import Call
from conformance.emulator.paging import links, read_page
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Invitation, now_text
from conformance.emulator.replies import Detail, Reply, insufficient_permissions, refuse
from conformance.emulator.state import pair

_LIFE = timedelta(days=7)


def invite(call: Call, email: str, roles: tuple[str, ...], *, owner: bool = False) -> Invitation:
    """Store an invitation and return it."""
    invitation = Invitation(
        call.itwin.id, str(uuid.uuid4()), email, call.user.email, roles, now_text(), owner=owner
    )
    call.emulator.state.invitations.put(pair(call.itwin.id, invitation.id), invitation)
    return invitation


@states("access-control.invitation-life", "An invitation is shown as good for seven days.", Source.ASSUMPTION)
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


def list_invitations(call: Call) -> Reply:
    """Show a page of the iTwin's invitations, 200 ``{invitations, _links}``."""
    page = read_page(call.query)
    if isinstance(page, Detail):
        return invalid_request(page)
    found = call.emulator.state.invitations.where(lambda each: each.itwin == call.itwin.id)
    shown = [invitation_view(call, each) for each in page.cut(found)]
    return Reply(200, {"invitations": shown, "_links": links(call, page, len(found))})


@states(
    "access-control.invitation-not-found", "An unknown invitation is 404 InvitationNotFound.", Source.LIVE
)
def find_invitation(call: Call) -> Reply | None:
    """Find the path's invitation, or answer 404."""
    invitation = call.emulator.state.invitations.get(pair(call.itwin.id, call.ids["invitationId"].lower()))
    if invitation is None:
        return refuse(404, "InvitationNotFound", "Requested invitation is not available.")
    call.facts["invitation"] = invitation
    return None


def get_invitation(call: Call) -> Reply:
    """Show the invitation, 200 ``{invitation}``."""
    return Reply(200, {"invitation": invitation_view(call, call.facts["invitation"])})


def delete_invitation(call: Call) -> Reply:
    """Withdraw the invitation, 204."""
    call.emulator.state.invitations.drop(pair(call.itwin.id, call.facts["invitation"].id))
    return Reply(204)


@states("access-control.accept-as-member", "A member that accepts any invitation gets 204.", Source.LIVE)
def accept_invitation(call: Call) -> Reply:
    """Answer 204 to a member; nobody else's address can be in an invitation here."""
    if call.rule("is_member", call.emulator.state, call.user, call.itwin):
        return Reply(204)
    return insufficient_permissions()
