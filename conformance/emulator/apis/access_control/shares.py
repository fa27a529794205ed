"""Share an iTwin by a key: create, read and revoke its shares."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.bodies import keep_body
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.responses import Detail, Response, invalid_value, refuse
from conformance.emulator.state.records import Entry

CONTRACT = "Default"

seen_live("access-control.share-not-found", "An unknown share is 404 ShareNotFound.")
find_share = find(
    "share",
    lambda call: call.state.shares.get(call.itwin.id, call.ids["shareId"].lower()),
    refuse(404, "ShareNotFound", "Requested share is not available."),
)


def _invalid(*details: Detail) -> Response:
    return refuse(422, "InvalidiTwinsShareRequest", "Cannot create share.", details)


@seen_live("access-control.share-expiration", "A share that ends in the past, or at no time, is 422.")
def validate(call: Call) -> Response | None:
    """Refuse a share whose members are not valid with 422."""
    return keep_body(call, _invalid, _problems)


def _problems(body: dict[str, Any]) -> list[Detail]:
    found = []
    until, contract = body.get("expiration"), body.get("shareContract")
    if until is not None and not _future(until):
        found.append(invalid_value(until, "expiration"))
    if contract is not None and not isinstance(contract, str):
        found.append(invalid_value(contract, "shareContract"))
    return found


def _future(value: object) -> bool:
    try:
        until = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    if until is None:
        return False
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) > datetime.now(UTC)


@seen_live("access-control.share-contract", "A contract other than Default is 404 ShareContractNotFound.")
@assumed("access-control.share-forever", "A share without expiration has the expiration null.")
def create_share(call: Call) -> Response:
    """Create the share, 201 ``{share}``."""
    body = call.facts["body"]
    contract = body.get("shareContract") or CONTRACT
    if contract != CONTRACT:
        return refuse(404, "ShareContractNotFound", "Requested share contract is not available.")
    share = {
        "id": str(uuid.uuid4()),
        "iTwinId": call.itwin.id,
        "shareKey": secrets.token_urlsafe(32),
        "shareContract": contract,
        "expiration": body.get("expiration"),
    }
    call.state.shares.put(Entry(call.itwin.id, share["id"], share))
    return Response(201, {"share": share})


def list_shares(call: Call) -> Response:
    """Show the iTwin's shares, 200 ``{shares}``."""
    found = call.state.shares.where(lambda each: each.itwin == call.itwin.id)
    return Response(200, {"shares": [dict(each.document) for each in found]})


def get_share(call: Call) -> Response:
    """Show the share, 200 ``{share}``."""
    return Response(200, {"share": dict(call.facts["share"].document)})


def revoke_share(call: Call) -> Response:
    """Forget the share, 204."""
    call.state.shares.drop(call.facts["share"])
    return Response(204)
