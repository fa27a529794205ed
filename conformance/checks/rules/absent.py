"""What is not there is not found: unknown ids, deleted things, things below another parent."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from conformance.checks.rules.case import Case, must, rule
from conformance.checks.statuses import carried_out
from conformance.errors import NotJudged
from conformance.generate.world.producers import slots_of
from conformance.generate.world.requests import Draft

NOT_FOUND: Final = frozenset({404, 410})


@rule("unknown-id")
def refuses_an_unknown_id(case: Case) -> None:
    """An id that nothing has is answered with 404."""
    case.control()
    thing = case.world.get(case.own_slot(), "unknown")
    sent = case.send(case.about(thing))
    must(not (carried_out(sent) or (sent.status or 0) >= 500), "404", sent)  # noqa: PLR2004
    if sent.status not in NOT_FOUND:
        # The id that we made up may break a format that no schema says.
        raise NotJudged(f"an unknown id was refused with {sent.summary()}", (sent.id,))


@rule("gone-after-delete")
def is_gone_after_its_delete(case: Case) -> None:
    """What was deleted is not read any more."""
    case.control()
    thing = case.world.fresh(case.own_slot())
    before = case.world.read(thing)
    if before is None or not carried_out(before):
        raise NotJudged("what was created cannot be read", (before.id,) if before else ())
    deleted = case.send(_about(case, thing.params))
    if deleted.status not in {200, 204}:
        raise NotJudged(f"the DELETE was answered with {deleted.summary()}", (deleted.id,))
    after = case.world.read(thing)
    if after is not None and carried_out(after) and after.content != before.content:
        raise NotJudged("what is read after the DELETE is not what was read before: it may be marked as deleted", (after.id,))
    must(after is not None and not carried_out(after), "404 after the DELETE", after or deleted)


def _about(case: Case, params: object) -> Draft:
    _, draft, _ = case.control()
    values = {n: params[n] for n in case.endpoint.path_names}  # type: ignore[index] # a mapping by name
    return replace(draft, params=values)


@rule("wrong-parent")
def is_not_below_another_parent(case: Case) -> None:
    """A thing is not read below a parent that is there and is not its own."""
    control, draft, _ = case.control()
    slots = slots_of(case.endpoint.path)
    thing = case.world.get(slots[-1].prefix)
    if not thing.ours:
        raise NotJudged("nothing of ours stands below a parent")
    parent = case.world.fresh(slots[-2].prefix)
    if not parent.confirmed or parent.id == thing.params.get(slots[-2].name):
        raise NotJudged("there is no second parent")
    sent = case.send(replace(draft, params={**draft.params, slots[-1].name: thing.id, slots[-2].name: parent.id}))
    must(
        not carried_out(sent) or sent.content != control.content,
        "404 below another parent",
        sent,
        f"{sent.summary()} with the same body as below its own parent",
    )
