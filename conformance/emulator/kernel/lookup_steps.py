"""Steps that find what a path names and ask whether the user may go on."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import (
    Response,
    insufficient_permissions,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
    reality_data_not_found,
    repository_not_found,
)
from conformance.emulator.state.records import ITwin, RealityData

assumed("find.guids-in-any-case", "GUIDs in paths and bodies are found in any case.")
assumed("find.malformed-itwin-id", "The iTwins API answers a malformed iTwin id with 404.")
seen_live("find.malformed-data-id", "Reality Management answers a malformed id with 422.")
assumed(
    "find.foreign-is-forbidden",
    "What exists and is not the user's to see is answered with 403, what does not exist with 404.",
)


def lookup_itwin(call: Call, text: str) -> ITwin | None:
    """Return the iTwin of this id, or None."""
    return call.state.itwins.get(call.rule("canonical_id", text))


def lookup_data(call: Call, text: str) -> RealityData | None:
    """Return the reality data of this id, or None."""
    return call.state.reality_data.get(call.rule("canonical_id", text))


def find(fact: str, lookup: Callable[[Call], object | None], refusal: Response) -> Handler:
    """Return a step that keeps what the lookup finds as this fact, and refuses if it finds nothing."""

    def step(call: Call) -> Response | None:
        call.facts[fact] = lookup(call)
        return refusal if call.facts[fact] is None else None

    return step


def find_named_itwin(named: Callable[[Call], str], refusal: Response) -> Handler:
    """Return a step that finds the iTwin that the call names, or refuses."""

    def step(call: Call) -> Response | None:
        itwin = lookup_itwin(call, named(call))
        if itwin is None:
            return refusal
        call.itwin = itwin
        return None

    return step


find_itwin = find_named_itwin(lambda call: call.ids["iTwinId"], itwin_not_found())


def unless_allowed(test: Callable[[Call], bool]) -> Handler:
    """Return a step that refuses with 403 a call that does not pass the test."""
    return lambda call: None if test(call) else insufficient_permissions()


see_itwin = unless_allowed(lambda call: call.rule("may_see", call.state, call.user, call.itwin))


def require(*needed: str) -> Handler:
    """Return a step that refuses with 403 unless the user holds these permissions on the iTwin."""
    return unless_allowed(lambda call: set(needed) <= call.permissions(call.itwin))


def find_repository(call: Call) -> Response | None:
    """Find the path's repository in the iTwin, or answer 404 iTwinRepositoryNotFound."""
    repositories, sent = call.state.repositories, call.ids["repositoryId"]
    repository = repositories.get(call.itwin.id, sent) or repositories.get(
        call.itwin.id, call.rule("canonical_id", sent)
    )
    if repository is None:
        return repository_not_found()
    call.repository = repository
    return None


def check_id(name: str) -> Handler:
    """Return a step of Reality Management that refuses a malformed id in the path with 422."""

    def check(call: Call) -> Response | None:
        sent = call.ids[name]
        if call.rule("is_guid", sent):
            return None
        return invalid_reality_data(invalid_value(sent, name))

    return check


def find_data(call: Call) -> Response | None:
    """Find the path's reality data, or answer 404 RealityDataNotFound."""
    data = lookup_data(call, call.ids["realityDataId"])
    if data is None:
        return reality_data_not_found()
    call.reality_data = data
    return None


def require_on_data(*needed: str) -> Handler:
    """Return a step that refuses with 403 unless the user holds these on one of the reality data's iTwins."""
    return unless_allowed(lambda call: holds(call, call.reality_data, frozenset(needed)))


def needs_on_itwin(side: str) -> Handler:
    """Return a step that refuses who lacks the operation's permissions of this side on the iTwin with 403."""
    return unless_allowed(lambda call: _needed(call, side) <= call.permissions(call.itwin))


def needs_on_data(side: str) -> Handler:
    """Return a step that refuses who lacks the permissions of this side on the reality data with 403."""
    return unless_allowed(lambda call: holds(call, call.reality_data, _needed(call, side)))


def _needed(call: Call, side: str) -> frozenset[str]:
    return frozenset(call.services.needs[call.operation, side])


def holds(call: Call, data: RealityData, needed: frozenset[str]) -> bool:
    """Return whether the user holds all needed permissions on one of the reality data's iTwins."""
    user = call.user
    if not data.itwins:
        keeper = data.document["ownerId"] == user.id
        return keeper or (user.administrator and user.organization == data.organization)
    found = (call.state.itwins.get(each) for each in data.itwins)
    return any(needed <= call.permissions(itwin) for itwin in found if itwin is not None)
