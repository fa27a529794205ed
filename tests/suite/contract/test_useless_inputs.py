"""The second matrix: useless inputs and the requirements that they are the input of. None of them passes.

A target may be right, or it may forget the very check: with an input that is refused for another reason both
look the same, so nobody can judge, and the reason names the input.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr

from conformance.emulator.serving import Served
from conformance.targets.model import Role, Target
from tests.suite.contract.runs import emulator, judged

Change = Callable[[Served, Target], Target]
RM, IT = "reality-management", "itwins"


@dataclass(frozen=True)
class Useless:
    """An input that proves nothing: how it gets into the targets file, whose input it is, what is said of it.

    `defects` forget the check that the input would have shown.
    """

    name: str
    change: Change
    requirements: tuple[str, ...]
    defects: tuple[str, ...]
    reason: str


def role(name: str, other: str, *, instead: bool = True) -> Change:
    """Give a role another one's credentials; `instead` takes the other one out of the targets file."""

    def change(_: Served, target: Target) -> Target:
        roles: dict[str, Role] = {**target.roles, name: target.roles[other]}
        if instead:
            del roles[other]
        return target.model_copy(update={"roles": roles})

    return change


def role_token(name: str, token: Callable[[Served], str]) -> Change:
    """Give a role a ready token."""
    return lambda served, target: target.model_copy(
        update={"roles": {**target.roles, name: Role(token=SecretStr(token(served)))}}
    )


def ready(name: str, token: Callable[[Served], str]) -> Change:
    """Put a ready token into the targets file."""
    return lambda served, target: target.model_copy(
        update={"tokens": {**target.tokens, name: SecretStr(token(served))}}
    )


def fixture(name: str, value: str = "") -> Change:
    """Let a fixture name another one's iTwin, or one that is not there."""
    return lambda _, target: target.model_copy(
        update={"fixtures": {**target.fixtures, name: target.fixtures.get(value) or str(uuid.uuid4())}}
    )


def signed(served: Served, scope: str = "itwin-platform", **claims: Any) -> str:
    """Return a token of the owner with these claims in the place of good ones, signed by the emulator."""
    issuer = served.emulator.services.issuer
    return issuer.sign(issuer.claims(served.credentials["owner"].client_id, [scope], **claims))


def ran_out(**claims: Any) -> Callable[[Served], str]:
    """Return what makes a token that ran out a minute ago."""
    return lambda served: signed(served, **{"nbf": time.time() - 900, "exp": time.time() - 60} | claims)


def permissions() -> list[Useless]:
    """Return the roles that lack more, or less, than the one permission."""
    needs: Mapping[str, tuple[str, str]] = {
        "realitydata_create": (f"{RM}.associate.needs-realitydata-create", "associate-forgets-create"),
        "realitydata_assign": (f"{RM}.associate.needs-realitydata-assign", "associate-forgets-assign"),
        "realitydata_manage": (f"{RM}.move.needs-realitydata-manage", "move-forgets-manage"),
        "itwins_modify": (f"{IT}.resource.needs-itwins-modify", "resource-forgets-modify"),
    }
    found = []
    for permission, (requirement, defect) in needs.items():
        name = f"no_{permission}"
        does = f"role {name} must hold every permission but {permission}, and is seen to do nothing"
        found += [
            Useless(f"{name} may nothing", role(name, "reader"), (requirement,), (defect,), does),
            Useless(f"{name} is no member", role(name, "outsider"), (requirement,), (defect,), does),
            Useless(
                f"{name} is the owner", role(name, "owner", instead=False), (requirement,), (defect,),
                f"role {name} has the credentials of role owner",
            ),
        ]  # fmt: skip
    create, defect = needs["realitydata_create"]
    return [
        *found,
        *(
            Useless(
                f"no_{permission} lacks nothing",
                role(f"no_{permission}", "partial"), (requirement,), (defect,),
                f"role no_{permission} holds {permission} on the run's iTwins",
            )
            for permission, (requirement, defect) in needs.items()
        ),
        Useless(
            "no_realitydata_create lacks another permission",
            role("no_realitydata_create", "no_realitydata_assign"), (create,), (defect,),
            "role no_realitydata_create ",
        ),
        Useless(
            "two roles with the same credentials",
            role("no_realitydata_create", "no_realitydata_assign", instead=False), (create,), (defect,),
            "role no_realitydata_create has the credentials of role no_realitydata_assign",
        ),
    ]  # fmt: skip


DAY: Final = 86400
READER: Final = (
    f"{RM}.associate.reader-forbidden",
    f"{RM}.move.reader-forbidden",
    f"{IT}.resource.reader-forbidden",
    f"{RM}.associate.forbidden-code",
    f"{RM}.move.forbidden-code",
    f"{IT}.resource.forbidden-code",
    f"{IT}.account.member-reads",
)
OUTSIDER: Final = (
    f"{RM}.associate.outsider-refused",
    f"{RM}.move.outsider-refused",
    f"{IT}.resource.outsider-refused",
    f"{IT}.account.outsider-refused",
)
BORDER: Final = (
    f"{RM}.associate.foreign-itwin-refused",
    f"{RM}.associate.foreign-reality-data-refused",
    f"{RM}.move.other-organization-refused",
    f"{RM}.move.foreign-reality-data-refused",
    f"{IT}.resource.foreign-itwin-refused",
)
PARTIAL: Final = (
    f"{RM}.associate.needs-permission-on-the-itwin",
    f"{RM}.move.needs-permission-on-the-destination",
    f"{RM}.move.needs-permission-on-the-source",
    f"{IT}.resource.needs-permission-on-the-itwin",
)
ADMINISTRATOR: Final = (
    f"{RM}.associate.administrator-allowed",
    f"{RM}.move.administrator-allowed",
    f"{IT}.resource.administrator-allowed",
)
OPEN_TO_READERS: Final = tuple(f"{short}-open-to-readers" for short in ("associate", "move", "resource"))
OPEN_TO_OUTSIDERS: Final = (
    *(f"{short}-open-to-outsiders" for short in ("associate", "move", "resource", "account")),
)
REACHES: Final = (
    "associate-reaches-foreign-itwins",
    "associate-takes-foreign-reality-data",
    "move-forgets-organizations",
    "resource-created-in-foreign-itwins",
)
ONE_SIDE: Final = (
    "associate-checks-source-only",
    "move-checks-source-only",
    "resource-permission-of-any-itwin-counts",
)
TOKENS: Final = {
    "expired": ("expired-token", "expired-token-accepted"),
    "not_yet_valid": ("not-yet-valid", "future-token-accepted"),
    "other_issuer": ("other-issuer", "token-of-any-issuer-accepted"),
    "wrong_scope": ("wrong-scope", "scope-not-checked"),
}


def tokens() -> list[Useless]:
    """Return ready tokens that are refused for something else than their own fault."""
    future = {"nbf": time.time() + DAY, "exp": time.time() + 2 * DAY}  # however long the tests take
    texts: dict[str, list[tuple[str, Callable[[Served], str], str]]] = {
        "expired": [
            ("is good", signed, "has not expired"),
            ("lacks the scope", ran_out(scope="another"), "lacks the scope itwin-platform"),
            ("is of another issuer", ran_out(iss="https://another"), "is of another issuer"),
        ],
        "not_yet_valid": [
            ("is good", signed, "is valid already"),
            ("ran out", ran_out(), "ran out"),
            ("lacks the scope", lambda s: signed(s, "another", **future), "lacks the scope itwin-platform"),
        ],
        "other_issuer": [
            ("is good", signed, "is of the same issuer"),
            ("ran out", ran_out(iss="https://another"), "ran out"),
        ],
        "wrong_scope": [
            ("is good", signed, "has the scope itwin-platform"),
            ("ran out", ran_out(scope="another"), "ran out"),
            ("is not valid yet", lambda s: signed(s, "another", **future), "is not valid yet"),
        ],
    }
    found = []
    for name, (requirement, defect) in TOKENS.items():
        everywhere = [
            ("is undefined", lambda _: "$(QA_TOKEN)", "is a variable that nobody filled in"),
            ("is garbage", lambda _: "garbage", "is no JWT"),
            *texts[name],
        ]
        found += [
            Useless(
                f"{name} {what}",
                ready(name, token),
                (f"platform.auth.{requirement}",),
                (defect,),
                f"tokens.{name} {why}",
            )
            for what, token, why in everywhere
        ]
    return found


CASES: Final = (
    *permissions(),
    *tokens(),
    Useless(
        "reader sees nothing", role("reader", "outsider"), READER, OPEN_TO_READERS,
        "role reader is no member",
    ),
    Useless(
        "reader is the owner", role("reader", "owner", instead=False), READER, OPEN_TO_READERS,
        "role reader has the credentials of role owner",
    ),
    Useless(
        "reader may write", role("reader", "partial"), READER[:3], OPEN_TO_READERS, "role reader holds ",
    ),
    Useless(
        "partial may everything there, too", role("partial", "administrator"), PARTIAL, ONE_SIDE,
        "on fixture iTwin",
    ),
    Useless(
        "outsider is the owner", role("outsider", "owner", instead=False), (*OUTSIDER, *BORDER),
        OPEN_TO_OUTSIDERS, "role outsider has the credentials of role owner",
    ),
    Useless(
        "outsider is the owner by another way", role_token("outsider", signed), (*OUTSIDER, *BORDER),
        OPEN_TO_OUTSIDERS, "role outsider is the same user as role owner",
    ),
    Useless(
        "outsider is a colleague", role("outsider", "reader"), (*OUTSIDER, *BORDER), OPEN_TO_OUTSIDERS,
        "role outsider belongs to the owner's organization",
    ),
    Useless(
        "outsider gets nothing anywhere", role_token("outsider", ran_out(sub="nobody")), (*OUTSIDER, *BORDER),
        OPEN_TO_OUTSIDERS, "role outsider is seen to get nothing",
    ),
    Useless(
        "administrator is the owner", role("administrator", "owner", instead=False), ADMINISTRATOR,
        tuple(f"{short}-refuses-administrators" for short in ("associate", "move", "resource")),
        "role administrator has the credentials of role owner",
    ),
    Useless(
        "partial may nothing", role("partial", "reader"), PARTIAL, ONE_SIDE,
        "role partial must hold every permission elsewhere",
    ),
    Useless(
        "partial is the owner", role("partial", "owner", instead=False), PARTIAL, ONE_SIDE,
        "role partial has the credentials of role owner",
    ),
    Useless(
        "foreign iTwin was deleted", fixture("foreign_itwin_id"), BORDER, REACHES,
        "fixtures.foreign_itwin_id: the outsider, who should see it, gets 404",
    ),
    Useless(
        "foreign iTwin is ours", fixture("foreign_itwin_id", "partial_itwin_id"), BORDER, REACHES,
        "fixtures.foreign_itwin_id",
    ),
    Useless(
        "iTwin with guests was deleted", fixture("foreign_member_itwin_id"), BORDER[2:3], REACHES,
        "fixtures.foreign_member_itwin_id: the owner, who should see it, gets 404",
    ),
    Useless(
        "iTwin with guests is ours", fixture("foreign_member_itwin_id", "partial_itwin_id"), BORDER[2:3],
        REACHES, "fixtures.foreign_member_itwin_id belongs to the owner's organization",
    ),
    Useless(
        "iTwin of another data center was deleted", fixture("other_data_center_itwin_id"),
        (f"{RM}.move.other-data-center-refused",), ("move-across-data-centers",),
        "fixtures.other_data_center_itwin_id: the owner, who should see it, gets 404",
    ),
    Useless(
        "iTwin of another data center is in the same",
        fixture("other_data_center_itwin_id", "partial_itwin_id"),
        (f"{RM}.move.other-data-center-refused",), ("move-across-data-centers",),
        "fixtures.other_data_center_itwin_id is in East US",
    ),
    Useless(
        "partial iTwin was deleted", fixture("partial_itwin_id"), PARTIAL, ONE_SIDE,
        "fixtures.partial_itwin_id: role partial, who should see it, does not",
    ),
    Useless(
        "iTwin of the run was deleted", fixture("itwin_id"),
        (f"{IT}.account.outsider-refused", f"{RM}.associate.outsider-refused"),
        ("account-open-to-outsiders", "associate-open-to-outsiders"),
        "fixtures.itwin_id: the owner, who should see it, gets 404",
    ),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("forgetful", [False, True], ids=["right", "forgetful"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_no_requirement_passes_on_a_useless_input(case: Useless, forgetful: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    """Whether the target checks or forgets to, the verdict is that nobody can judge, and names the input."""
    with emulator(*(case.defects if forgetful else ())) as (served, target):
        _, document = judged(case.change(served, target), tmp_path, case.requirements)
    assert document["verdicts"]
    for verdict in document["verdicts"]:
        said = f"{verdict['requirement']}@{verdict['operation']}: {verdict['verdict']} {verdict['reason']}"
        assert verdict["verdict"] in {"CANNOT_JUDGE", "NOT_APPLICABLE"}, said
        assert case.reason in verdict["reason"], said
    assert not document["harness_errors"]
