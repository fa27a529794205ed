"""Users that may do what they should not, or may not do what they should."""

from __future__ import annotations

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import SHORT, WRITERS, let_in, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.replies import Reply, insufficient_permissions, itwin_not_found

GATES = {
    "associate": ("authorize_source", "authorize_destination"),
    "move": ("authorize_source", "authorize_destination"),
    "resource": ("authorize",),
}
TOUCHED = ".refused-user-changes-nothing"
"""What a refused user may not do and does is seen by the look at the end, too."""

BORDERS = tuple(
    part for short in ("associate", "move") for part in on(short, ".foreign-*", ".other-organization-refused")
)
"""Ours in theirs is theirs in ours, seen from the other side; and both look at the same reality data."""


def _needs_less(short: str, missing: str, kept: tuple[str, ...], sides: tuple[str, ...]) -> None:
    @defect(
        f"{short}-forgets-{missing.partition('_')[2]}",
        "Only some of the required permissions are looked up.",
        breaks=on(short, f".needs-{missing.replace('_', '-')}"),
        also=on(short, TOUCHED),
    )
    def _(faults: Faults) -> None:
        for side in sides:
            faults.needs(SHORT[short], side, *kept)


_needs_less("associate", "realitydata_assign", ("realitydata_create",), ("source", "destination"))
_needs_less("associate", "realitydata_create", ("realitydata_assign",), ("source", "destination"))
_needs_less("move", "realitydata_manage", ("realitydata_modify",), ("source", "destination"))
_needs_less("resource", "itwins_modify", ("realitydata_modify",), ("itwin",))


@defect(
    "associate-checks-source-only",
    "Whoever may share the reality data is thought to be allowed to share it anywhere.",
    breaks=on("associate", ".needs-permission-on-the-itwin", ".foreign-itwin-refused"),
    also=(*on("associate", TOUCHED), *BORDERS),
)
def _(faults: Faults) -> None:
    faults.drop(SHORT["associate"], "authorize_destination")


@defect(
    "move-checks-source-only",
    "The destination arrives in the body, where the permission filter does not look.",
    breaks=on("move", ".needs-permission-on-the-destination"),
    also=on("move", TOUCHED),
)
def _(faults: Faults) -> None:
    faults.drop("moveRealityData", "authorize_destination")


@defect(
    "move-checks-destination-only",
    "The filter was copied from create, which knows one iTwin only.",
    breaks=on("move", ".needs-permission-on-the-source"),
    also=on("move", TOUCHED),
)
def _(faults: Faults) -> None:
    faults.drop("moveRealityData", "authorize_source")


@defect(
    "resource-permission-of-any-itwin-counts",
    "The claim is looked up in the user's token, which lists the permissions of all iTwins together.",
    breaks=on("resource", ".needs-permission-on-the-itwin"),
    also=on("resource", TOUCHED),
)
def _(faults: Faults) -> None:
    let_in(faults, SHORT["resource"], ("authorize",), lambda call: call.user.role == "partial")


def _outside(call: Call) -> bool:
    return call.user.role == "outsider"


def _of_another_organization(call: Call) -> bool:
    return call.itwin.organization != call.user.organization


for _short in WRITERS:

    @defect(
        f"{_short}-open-to-readers",
        "The policy asks for membership where it should ask for a permission.",
        breaks=on(_short, ".reader-forbidden"),
        also=on(_short, TOUCHED),
    )
    def _(faults: Faults, short: str = _short) -> None:
        let_in(faults, SHORT[short], GATES[short], lambda call: call.user.role == "reader")

    @defect(
        f"{_short}-open-to-outsiders",
        "The check asks whether the token is good and not whose organization it comes from.",
        breaks=on(_short, ".outsider-refused"),
        also=on(_short, TOUCHED),
    )
    def _(faults: Faults, short: str = _short) -> None:
        def ours(call: Call) -> bool:
            source = getattr(call, "reality_data", call.itwin)
            return (
                _outside(call)
                and source.organization != call.user.organization
                and _of_another_organization(call)
            )

        let_in(faults, SHORT[short], GATES[short], ours)

    @defect(
        f"{_short}-refuses-administrators",
        "Permissions are looked up at the iTwin level only, and administrators have none there.",
        breaks=on(_short, ".administrator-allowed"),
    )
    def _(faults: Faults, short: str = _short) -> None:
        def refuse(call: Call, inner: Run) -> object:
            return insufficient_permissions() if call.user.administrator else inner(call)

        faults.wrap(SHORT[short], GATES[short][-1], refuse)

    @defect(
        f"{_short}-forbids-with-another-code",
        "The code of a refusal was renamed in a shared library.",
        breaks=on(_short, ".forbidden-code"),
    )
    def _(faults: Faults, short: str = _short) -> None:
        faults.code(SHORT[short], "InsufficientPermissions", "Forbidden")

    @defect(
        f"{_short}-carried-out-before-403",
        "The permission is checked after the change, and the change is not taken back.",
        breaks=on(_short, TOUCHED),
        also=(*on("associate", TOUCHED), *on("resource", ".refused-changes-nothing"), *BORDERS),
    )
    def _(faults: Faults, short: str = _short) -> None:
        def store(call: Call, reply: Reply) -> Reply:
            steps = {step.name: step.run for step in call.emulator.pipelines[call.operation]}
            names = (
                ("find_repository", "validate", "conflict", "make", "apply")
                if short == "resource"
                else ("conflict", "apply")
            )
            for name in names:
                if steps[name](call) is not None:
                    break
            return reply

        faults.on_reply(
            SHORT[short],
            store,
            status=403,
            when=lambda call, _: call.user.organization == call.itwin.organization,
        )


@defect(
    "resource-created-in-foreign-itwins",
    "Guests of another organization are treated as members.",
    breaks=on("resource", ".foreign-itwin-refused"),
    also=on("resource", TOUCHED, ".outsider-refused"),
)
def _(faults: Faults) -> None:
    let_in(
        faults,
        SHORT["resource"],
        ("authorize",),
        lambda call: _of_another_organization(call) and call.user.role == "owner",
    )


@defect(
    "associate-reaches-foreign-itwins",
    "The destination is checked for its existence, not for its organization.",
    breaks=on("associate", ".foreign-itwin-refused"),
    also=(*on("associate", TOUCHED), *BORDERS),
)
def _(faults: Faults) -> None:
    let_in(faults, SHORT["associate"], ("authorize_destination",), _of_another_organization)


@defect(
    "associate-takes-foreign-reality-data",
    "Reality data of another organization is found by id and never asked for its owner.",
    breaks=on("associate", ".foreign-reality-data-refused"),
    also=BORDERS,
)
def _(faults: Faults) -> None:
    let_in(faults, SHORT["associate"], ("authorize_source",), _foreign_data)


def _foreign_data(call: Call) -> bool:
    return call.reality_data.organization != call.user.organization


@defect(
    "move-reaches-foreign-itwins",
    "The destination is checked for its existence, not for its organization.",
    breaks=on("move", ".other-organization-refused"),
    also=(*on("move", TOUCHED), *BORDERS),
)
def _(faults: Faults) -> None:
    faults.rule("same_organization", lambda _data, _itwin: True)
    let_in(faults, SHORT["move"], ("authorize_destination",), _of_another_organization)


@defect(
    "move-forgets-organizations",
    "Whoever may write on both sides may move, even from one organization to another.",
    breaks=on("move", ".other-organization-refused"),
)
def _(faults: Faults) -> None:
    faults.rule("same_organization", lambda _data, _itwin: True)


@defect(
    "move-takes-foreign-reality-data",
    "Reality data of another organization is found by id and never asked for its owner.",
    breaks=on("move", ".foreign-reality-data-refused"),
    also=BORDERS,
)
def _(faults: Faults) -> None:
    faults.rule("same_organization", lambda _data, _itwin: True)
    let_in(faults, SHORT["move"], ("authorize_source",), _foreign_data)


@defect(
    "account-open-to-outsiders",
    "The account is thought to be public within the platform.",
    breaks=on("account", ".outsider-refused"),
)
def _(faults: Faults) -> None:
    let_in(faults, SHORT["account"], ("authorize",), _outside)


@defect(
    "account-closed-to-members",
    "Only the owner's role was put into the policy of the new route.",
    breaks=on("account", ".member-reads"),
)
def _(faults: Faults) -> None:
    def refuse(call: Call, inner: Run) -> object:
        return itwin_not_found() if call.user.role == "reader" else inner(call)

    faults.wrap(SHORT["account"], "authorize", refuse)
