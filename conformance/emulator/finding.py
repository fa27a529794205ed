"""Steps that find what a path names and ask whether the user may go on."""

from __future__ import annotations

from conformance.emulator.access import holds_on_data
from conformance.emulator.call import Call
from conformance.emulator.pipeline import Run
from conformance.emulator.provenance import Source, note
from conformance.emulator.records import ITwin, RealityData
from conformance.emulator.replies import (
    Reply,
    insufficient_permissions,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
    reality_data_not_found,
    repository_not_found,
)
from conformance.emulator.state import pair

note("find.guids-in-any-case", "GUIDs in paths and bodies are found in any case.", Source.ASSUMPTION)
note("find.malformed-itwin-id", "The iTwins API answers a malformed iTwin id with 404.", Source.ASSUMPTION)
note("find.malformed-data-id", "Reality Management answers a malformed id with 422.", Source.LIVE)
note(
    "find.foreign-is-forbidden",
    "What exists and is not the user's to see is answered with 403, what does not exist with 404.",
    Source.ASSUMPTION,
)


def lookup_itwin(call: Call, text: str) -> ITwin | None:
    """Return the iTwin of this id, or None."""
    return call.emulator.state.itwins.get(call.rule("canonical_id", text))


def lookup_data(call: Call, text: str) -> RealityData | None:
    """Return the reality data of this id, or None."""
    return call.emulator.state.reality_data.get(call.rule("canonical_id", text))


def find_itwin(call: Call) -> Reply | None:
    """Find the path's iTwin, or answer 404 iTwinNotFound."""
    itwin = lookup_itwin(call, call.ids["iTwinId"])
    if itwin is None:
        return itwin_not_found()
    call.itwin = itwin
    return None


def see_itwin(call: Call) -> Reply | None:
    """Refuse a user that may not read the iTwin with 403."""
    allowed = call.rule("may_see", call.emulator.state, call.user, call.itwin)
    return None if allowed else insufficient_permissions()


def require(*needed: str) -> Run:
    """Return a step that refuses with 403 unless the user holds these permissions on the iTwin."""

    def authorize(call: Call) -> Reply | None:
        held = call.rule("permissions", call.emulator.state, call.user, call.itwin)
        return None if set(needed) <= held else insufficient_permissions()

    return authorize


def find_repository(call: Call) -> Reply | None:
    """Find the path's repository in the iTwin, or answer 404 iTwinRepositoryNotFound."""
    repositories = call.emulator.state.repositories
    sent = call.ids["repositoryId"]
    repository = repositories.get(pair(call.itwin.id, sent)) or repositories.get(
        pair(call.itwin.id, call.rule("canonical_id", sent))
    )
    if repository is None:
        return repository_not_found()
    call.repository = repository
    return None


def check_data_id(call: Call) -> Reply | None:
    """Refuse a malformed reality data id with 422 and target realityDataId."""
    sent = call.ids["realityDataId"]
    if call.rule("is_guid", sent):
        return None
    return invalid_reality_data(invalid_value(sent, "realityDataId"))


def check_itwin_id(call: Call) -> Reply | None:
    """Refuse a malformed iTwin id in the path with 422 and target iTwinId."""
    sent = call.ids["iTwinId"]
    if call.rule("is_guid", sent):
        return None
    return invalid_reality_data(invalid_value(sent, "iTwinId"))


def find_data(call: Call) -> Reply | None:
    """Find the path's reality data, or answer 404 RealityDataNotFound."""
    data = lookup_data(call, call.ids["realityDataId"])
    if data is None:
        return reality_data_not_found()
    call.reality_data = data
    return None


def require_on_data(*needed: str) -> Run:
    """Return a step that refuses with 403 unless the user holds these on one of the reality data's iTwins."""
    wanted = frozenset(needed)

    def authorize(call: Call) -> Reply | None:
        return None if on_data(call, wanted) else insufficient_permissions()

    return authorize


def on_data(call: Call, needed: frozenset[str]) -> bool:
    """Return whether the user holds the permissions on one of the reality data's iTwins."""
    emulator = call.emulator
    return holds_on_data(emulator.state, call.user, call.reality_data, needed, emulator.rules["permissions"])
