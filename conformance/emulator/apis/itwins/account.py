"""Get an iTwin's account (page 003)."""

from __future__ import annotations

from conformance.emulator.apis.itwins.views import account_view
from conformance.emulator.behaviours import assumed, on_page, seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response, itwin_not_found

PAGE = "003_4f2d58e9696cea4a"


@on_page(
    "account.members-only",
    "Only a member of the iTwin gets its account; an Organization Administrator by that role alone does not.",
    PAGE,
)
@assumed(
    "account.non-member-404",
    "A user that is not a member gets 404 iTwinNotFound, the only refusal that the page documents.",
)
def authorize(call: Call) -> Response | None:
    """Refuse who is not a member of the iTwin."""
    member = call.rule("is_member", call.state, call.user, call.itwin)
    return None if member else itwin_not_found()


@seen_live(
    "account.id", "The account's id is the iTwin's iTwinAccountId, its class and subClass are Account."
)
@seen_live("account.prefer", "Prefer return=representation adds the remaining members.")
@on_page(
    "account.without-status", "Without Prefer the account has the six members of the page's example.", PAGE
)
def response(call: Call) -> Response:
    """Show the account, 200."""
    account = call.state.itwins.get(call.itwin.document["iTwinAccountId"])
    if account is None:
        return itwin_not_found()
    return Response(200, {"iTwin": account_view(call, account)})
