"""Another tenant's user neither sees nor changes what is ours."""

from __future__ import annotations

from conformance.checks.rules.case import Case, must, rule
from conformance.checks.rules.lists import slot_of
from conformance.checks.statuses import carried_out
from conformance.errors import NotJudged
from conformance.generate.world.producers import slots_of

OUTSIDER = "outsider"


@rule("other-tenant")
def refuses_another_tenant(case: Case) -> None:
    """A request about a thing of ours is refused to another tenant's user, and changes nothing."""
    case.control()
    prefix = case.own_slot()
    slots = slots_of(case.endpoint.path)
    thing = case.world.fresh(prefix) if case.endpoint.method == "DELETE" else case.world.get(prefix)
    if not (thing.ours and thing.confirmed):
        raise NotJudged("there is no thing of ours that a read confirmed")
    _is_somebody(case)
    before = None if case.endpoint.safe else case.world.read(thing)
    sent = case.send(case.about(thing), OUTSIDER)
    must(not carried_out(sent), f"403 or 404 for another tenant's {slots[-1].kind or 'thing'}", sent)
    if before is not None and carried_out(before):
        after = case.world.read(thing)
        must(
            after is not None and carried_out(after) and _steady(before.json) == _steady(after.json),
            "a thing that another tenant's refused write left as it was",
            after or sent,
        )


def _steady(body: object) -> object:
    """Return what of a thing does not change by itself."""
    if not isinstance(body, dict):
        return body
    return {k: v for k, v in body.items() if "ct-" in str(v) or isinstance(v, bool)}


@rule("other-tenant-list")
def lists_nothing_of_another_tenant(case: Case) -> None:
    """A list shows another tenant's user nothing of ours; below a parent of ours it is refused or empty."""
    control, draft, _ = case.control()
    thing = case.world.get(slot_of(case))
    if not (thing.ours and thing.confirmed):
        raise NotJudged("there is no thing of ours that a read confirmed")
    _is_somebody(case)
    marks = [thing.id] if len(thing.id) > 6 else []  # noqa: PLR2004 - a short id may stand for anything
    body = thing.draft.json if thing.draft is not None and isinstance(thing.draft.json, dict) else {}
    marks += [v for v in body.values() if isinstance(v, str) and v.startswith("ct-")]
    if not marks:
        raise NotJudged("nothing of ours can be recognized in a list", (control.id,))
    sent = case.send(draft, OUTSIDER)
    must(not (carried_out(sent) and any(m in sent.text for m in marks)), "nothing of ours in another tenant's list", sent, f"{sent.summary()} with {marks[0]}")


def _is_somebody(case: Case) -> None:
    """Make sure that the other tenant's user is let in at all, else a refusal of theirs proves nothing."""
    for endpoint in case.world.producers.endpoints:
        if endpoint.method == "GET" and not endpoint.path_names and endpoint.security:
            try:
                _, draft, _ = case.sender.succeeded(endpoint)
            except NotJudged:
                continue
            key = f"outsider@{endpoint.id}"
            if key not in case.sender.valid:
                case.sender.valid[key] = (case.send(draft, OUTSIDER), draft, {})
            seen = case.sender.valid[key]
            if not isinstance(seen, NotJudged) and carried_out(seen[0]):
                return
    raise NotJudged("no request of the role outsider succeeded: its refusals prove nothing")
