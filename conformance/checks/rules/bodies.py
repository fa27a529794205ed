"""A body that breaks its schema in one member is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from conformance.checks.rules.case import Case, must, rule
from conformance.checks.statuses import carried_out
from conformance.claims.endpoints import deref
from conformance.claims.rules import body_members
from conformance.errors import NotJudged
from conformance.exchange.model import Undo
from conformance.generate.world.requests import Draft

TOO_LONG: Final = 100_000


@rule("missing-member")
def refuses_a_missing_member(case: Case) -> None:
    """A body without a required member is refused."""
    _, draft, _ = case.control()
    _refused(case, {name: value for name, value in _body(draft).items() if name != case.member}, f"without {case.member}")


@rule("mistyped-member")
def refuses_a_mistyped_member(case: Case) -> None:
    """A member of a type that nothing converts is refused."""
    _, draft, _ = case.control()
    wrong: Any = "ct-no-such" if _schema(case).get("type") in {"array", "object"} else {"ct": ["no scalar"]}
    _refused(case, {**_body(draft), case.member: wrong}, f"with {case.member} of another type")


@rule("out-of-bound-member")
def refuses_a_member_beyond_its_bounds(case: Case) -> None:
    """A member that is longer, smaller or greater than its bounds is refused."""
    _, draft, _ = case.control()
    for value in _beyond(_schema(case)):
        _refused(case, {**_body(draft), case.member: value}, f"with {case.member} beyond its bounds")
        return
    raise NotJudged("no value beyond the bounds can be made")


@rule("unlisted-member-value")
def refuses_an_unlisted_value(case: Case) -> None:
    """A value that an enumeration does not list is refused."""
    _, draft, _ = case.control()
    _refused(case, {**_body(draft), case.member: "ct-no-such-value"}, f"with {case.member} not of the enumeration")


@rule("duplicate-member")
def refuses_a_duplicate(case: Case) -> None:
    """A second thing with the same value of a unique member is refused."""
    _, draft, _ = case.control()
    again = dict(_body(next(case.world.drafts.drafts(case.endpoint, draft.params))))
    _refused(case, {**again, case.member: _body(draft).get(case.member)}, f"with a {case.member} that is taken")


def _refused(case: Case, body: Any, how: str) -> None:
    control, draft, _ = case.control()
    sent = case.world.send(case.world.drafts.request(replace(draft, json=body), undo=_undo(case)), "owner")
    must(not carried_out(sent), f"a refusal (4xx) of a body {how}", sent, f"{sent.summary()} (the valid body: {control.summary()})")


def _undo(case: Case) -> Undo | None:
    """Return how to delete what a wrong body would create."""
    slot = case.sender.created_by(case.endpoint)
    if slot is None:
        return None
    producer = next(p for p in case.world.producers.table[slot] if p.operation == case.endpoint.id)
    _, draft, _ = case.control()
    return case.world.undo_of(case.world.producers.slots[slot], draft.params, producer) if producer.place == "response" else None


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
