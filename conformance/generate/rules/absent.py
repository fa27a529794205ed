"""What is not there is not found: unknown ids, deleted things, things below another parent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from conformance.checks.statuses import carried_out, refused
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.world.slots import slots_of
from conformance.generate.world.thing import Thing, body_of, differing, shows, subject

NOT_FOUND: Final = frozenset({404, 410})
MARKED: Final = re.compile(
    r"delet|archiv|stat(e|us)|activ|trash|remov|enabl|disabl|tombstone|expir", re.IGNORECASE
)
"""Members by which a thing may be marked as deleted."""


@rule("unknown-id")
def refuses_an_unknown_id(case: Case) -> None:
    """Judge that an id that nothing has is answered with 404."""
    control = case.control()
    known = case.world.get(case.own_slot())
    if not known.confirmed:
        raise NotJudged("no read confirmed an id of this form", (control.exchange.id,))
    sent = case.send(case.about(case.world.get(case.own_slot(), "unknown")))
    must(not carried_out(sent), "404", sent)
    if sent.status not in NOT_FOUND:
        # The id that we made up may break a format that no schema says.
        raise NotJudged(f"an unknown id was answered with {sent.summary()}", (sent.id,))


@rule("gone-after-delete")
def is_gone_after_its_delete(case: Case) -> None:
    """Judge that what was deleted is not read any more."""
    case.control()
    thing = case.our_thing(fresh=True)
    before = case.read(thing)
    deleted = case.send(case.about(thing))
    if deleted.status not in {200, 204}:
        raise NotJudged(f"the DELETE was answered with {deleted.summary()}", (deleted.id,))
    after = case.sender.eventually(lambda: _seen(case, thing), lambda seen: not carried_out(seen))
    if not carried_out(after):
        if after.status not in NOT_FOUND:
            raise NotJudged(f"after its DELETE a read is answered with {after.summary()}", (after.id,))
        return
    changed = differing(subject(body_of(before), thing.id), subject(body_of(after), thing.id))
    if any(map(MARKED.search, changed)):
        raise NotJudged("after its DELETE it is shown as deleted", (deleted.id, after.id))
    raise Violation("404 after the DELETE", after.summary(), (before.id, deleted.id, after.id))


def _seen(case: Case, thing: Thing) -> Exchange:
    seen = case.world.read(thing)
    if seen is None:
        raise NotJudged("the definition has no read of it")
    return seen


@rule("wrong-parent")
def is_not_below_another_parent(case: Case) -> None:
    """Judge that a thing is neither read nor changed below a parent that is there and is not its own."""
    case.control()
    slots = slots_of(case.endpoint.path)
    thing = case.our_thing(fresh=not case.endpoint.safe)
    parent = case.world.fresh(slots[-2].prefix)
    if not parent.confirmed or parent.id == thing.params.get(slots[-2].name):
        raise NotJudged("there is no second parent that a read confirmed")
    before = case.read(thing)
    draft = case.about(thing)
    if case.endpoint.method == "PUT":
        case.world.undoing.invented.add(thing.id)  # what is made under its id below the other parent is ours
    sent = case.send(replace(draft, params={**draft.params, **parent.params, slots[-1].name: thing.id}))
    if not carried_out(sent):
        if not refused(sent):
            raise NotJudged(f"below another parent: {sent.summary()}", (sent.id,))
        return
    evidence = (before.id, sent.id)
    if case.endpoint.safe:
        if not any(shows(sent, mark) for mark in thing.marks) and sent.content != before.content:
            raise NotJudged("what is shown below another parent is another thing", evidence)
        raise Violation("404 below another parent", f"{sent.summary()} with the same thing", evidence)
    after = _seen(case, thing)
    if carried_out(after) and not list(differing(body_of(before), body_of(after))):
        raise NotJudged(f"{sent.summary()} below another parent, and nothing changed", (*evidence, after.id))
    raise Violation(
        "404 below another parent", f"{sent.summary()}, and it was carried out", (*evidence, after.id)
    )
