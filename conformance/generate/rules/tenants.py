"""Another tenant's user neither sees nor changes what is ours."""

from __future__ import annotations

from dataclasses import replace

from conformance.checks.statuses import carried_out, refused
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.rules.lists import entries_of, slot_of, whole_list
from conformance.generate.world.thing import Thing, body_of, differing, own_texts, shows, subject
from conformance.generate.world.values import OWN

OUTSIDER = "outsider"


@rule("other-tenant")
def refuses_another_tenant(case: Case) -> None:
    """Judge that another tenant's user is refused what is ours, and that nothing of it is shown or changed.

    An operation below a thing of ours, such as a creation in it, is one about this thing.
    """
    case.control()
    makes = case.sender.created_by(case.endpoint)
    thing = case.our_thing(fresh=case.endpoint.method == "DELETE" or makes == case.own_slot())
    _is_somebody(case, thing)
    draft = case.about(thing)
    if case.endpoint.safe:
        sent = case.send(draft, OUTSIDER)
        _shows_nothing(case, thing, sent)
        return
    before = case.world.read(thing)
    sent = case.send(draft, OUTSIDER)
    is_told = _changed_nothing(case, thing, before, sent, draft.json)
    if carried_out(sent) and is_told and makes == thing.slot.prefix:
        return  # a thing of the same name in a space of their own, and ours was not touched
    if carried_out(sent):
        _made_nothing(case, thing, draft.json, sent)
        raise NotJudged(
            f"{sent.summary()} for another tenant, and nothing shows that it did anything", (sent.id,)
        )
    if not refused(sent):
        raise NotJudged(f"another tenant was answered with {sent.summary()}", (sent.id,))


def _shows_nothing(case: Case, thing: Thing, sent: Exchange) -> None:
    """Raise a `Violation` where a read shows another tenant's user what is ours."""
    if not carried_out(sent):
        if not refused(sent):
            raise NotJudged(f"another tenant was answered with {sent.summary()}", (sent.id,))
        return
    own = case.send(case.about(thing))
    shown = [text for text in {*thing.marks, *own_texts(own)} if shows(sent, text)]
    must(not shown, f"403 or 404 for another tenant's {thing.slot.kind or 'thing'}", sent)
    if body_of(sent) in (None, [], {}):
        raise NotJudged(f"{sent.summary()} for another tenant, with nothing in it", (sent.id,))
    raise NotJudged(f"{sent.summary()} for another tenant, with nothing of ours in it", (sent.id,))


def _changed_nothing(
    case: Case, thing: Thing, before: Exchange | None, sent: Exchange, sent_body: object
) -> bool:
    """Raise a `Violation` where a thing of ours is not as it was before another tenant's write.

    Return whether a read would have shown it.
    """
    if before is None or not carried_out(before):
        return False
    after = case.world.read(thing)
    if after is None or (after.status or 0) >= 500:  # noqa: PLR2004 - an error of the target's own shows nothing
        return False
    expected = f"a {thing.slot.kind or 'thing'} that another tenant cannot change"
    must(carried_out(after), expected, sent, f"{sent.summary()}, and it is gone: {after.summary()}")
    old, new = subject(body_of(before), thing.id), subject(body_of(after), thing.id)
    changed = [name for name in differing(old, new) if _is_told(old, new, name)]
    if changed:
        actual = f"{sent.summary()}, and {', '.join(sorted(changed))} changed"
        raise Violation(expected, actual, (before.id, sent.id, after.id))
    return isinstance(sent_body, dict) and any(name in (old or {}) for name in sent_body)


def _is_told(old: dict[str, object] | None, new: dict[str, object] | None, name: str) -> bool:
    """Tell whether a changed member is one that a write changes, and no time or counter."""
    values = [(old or {}).get(name), (new or {}).get(name)]
    return any(OWN in str(value) for value in values) or all(isinstance(v, bool) for v in values)


def _made_nothing(case: Case, thing: Thing, sent_body: object, sent: Exchange) -> None:
    """Raise a `Violation` where what another tenant's user made in a thing of ours is shown to us."""
    slot = case.sender.created_by(case.endpoint)
    listing = case.world.collection(slot, "GET") if slot else None
    marks = (
        [v for v in sent_body.values() if isinstance(v, str) and OWN in v]
        if isinstance(sent_body, dict)
        else []
    )
    if listing is None or not marks:
        return
    try:
        reading = case.sender.succeeded(listing).draft
    except NotJudged:
        return
    params = {n: thing.params.get(n, v) for n, v in reading.params.items()}
    seen = case.send(replace(whole_list(reading), params=params))
    if any(shows(seen, mark) for mark in marks):
        raise Violation(
            f"403 or 404 for a creation in another tenant's {thing.slot.kind or 'thing'}",
            f"{sent.summary()}, and the owner's list shows it",
            (sent.id, seen.id),
        )


@rule("other-tenant-list")
def lists_nothing_of_another_tenant(case: Case) -> None:
    """Judge that a list shows another tenant's user nothing of ours; below a parent of ours it is refused."""
    case.control()
    thing = case.world.get(slot_of(case))
    if not (thing.ours and thing.confirmed):
        raise NotJudged("there is nothing of ours that could be recognized in a list")
    _is_somebody(case, thing)
    draft = whole_list(case.control().draft)
    params = {n: thing.params.get(n, v) for n, v in draft.params.items()}
    own = case.send(replace(draft, params=params))
    texts = [mark for mark in thing.marks if shows(own, mark)] or own_texts(own)
    if not texts:
        raise NotJudged("our own list does not show it: that another's does not proves nothing", (own.id,))
    sent = case.send(replace(draft, params=params), OUTSIDER)
    shown = [text for text in texts if carried_out(sent) and shows(sent, text)]
    must(
        not shown,
        "nothing of ours in another tenant's list",
        sent,
        f"{sent.summary()} with {''.join(shown[:1])}",
    )
    if carried_out(sent):
        entries_of(sent)
    elif not refused(sent):
        raise NotJudged(f"another tenant was answered with {sent.summary()}", (sent.id,))


def _is_somebody(case: Case, thing: Thing) -> None:
    """Make sure that the other tenant's user is let in at all, else a refusal of theirs proves nothing."""
    for endpoint in case.world.producers.endpoints:
        if endpoint.method != "GET" or endpoint.path_names or not endpoint.security:
            continue
        try:
            if carried_out(case.sender.as_role(endpoint, OUTSIDER)):
                return
        except NotJudged:
            continue
    root = min((p for p in case.world.producers.slots if thing.slot.prefix.startswith(p)), key=len)
    try:
        if case.world.get(root, "ours", OUTSIDER).ours:
            return
    except NotJudged:
        pass
    raise NotJudged("no request of the role outsider succeeded: its refusals prove nothing")
