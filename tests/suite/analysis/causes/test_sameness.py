"""What operations share and break is one cause, and so is what one of them shows in several ways."""

from dataclasses import replace

from conformance.analysis.causes import causes_of
from conformance.results.verdicts import Outcome, Verdict

from .recorded import CATALOGUE, FOUND, found

OWNED = "associateRealityData's 409"


def test_operations_that_crash_on_the_same_have_one_cause() -> None:
    """What they share is broken once; what only happens at the same time is not the same."""
    crash = ("status 404", "500 (text/plain): an error")
    associate = found(
        "reality-management.associate.unknown-reality-data-not-found", "associateRealityData", *crash
    )
    move = found("reality-management.move.unknown-reality-data-not-found", "moveRealityData", *crash)
    body = found("reality-management.move.body-required", "moveRealityData", *crash)
    held = Verdict("itwins.account.answers-200", "getITwinAccount", move.level, Outcome.PASS)
    (cause,) = causes_of([associate, move, held], {}, CATALOGUE)
    assert cause.sentence == (
        "associateRealityData and moveRealityData crash (500) on an unknown reality data id"
    )
    assert len(causes_of([associate, body], {}, CATALOGUE)) == 2


def test_an_operation_that_only_set_up_sees_crash_belongs_to_the_crash_of_another() -> None:
    """No requirement of its own shows on what it crashes; what the crash leaves out is no second fault."""
    other = "createRepositoryResource"
    exchange = replace(next(iter(FOUND["create_answers_200"][1].values())), id="x1", status=500)
    crash = ("status 404", "500 (text/plain): an error")
    verdicts = [
        found("itwins.account.unknown-itwin-not-found", "getITwinAccount", *crash),
        found("platform.status.documented", other, "", "500: status 500, which the page does not list"),
        found("platform.reply.correlation-id", other, "", "500: no x-correlation-id header"),
    ]
    (cause,) = causes_of(
        [verdicts[0], *(replace(each, evidence=("x1",)) for each in verdicts[1:])],
        {"x1": exchange},
        CATALOGUE,
    )
    assert cause.sentence == "every operation crashes (500) on an unknown iTwin"


def test_operations_that_refuse_alike_have_one_cause() -> None:
    """The same status in place of the same one, or of a success, comes from what they share."""
    held = Verdict("itwins.account.answers-200", "getITwinAccount", CATALOGUE.rows[
        "itwins.account.answers-200"].level, Outcome.PASS)  # fmt: skip
    malformed = [
        found(
            "reality-management.associate.malformed-itwin-invalid",
            "associateRealityData",
            "status 422",
            "400 A",
        ),
        found("reality-management.move.body-required", "moveRealityData", "status 422", "400 A"),
    ]
    (cause,) = causes_of([*malformed, held], {}, CATALOGUE)
    assert cause.sentence.startswith("associateRealityData and moveRealityData answer 400 instead of 422 to ")
    right = [
        found("reality-management.associate.answers-200", "associateRealityData", "status 200", "409 A"),
        found("reality-management.move.answers-204", "moveRealityData", "status 204", "409 B"),
    ]
    (cause,) = causes_of([*right, held], {}, CATALOGUE)
    assert cause.sentence.startswith(
        "associateRealityData and moveRealityData refuse (409) what they must accept"
    )
    other = replace(right[1], actual="403 B")
    assert len(causes_of([right[0], other, held], {}, CATALOGUE)) == 2


def test_an_empty_code_is_one_cause_wherever_it_shows() -> None:
    """The page's code is missed, and so is any code; of two operations as of one."""
    verdicts = [
        found(row, operation, expected, actual)
        for operation, row, code in (
            ("associateRealityData", "reality-management.associate.conflict-code", "AssociationExists"),
            ("moveRealityData", "reality-management.move.conflict-code", "AlreadyExists"),
        )
        for row, expected, actual in (
            (row, f"/error/code = '{code}'", "/error/code = ''"),
            ("platform.error.code", "", "409: code ''"),
        )
    ]
    (alone,) = causes_of(verdicts[:2], {}, CATALOGUE)
    assert alone.sentence == f"{OWNED} has an empty error code instead of AssociationExists"
    (both,) = causes_of(verdicts, {}, CATALOGUE)
    assert both.sentence == (
        "the 409 of every operation has an empty error code instead of AssociationExists or AlreadyExists"
    )
    (check,) = causes_of(verdicts[1:2], {}, CATALOGUE)
    assert check.sentence == f"{OWNED} carries no error code"


def test_a_member_under_another_name_is_one_cause() -> None:
    """One that is lacking and one that is too many, the one without a name too."""
    operation = "getITwinAccount"
    lacks = found(
        "platform.body.success-as-documented", operation, "", "200: /iTwin: 'number' is a required property"
    )
    allowed = "no other members than id, number"
    for extra in ("numberX", "''"):
        more = found("itwins.account.minimal", operation, allowed, f"also {extra}")
        (cause,) = causes_of([lacks, more], {}, CATALOGUE)
        assert cause.sentence == f"{operation}'s 200 lacks the member iTwin.number"


def test_a_member_of_each_detail_that_is_another_type_is_one_cause() -> None:
    """Of every operation whose schema says so and of every one whose schema does not."""
    shape = found(
        "platform.error.envelope",
        "moveRealityData",
        "",
        "422 A: /error/details/0/code: [] is not of type 'string'",
    )
    operation = "createRepositoryResource"
    verdicts = [
        shape,
        found("platform.error.details", operation, "", "422 A: /error/details/0/code is []"),
        found(
            *("itwins.resource.id-required-detail", operation),
            *("a detail with target id and code MissingRequiredProperty", "[] on 'id'"),
        ),
    ]
    (cause,) = causes_of(verdicts, {}, CATALOGUE)
    assert len(cause.explains) == 3
    (alone,) = causes_of(verdicts[1:], {}, CATALOGUE)
    assert alone.sentence == f"{operation}'s refusals have [] as the code of a detail"


def test_a_wrong_code_is_one_cause_with_the_check_of_every_code() -> None:
    """A scenario that waits for the code and the check that knows it see the same."""
    operation = "createRepositoryResource"
    exchange = replace(next(iter(FOUND["create_answers_200"][1].values())), id="x1", status=422)
    wrong = found(
        "itwins.resource.id-required", operation, "/error/code = 'InvalidiTwinsRequest'", "/error/code = 'X'"
    )
    check = found("platform.error.code", operation, "", "422: code 'X', not InvalidiTwinsRequest")
    (cause,) = causes_of([replace(wrong, evidence=("x1",)), check], {"x1": exchange}, CATALOGUE)
    assert cause.sentence == f"{operation}'s 422 lost its error code: X instead of InvalidiTwinsRequest"


def test_a_code_that_every_error_lacks_is_one_cause_whatever_sees_it() -> None:
    """The schema misses the member, the check of every code and a scenario miss the code."""
    operation = "associateRealityData"
    verdicts = [
        found(
            *("platform.error.envelope", operation, ""),
            "409: /error: 'code' is a required property",
        ),
        found("platform.error.code", operation, "", "409: code None"),
        found(
            *("platform.auth.missing-token-code", operation),
            *("/error/code = 'HeaderNotFound'", "/error/code = absent"),
        ),
    ]
    (cause,) = causes_of(verdicts, {}, CATALOGUE)
    assert cause.sentence == f"{operation}'s errors lack the member error.code"
    empty = [verdicts[1], replace(verdicts[2], actual="/error/code = ''")]
    (cause,) = causes_of(empty, {}, CATALOGUE)
    assert cause.sentence == f"{OWNED} has an empty error code instead of HeaderNotFound"
