"""A body that breaks its schema in one member is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from conformance.checks.statuses import carried_out, refused
from conformance.claims.applies import body_members
from conformance.claims.schemas import deref
from conformance.errors import NotJudged
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.world.requests import Draft

TOO_LONG: Final = 100_000
ABOUT_OTHERS: Final = frozenset({401, 403, 404, 405, 409, 410, 429})
"""Refusals that say nothing of a body: who asks, what is there, how often."""


@rule("missing-member")
def refuses_a_missing_member(case: Case) -> None:
    """Judge that a body without a required member is refused."""
    draft = _anew(case)
    body = {name: value for name, value in _body(draft).items() if name != case.member}
    _refused(case, replace(draft, json=body), f"without {case.member}")


@rule("mistyped-member")
def refuses_a_mistyped_member(case: Case) -> None:
    """Judge that a member of a type that nothing converts is refused."""
    wrong: Any = "ct-no-such" if _schema(case).get("type") in {"array", "object"} else {"ct": ["no scalar"]}
    draft = _anew(case)
    _refused(
        case, replace(draft, json={**_body(draft), case.member: wrong}), f"with {case.member} of another type"
    )


@rule("out-of-bound-member")
def refuses_a_member_beyond_its_bounds(case: Case) -> None:
    """Judge that a member that is longer, smaller or greater than its bounds is refused."""
    value = next(_beyond(_schema(case)), None)
    if value is None:
        raise NotJudged("no value beyond the bounds can be made")
    draft = _anew(case)
    _refused(
        case,
        replace(draft, json={**_body(draft), case.member: value}),
        f"with {case.member} beyond its bounds",
    )


@rule("unlisted-member-value")
def refuses_an_unlisted_value(case: Case) -> None:
    """Judge that a value that an enumeration does not list is refused."""
    draft = _anew(case)
    body = {**_body(draft), case.member: "ct-no-such-value"}
    _refused(case, replace(draft, json=body), f"with {case.member} not of the enumeration")


@rule("extra-member")
def refuses_an_extra_member(case: Case) -> None:
    """Judge that a member that the schema forbids is refused."""
    draft = _anew(case)
    _refused(
        case,
        replace(draft, json={**_body(draft), "ctNoSuchMember": "ct"}),
        "with a member that it may not have",
    )


@rule("duplicate-member")
def refuses_a_duplicate(case: Case) -> None:
    """Judge that a second thing with the same value of a unique member is refused."""
    first = _anew(case)
    made = case.send(first)
    if not carried_out(made):
        raise NotJudged(f"the first was refused: {made.summary()}", (made.id,))
    second = _anew(case)
    taken = _body(first).get(case.member)
    sent = case.send(replace(second, json={**_body(second), case.member: taken}))
    must(not carried_out(sent), f"a refusal of a {case.member} that is taken", sent)
    if not refused(sent):
        raise NotJudged(f"the second was answered with {sent.summary()}", (sent.id,))


def _refused(case: Case, draft: Draft, how: str) -> None:
    control = case.control().exchange
    sent = case.send(draft)
    actual = f"{sent.summary()} (the valid body: {control.summary()})"
    must(not carried_out(sent), f"a refusal (4xx) of a body {how}", sent, actual)
    if not refused(sent) or sent.status in ABOUT_OTHERS:
        raise NotJudged(
            f"a body {how} was answered with {sent.summary()}, which says nothing of it", (sent.id,)
        )


def _anew(case: Case) -> Draft:
    """Return the operation's valid request with new names, so that no name of it is taken."""
    valid = case.control()
    if case.sender.created_by(case.endpoint) is not None or not case.endpoint.path_names:
        return case.sender.renewed(valid.draft)
    thing = case.world.get(case.own_slot())
    return case.about(thing) if thing.ours else case.world.again(valid.draft)


def _body(draft: Draft) -> dict[str, Any]:
    if not isinstance(draft.json, dict):
        raise NotJudged("the valid request has no JSON object as its body")
    return draft.json


def _schema(case: Case) -> dict[str, Any]:
    return deref(case.endpoint.document, body_members(case.endpoint)[0].get(case.member))


def _beyond(schema: dict[str, Any]) -> Iterator[Any]:
    most, least = schema.get("maxLength"), schema.get("minLength")
    if isinstance(most, int) and most < TOO_LONG:
        yield "x" * (most + 1)
    if isinstance(schema.get("maximum"), int | float) and schema.get("exclusiveMaximum") is not True:
        yield schema["maximum"] + 1
    if isinstance(schema.get("minimum"), int | float):
        yield schema["minimum"] - 1
    if isinstance(least, int) and least > 0 and schema.get("type") == "string":
        yield ""
