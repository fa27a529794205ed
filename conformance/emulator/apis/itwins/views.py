"""Show iTwins, repositories and resources as they go over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.emulator.kernel.access import may_see
from conformance.emulator.kernel.call import Call
from conformance.emulator.state.records import ITwin, Repository

MINIMAL = ("id", "class", "subClass", "type", "number", "displayName")
SUMMARY = (*MINIMAL, "status")


def itwin_view(call: Call, itwin: ITwin, *, full: bool | None = None) -> dict[str, Any]:
    """Return the iTwin as asked for by ``Prefer``: minimal (six members and status) or all members."""
    if full is None:
        full = call.request.wants_representation
    if full:
        return dict(itwin.document)
    return {name: itwin.document[name] for name in SUMMARY}


def account_view(call: Call, account: ITwin) -> dict[str, Any]:
    """Return the account: the six members of page 003's example, or all of them by ``Prefer``."""
    if call.request.wants_representation:
        return dict(account.document)
    return {name: account.document[name] for name in MINIMAL}


def repository_view(call: Call, repository: Repository) -> dict[str, Any]:
    """Return the repository with the address of its resources."""
    uri = f"{call.services.base_url}/itwins/{repository.itwin}/repositories/{repository.id}/resources"
    return {**repository.document, "capabilities": {"resources": {"uri": uri}}}


def resource_view(call: Call, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource, with ``properties`` as asked for by ``Prefer``."""
    return {**document, "properties": {}} if call.request.wants_representation else dict(document)


def visible(call: Call, *, scope: str = "memberofitwin") -> list[ITwin]:
    """Return the iTwins that the user is a member of or, with scope "all", may read."""
    state = call.state
    if scope == "all":
        return [each for each in state.itwins if may_see(state, call.user, each)]
    return [each for each in state.itwins if call.rule("is_member", state, call.user, each)]
