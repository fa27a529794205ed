"""Get an iTwin's account (page 003)."""

from __future__ import annotations

from conformance.emulator.call import Call
from conformance.emulator.itwins.views import account_view
from conformance.emulator.provenance import Source, states
from conformance.emulator.replies import Reply, itwin_not_found

PAGE = "003_4f2d58e9696cea4a"


@states(
    "account.members-only",
    "Only a member of the iTwin gets its account; an Organization Administrator by that role alone does not.",
    Source.PAGE,
    PAGE,
)
@states(
    "account.non-member-404",
    "A user that is not a member gets 404 iTwinNotFound, the only refusal that the page documents.",
    Source.ASSUMPTION,
)
def authorize(call: Call) -> Reply | None:
    """Refuse who is not a member of the iTwin."""
    member = call.rule("is_member", call.emulator.state, call.user, call.itwin)
    return None if member else itwin_not_found()


@states(
    "account.id",
    "The account's id is the iTwin's iTwinAccountId, its class and subClass are Account.",
    Source.LIVE,
)
@states("account.prefer", "Prefer return=representation adds the remaining members.", Source.LIVE)
@states(
    "account.without-status",
    "Without Prefer the account has the six members of the page's example.",
    Source.PAGE,
    PAGE,
)
def reply(call: Call) -> Reply:
    """Show the account, 200."""
    account = call.emulator.state.itwins.get(call.itwin.document["iTwinAccountId"])
    if account is None:
        return itwin_not_found()
    return Reply(200, {"iTwin": account_view(call, account)})
