"""What was refused changed nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from conformance.checks.statuses import carried_out, refused
from conformance.claims.applies import body_members, is_closed
from conformance.claims.schemas import deref
from conformance.errors import NotApplicable, NotJudged, Violation
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.rules.lists import whole_list
from conformance.generate.rules.written import changed_body
from conformance.generate.world.requests import Draft
from conformance.generate.world.thing import body_of, shows, subject
from conformance.generate.world.values import OWN, kind_of

UNKNOWN: Final = "ctUnknownMember"
KINDS = frozenset({"integer", "number", "boolean", "array", "object", "string"})


@rule("refused-changes-nothing")
def changes_nothing_when_refused(case: Case) -> None:
    """Judge that after a write that was refused a read shows what it showed before."""
    case.control()
    if case.endpoint.method == "POST":
        _makes_nothing(case)
        return
    thing = case.our_thing()
    before = case.read(thing)
    shown = subject(body_of(before), thing.id) or {}
    draft = case.about(thing)
    right, changed = changed_body(case, draft.json, shown)
    wrong = _partly_wrong(case, right, changed)
    sent = case.send(replace(draft, json=wrong))
    if not refused(sent):
        raise NotJudged(f"the wrong body was not refused: {sent.summary()}", (sent.id,))
    after = case.read(thing)
    found = (subject(body_of(after), thing.id) or {}).get(changed)
    if found != shown.get(changed):
        actual = f"{sent.summary()}, and {changed} changed"
        raise Violation("nothing changed by a refused write", actual, (before.id, sent.id, after.id))


def _makes_nothing(case: Case) -> None:
    """Judge a creation that is refused by the list, in which one that is not refused is seen."""
    slot = case.sender.created_by(case.endpoint)
    listing = case.world.collection(slot, "GET") if slot else None
    if slot is None or listing is None:
        raise NotJudged("no list shows what was created")
    made = case.world.fresh(slot)
    draft = case.sender.renewed(case.control().draft)
    draft = replace(draft, params={n: made.params.get(n, v) for n, v in draft.params.items()})
    right = _body(draft)
    name = next((n for n, v in right.items() if isinstance(v, str) and OWN in v), "")
    if not name:
        raise NotJudged("the body has no name by which a list would show it")
    reading = case.sender.succeeded(listing).draft
    params = {n: made.params.get(n, v) for n, v in reading.params.items()}
    sent = case.send(replace(draft, json=_partly_wrong(case, right, name)))
    if not refused(sent):
        raise NotJudged(f"the wrong body was not refused: {sent.summary()}", (sent.id,))
    after = case.send(replace(whole_list(reading), params=params))
    if not carried_out(after) or not any(shows(after, mark) for mark in made.marks):
        raise NotJudged("the list does not show what was created either", (after.id,))
    must(
        not shows(after, right[name]),
        "a list without what was refused",
        after,
        f"the list shows {right[name]}",
    )


def _body(draft: Draft) -> dict[str, Any]:
    if not isinstance(draft.json, dict):
        raise NotJudged("the body is no object")
    return draft.json


def _partly_wrong(case: Case, body: dict[str, Any], right: str) -> dict[str, Any]:
    """Return the body with one wrong member beside the `right` one: of a type that nothing converts.

    Where there is no other, an unknown one is wrong in a body that may have none.
    """
    found, _ = body_members(case.endpoint)
    kinds = {name: kind_of(deref(case.endpoint.document, node)) for name, node in sorted(found.items())}
    usable = [name for name, kind in kinds.items() if kind in KINDS and name != right]
    name = next((n for n in usable if n in body), usable[0] if usable else "")
    if not name and is_closed(case.endpoint):
        return {**body, UNKNOWN: 1}
    if not name:
        raise NotApplicable("no member can be made wrong beside one that is right")
    return {**body, name: "ct-no-such" if kinds[name] in {"array", "object"} else {"ct": ["no scalar"]}}
