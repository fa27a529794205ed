"""One deviation of a target is one cause, with the same key wherever it shows and a sentence that says it."""

from dataclasses import replace

import pytest

from conformance.analysis.causes import causes_of
from conformance.results.causes import EVERY_OPERATION, Cause, Theme
from conformance.results.verdicts import Outcome, Verdict

from .recorded import CATALOGUE, FOUND, found

SINGLE = sorted(name for name in FOUND if "+" not in name)
PAIRS = sorted(name for name in FOUND if "+" in name)


def causes(name: str) -> tuple[Cause, ...]:
    """Return the causes of what a run found on a fault."""
    return causes_of(*FOUND[name], CATALOGUE)


@pytest.mark.parametrize("name", SINGLE)
def test_one_fault_is_one_cause_that_explains_everything(name: str) -> None:
    """However many requirements it violates: each is explained once."""
    (cause,) = causes(name)
    assert sorted(cause.explains) == sorted("@".join(verdict.pair) for verdict in FOUND[name][0])
    assert cause.operation in {EVERY_OPERATION, *(verdict.operation for verdict in FOUND[name][0])}


@pytest.mark.parametrize("name", PAIRS)
def test_two_faults_at_once_are_the_two_causes_that_each_has_alone(name: str) -> None:
    """The key of a cause does not depend on what else is wrong."""
    alone = {cause.key for single in name.split("+") for cause in causes(single)}
    assert {cause.key for cause in causes(name)} == alone


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("create_answers_200", "createRepositoryResource answers 200 instead of 201"),
        ("move_answers_202", "moveRealityData answers 202 instead of 204"),
        (
            "account_code_in_capitals",
            "getITwinAccount's 404 lost its error code: ITWIN_NOT_FOUND instead of iTwinNotFound",
        ),
        ("account_without_name", "getITwinAccount's 200 lacks the member iTwin.displayName"),
        (
            "associate_renames_a_member",
            (
                "associateRealityData's 200 has the undocumented member iTwinAssociation.iTwinID"
                " and lacks iTwinAssociation.iTwinId"
            ),
        ),
        (
            "any_scheme",
            "every operation accepts an Authorization that is not Bearer (200 or 201 or 204 instead of 401)",
        ),
        (
            "create_ignores_more",
            "createRepositoryResource accepts a body with an unknown member (201 instead of 422)",
        ),
        (
            "target_in_small_letters",
            (
                "createRepositoryResource's refusals name the member displayname instead of displayName"
                " in error.details"
            ),
        ),
        (
            "move_open_to_others",
            "moveRealityData accepts a user of another organization (204 instead of 403 or 404)",
        ),
    ],
)
def test_a_cause_says_what_is_wrong_in_the_words_of_the_api(name: str, sentence: str) -> None:
    """Operation, what it does, and what it does that instead of."""
    verdicts, exchanges = FOUND[name]
    held = [
        replace(verdicts[0], operation=operation, outcome=Outcome.PASS)
        for operation in CATALOGUE.operations
        if (verdicts[0].requirement, operation) not in {verdict.pair for verdict in verdicts}
    ]
    (cause,) = causes_of([*verdicts, *held], exchanges, CATALOGUE)
    assert cause.sentence == sentence


def test_ids_names_and_texts_of_the_server_do_not_change_a_key() -> None:
    """The same violation on other things, with another message and another seed."""
    keys = {
        causes_of(
            [
                found(
                    "reality-management.associate.answer-names-the-itwin",
                    "associateRealityData",
                    "",
                    f"200: /iTwinAssociation/iTwinId is '{one}', sent was '{two}'",
                ),
                found(
                    "platform.input.invalid-refused",
                    "moveRealityData",
                    "a refusal with status 404 or 422",
                    f"204 (smallest example found, seed {seed}: PATCH /x/{two} {{}})",
                ),
            ],
            {},
            CATALOGUE,
        )[0].key
        for seed, one, two in (
            (1, "6402ba8d-cbab-42e8-9418-623afe106026", "078c2ad9-70d1-43a6-ba50-eb6ff61eb3cb"),
            (2, "bdea193a-19cb-4f31-8b89-9648b0979752", "5dfe5f7e-dbda-4c7a-9397-bf6673f96be7"),
        )
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("requirement", "operation", "theme"),
    [
        ("platform.auth.expired-token", "moveRealityData", Theme.AUTHENTICATION),
        ("reality-management.move.outsider-refused", "moveRealityData", Theme.PERMISSIONS),
        ("itwins.resource.body-is-closed", "createRepositoryResource", Theme.INPUT),
        ("itwins.resource.duplicate-id-conflicts", "createRepositoryResource", Theme.STATE),
    ],
)
def test_a_cause_has_the_theme_of_what_its_requirement_observes(
    requirement: str, operation: str, theme: Theme
) -> None:
    """What must be refused and is accepted is a matter of tokens, of permissions, of input or of state."""
    (cause,) = causes_of([found(requirement, operation, "status 401", "204")], {}, CATALOGUE)
    assert cause.theme is theme


def test_what_a_seed_finds_is_named_only_where_nothing_else_shows_it() -> None:
    """A generated request and a scenario that see the same are one cause, named by the scenario."""
    generated = found(
        "platform.input.invalid-refused", "moveRealityData", "a refusal with status 404 or 422", "204"
    )
    scenario = found("reality-management.move.body-is-closed", "moveRealityData", "status 422", "204")
    (both,) = causes_of([generated, scenario], {}, CATALOGUE)
    (alone,) = causes_of([scenario], {}, CATALOGUE)
    assert (both.key, len(both.explains)) == (alone.key, 2)


def test_a_crash_that_comes_without_a_header_is_one_cause() -> None:
    """Where the service fails, its gateway or framework answers: what that leaves out is no second fault."""
    row, operation = "platform.reply.correlation-id", "createRepositoryResource"
    said = "no x-correlation-id header"
    crash = replace(
        found("itwins.resource.answers-201", operation, "status 201", "500 (text/plain): an error"),
        evidence=("x1",),
    )
    header = replace(found(row, operation, "", f"500 (text/plain): {said}"), evidence=("x1",))
    elsewhere = replace(header, actual=f"201 (application/json): {said}", evidence=("x2",))
    exchanges = {
        name: replace(next(iter(FOUND["create_answers_200"][1].values())), id=name, status=status)
        for name, status in (("x1", 500), ("x2", 201))
    }
    assert len(causes_of([crash, header], exchanges, CATALOGUE)) == 1
    assert len(causes_of([crash, elsewhere], exchanges, CATALOGUE)) == 2


def test_a_crash_names_what_it_does_to_the_rate_limit_too() -> None:
    """Where operations crash, 500 instead of 429 is the same fault."""
    limited = "platform.rate.limited-status"
    crashed = ("itwins.account.answers-200", "itwins.resource.answers-201")
    operations = ("getITwinAccount", "createRepositoryResource")
    verdicts = [
        found(name, operation, f"status {429 if name == limited else 200}", "500 (text/plain): an error")
        for row, operation in zip(crashed, operations, strict=True)
        for name in (row, limited)
    ]
    sentences = {cause.sentence for cause in causes_of(verdicts, {}, CATALOGUE)}
    assert sentences == {
        "getITwinAccount crashes (500) on an iTwin of the caller",
        "createRepositoryResource crashes (500) on a new id and a new name",
    }
    move = found(limited, "moveRealityData", "status 429", "204 without a body")
    account = found(limited, "getITwinAccount", "status 429", "204 without a body")
    held = Verdict(limited, "associateRealityData", account.level, Outcome.PASS)
    (cause,) = causes_of([account, move, held], {}, CATALOGUE)
    assert cause.sentence == (
        "getITwinAccount and moveRealityData accept a client that sends more than its tier allows "
        "(204 instead of 429)"
    )


def test_where_nobody_is_let_in_what_comes_after_is_the_same_cause() -> None:
    """The owner is refused: a body that should get 422, and creates that arrive at once, are refused too."""
    operation, refused = "createRepositoryResource", "403 InsufficientPermissions"
    verdicts = [
        found("itwins.resource.answers-201", operation, "status 201", refused),
        found("itwins.resource.id-required", operation, "status 422", refused),
        found(
            "itwins.resource.at-once-only-one-id-wins",
            operation,
            "statuses = [201, 409]",
            "statuses = [403, 403]",
        ),
    ]
    (cause,) = causes_of(verdicts, {}, CATALOGUE)
    assert cause.sentence.startswith(f"{operation} refuses (403 InsufficientPermissions) what it must accept")
    (alone,) = causes_of(verdicts[2:], {}, CATALOGUE)
    assert alone.sentence.startswith(
        f"{operation} breaks a rule (403 instead of 201) when requests arrive at"
    )


def test_where_right_requests_get_404_no_other_404_is_told_from_it() -> None:
    """A path that is not routed: no body is looked at, and the code of the 404 is that of the router."""
    operation, refused = "createRepositoryResource", "404 NotFound"
    exchange = replace(next(iter(FOUND["create_answers_200"][1].values())), id="x1", status=404)
    code = found(
        "itwins.resource.unknown-repository-not-found",
        operation,
        "/error/code = 'iTwinRepositoryNotFound'",
        "/error/code = 'NotFound'",
    )
    verdicts = [
        found("itwins.resource.answers-201", operation, "status 201", refused),
        found("itwins.resource.id-required", operation, "status 422", refused),
        replace(code, evidence=("x1",)),
    ]
    (cause,) = causes_of(verdicts, {"x1": exchange}, CATALOGUE)
    assert cause.sentence.startswith(f"{operation} refuses (404 NotFound) what it must accept")


def test_what_is_refused_after_a_crash_follows_from_it() -> None:
    """What was not carried out cannot be gone on from."""
    operation = "moveRealityData"
    crash = found(
        "reality-management.move.answers-204", operation, "status 204", "500 (text/plain): an error"
    )
    back = found("reality-management.move.and-back", operation, "status 204", "409 AlreadyExists")
    (cause,) = causes_of([crash, back], {}, CATALOGUE)
    assert "crashes (500)" in cause.sentence
    (alone,) = causes_of([back], {}, CATALOGUE)
    assert "refuses (409 AlreadyExists)" in alone.sentence


def test_no_violation_has_no_cause() -> None:
    """A run that conforms explains nothing."""
    row = CATALOGUE.rows["platform.auth.expired-token"]
    held = Verdict(row.id, "moveRealityData", row.level, Outcome.PASS)
    assert causes_of([held], {}, CATALOGUE) == ()


@pytest.mark.parametrize(
    ("header", "correlation"),
    [("3F1C2B7E-8F51-4D2A-9A3E-0C6F4F1D2B7E", "3F1C2B7E-8F51-4D2A-9A3E-0C6F4F1D2B7E"), ("Bearer x.y.z", "")],
)
def test_a_cause_says_where_its_owner_can_look_it_up(header: str, correlation: str) -> None:
    """The ids of the smallest proof; what is no GUID may be a secret that the server gave back."""
    verdicts, exchanges = FOUND["create_answers_200"]
    trace = "0af7651916cd43dd8448eb211c80319c"
    sent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    changed = {
        name: replace(each, headers={"X-Correlation-Id": header}, sent_headers=sent)
        for name, each in exchanges.items()
    }
    (cause,) = causes_of(verdicts, changed, CATALOGUE)
    assert (cause.correlation, cause.trace) == (correlation, trace)
    assert cause.lookup == ", ".join([f"correlation {correlation}"] * bool(correlation) + [f"trace {trace}"])
