"""Users that may do what they should not, or may not do what they should."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import (
    ACCOUNT,
    ASSOCIATE,
    MOVE,
    RESOURCE,
    SHORT,
    WRITERS,
    account,
    associate,
    move,
    named,
    resource,
)
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, insufficient_permissions, itwin_not_found
from conformance.emulator.state.seed import OUTSIDER, OWNER, PARTIAL, READER

BOTH = ("authorize_source", "authorize_destination")
GATES = {"associate": BOTH, "move": BOTH, "resource": ("authorize",)}
_UNTIL_STORED = {
    "associate": ("conflict", "apply"),
    "move": ("conflict", "apply"),
    "resource": ("find_repository", "validate", "conflict", "make", "apply"),
}
_ANY_ORGANIZATION = changes.rule("same_organization", lambda _data, _itwin: True)


def _needs_less(short: str, missing: str, kept: str, sides: tuple[str, ...]) -> Defect:
    return named(short, f"forgets-{missing.partition('_')[2]}", f".needs-{missing.replace('_', '-')}")(
        "Only some of the required permissions are looked up.",
        changes.together(*(changes.needs(SHORT[short], side, kept) for side in sides)),
    )


def _is_outsider(call: Call) -> bool:
    return call.user.role == OUTSIDER


def _is_foreign(call: Call) -> bool:
    return call.itwin.organization != call.user.organization


def _has_foreign_data(call: Call) -> bool:
    return call.reality_data.organization != call.user.organization


def _is_outsider_with_foreign_things(call: Call) -> bool:
    source = getattr(call, "reality_data", call.itwin)
    return _is_outsider(call) and source.organization != call.user.organization and _is_foreign(call)


def _not_for_administrators(call: Call, inner: Handler) -> object:
    return insufficient_permissions() if call.user.administrator else inner(call)


def _not_for_readers(call: Call, inner: Handler) -> object:
    return itwin_not_found() if call.user.role == READER else inner(call)


def _carry_out_before_403(short: str) -> Change:
    def apply(emulator: Emulator) -> None:
        pipeline = emulator.pipelines[SHORT[short]]

        def store(call: Call, response: Response) -> Response:
            refused = response.status == 403  # noqa: PLR2004 - the status of Forbidden
            if refused and call.user.organization == call.itwin.organization:
                steps = {step.name: step.run for step in pipeline}
                for name in _UNTIL_STORED[short]:
                    if steps[name](call) is not None:
                        break
            return response

        emulator.response_hooks[SHORT[short]].append(store)

    return apply


def _of_writer(short: str) -> Iterator[Defect]:
    """Yield the defects that each operation that writes can have."""
    name, gates = SHORT[short], GATES[short]
    yield named(short, "open-to-readers", ".reader-forbidden")(
        "The policy asks for membership where it should ask for a permission.",
        changes.let_in(name, gates, lambda call: call.user.role == READER),
    )
    yield named(short, "open-to-outsiders", ".outsider-refused")(
        "The check asks whether the token is good and not whose organization it comes from.",
        changes.let_in(name, gates, _is_outsider_with_foreign_things),
    )
    yield named(short, "refuses-administrators", ".administrator-allowed")(
        "Permissions are looked up at the iTwin level only, and administrators have none there.",
        changes.wrap(name, gates[-1], _not_for_administrators),
    )
    yield named(short, "forbids-with-another-code", ".forbidden-code")(
        "The code of a refusal was renamed in a shared library.",
        changes.code(name, "InsufficientPermissions", "Forbidden"),
    )
    yield named(short, "carried-out-before-403", ".refused-user-changes-nothing")(
        "The permission is checked after the change, and the change is not taken back.",
        _carry_out_before_403(short),
    )


DEFECTS = (
    _needs_less("associate", "realitydata_assign", "realitydata_create", ("source", "destination")),
    _needs_less("associate", "realitydata_create", "realitydata_assign", ("source", "destination")),
    _needs_less("move", "realitydata_manage", "realitydata_modify", ("source", "destination")),
    _needs_less("resource", "itwins_modify", "realitydata_modify", ("itwin",)),
    *(each for short in WRITERS for each in _of_writer(short)),
    associate("checks-source-only", ".needs-permission-on-the-itwin", ".foreign-itwin-refused")(
        "Whoever may share the reality data is thought to be allowed to share it anywhere.",
        changes.drop(ASSOCIATE, "authorize_destination"),
    ),
    move("checks-source-only", ".needs-permission-on-the-destination")(
        "The destination arrives in the body, where the permission filter does not look.",
        changes.drop(MOVE, "authorize_destination"),
    ),
    move("checks-destination-only", ".needs-permission-on-the-source")(
        "The filter was copied from create, which knows one iTwin only.",
        changes.drop(MOVE, "authorize_source"),
    ),
    resource("permission-of-any-itwin-counts", ".needs-permission-on-the-itwin")(
        "The claim is looked up in the user's token, which lists the permissions of all iTwins together.",
        changes.let_in(RESOURCE, ("authorize",), lambda call: call.user.role == PARTIAL),
    ),
    resource("created-in-foreign-itwins", ".foreign-itwin-refused")(
        "Guests of another organization are treated as members.",
        changes.let_in(RESOURCE, ("authorize",), lambda call: _is_foreign(call) and call.user.role == OWNER),
    ),
    associate("reaches-foreign-itwins", ".foreign-itwin-refused")(
        "The destination is checked for its existence, not for its organization.",
        changes.let_in(ASSOCIATE, ("authorize_destination",), _is_foreign),
    ),
    associate("takes-foreign-reality-data", ".foreign-reality-data-refused")(
        "Reality data of another organization is found by id and never asked for its owner.",
        changes.let_in(ASSOCIATE, ("authorize_source",), _has_foreign_data),
    ),
    move("reaches-foreign-itwins", ".other-organization-refused")(
        "The destination is checked for its existence, not for its organization.",
        changes.together(_ANY_ORGANIZATION, changes.let_in(MOVE, ("authorize_destination",), _is_foreign)),
    ),
    move("forgets-organizations", ".other-organization-refused")(
        "Whoever may write on both sides may move, even from one organization to another.", _ANY_ORGANIZATION
    ),
    move("takes-foreign-reality-data", ".foreign-reality-data-refused")(
        "Reality data of another organization is found by id and never asked for its owner.",
        changes.together(_ANY_ORGANIZATION, changes.let_in(MOVE, ("authorize_source",), _has_foreign_data)),
    ),
    account("open-to-outsiders", ".outsider-refused")(
        "The account is thought to be public within the platform.",
        changes.let_in(ACCOUNT, ("authorize",), _is_outsider),
    ),
    account("open-to-foreign-readers", ".foreign-itwin-refused")(
        "Whoever was once given a role counts as a member, of whichever organization's iTwin.",
        changes.let_in(ACCOUNT, ("authorize",), lambda call: call.user.role == READER),
    ),
    account("closed-to-members", ".member-reads")(
        "Only the owner's role was put into the policy of the new route.",
        changes.wrap(ACCOUNT, "authorize", _not_for_readers),
    ),
)
