"""What was written is read, and what was refused changed nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from conformance.checks.rules.case import Case, must, rule, same
from conformance.checks.statuses import carried_out, refused
from conformance.claims.endpoints import deref
from conformance.claims.rules import body_members
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.things import Thing
from conformance.generate.world.values import kind_of

ENVELOPES: Final = 2


@rule("read-after-create")
def is_read_as_it_was_created(case: Case) -> None:
    """What was created is read back with the values that were sent."""
    slot = case.sender.created_by(case.endpoint)
    if slot is None:
        raise NotJudged("nobody knows what it creates")
    thing = case.world.fresh(slot)
    if thing.made is None or thing.draft is None or thing.made.operation_id != case.endpoint.id:
        raise NotJudged("another operation creates it")
    read = case.world.read(thing)
    if read is None:
        raise NotJudged("the definition has no read of it")
    must(carried_out(read), "a success for what was just created", read)
    _reads_back(thing.draft.json, read, thing.made)


@rule("read-after-update")
def is_read_as_it_was_changed(case: Case) -> None:
    """What was changed is read back with the values that were sent."""
    _, draft, _ = case.control()
    thing = case.world.get(case.own_slot())
    if not thing.ours or not isinstance(draft.json, dict):
        raise NotJudged("there is nothing of ours to change")
    before = _read(case, thing)
    body = {**draft.json}
    changed = _changed_member(case, body, before)
    if not changed:
        raise NotJudged("no member of the body is shown by the read: nothing can be told by a change", (before.id,))
    values = {n: thing.params[n] for n in case.endpoint.path_names if n in thing.params}
    sent = case.send(replace(draft, params={**draft.params, **values}, json=body))
    if not carried_out(sent):
        raise NotJudged(f"the change was refused: {sent.summary()}", (sent.id,))
    after = _read(case, thing)
    found = list(_named(after.json, changed))
    must(
        any(same(body[changed], value) for value in found),
        f"{changed} as it was sent",
        after,
        f"{changed} is {str(found[0])[:80] if found else 'absent'}; sent {str(body[changed])[:80]}",
    )


@rule("refused-changes-nothing")
def changes_nothing_when_refused(case: Case) -> None:
    """After a write that was refused, a read shows what it showed before."""
    _, draft, _ = case.control()
    if not isinstance(draft.json, dict):
        raise NotJudged("the body is no object")
    wrong = _partly_wrong(case, draft.json)
    if case.endpoint.method == "POST":
        _no_longer_list(case, wrong)
        return
    thing = case.world.get(case.own_slot())
    if not thing.ours:
        raise NotJudged("there is nothing of ours to change")
    before = _read(case, thing)
    _changed_member(case, wrong, before)
    values = {n: thing.params[n] for n in case.endpoint.path_names if n in thing.params}
    sent = case.send(replace(draft, params={**draft.params, **values}, json=wrong))
    if not refused(sent):
        raise NotJudged(f"the wrong body was not refused: {sent.summary()}", (sent.id,))
    after = _read(case, thing)
    names = [n for n in wrong if list(_named(before.json, n)) != list(_named(after.json, n))]
    if names:
        raise Violation("nothing changed by a refused write", f"{', '.join(names)} changed", (before.id, sent.id, after.id))


def _no_longer_list(case: Case, wrong: dict[str, Any]) -> None:
    slot = case.sender.created_by(case.endpoint)
    listing = case.world.collection(slot, "GET") if slot else None
    if listing is None:
        raise NotJudged("no list shows what was created")
    _, draft, _ = case.control()
    _, reading, _ = case.sender.succeeded(listing)
    reading = replace(reading, params={n: draft.params.get(n, v) for n, v in reading.params.items()})
    marks = [v for v in wrong.values() if isinstance(v, str) and v.startswith("ct-")]
    if not marks:
        raise NotJudged("the body has no name by which a list would show it")
    sent = case.send(replace(draft, json=wrong))
    if not refused(sent):
        raise NotJudged(f"the wrong body was not refused: {sent.summary()}", (sent.id,))
    after = case.send(reading)
    must(not any(mark in after.text for mark in marks), "a list without what was refused", after, f"the list shows {marks[0]}")


def _partly_wrong(case: Case, body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with new names and one member of a type that nothing converts."""
    found, required = body_members(case.endpoint)
    names = [n for n in sorted(found) if kind_of(deref(case.endpoint.document, found[n])) in {"integer", "number", "boolean", "array", "object", "string"}]
    text = [n for n, v in body.items() if isinstance(v, str) and n in found and not deref(case.endpoint.document, found[n]).get("enum")]
    wrong_one = next((n for n in names if n not in text[:1]), "")
    if not wrong_one:
        raise NotJudged("no member can be made wrong beside one that is right")
    kind = kind_of(deref(case.endpoint.document, found[wrong_one]))
    fresh = {n: case.world.drafts.unique("changed") for n in text[:1]}
    return {**body, **fresh, wrong_one: "ct-no-such" if kind in {"array", "object"} else {"ct": ["no scalar"]}}


def _changed_member(case: Case, body: dict[str, Any], before: Exchange) -> str:
    """Change one member of the body that the read shows to a new value; return its name, "" for none."""
    found = body_members(case.endpoint)[0]
    document = case.endpoint.document
    for name in sorted(found, key=lambda n: (n not in body, n)):
        schema = deref(document, found[name])
        shown = list(_named(before.json, name))
        if not shown or schema.get("readOnly") or schema.get("enum") or schema.get("format") or schema.get("pattern"):
            continue
        if name.lower() in {"id", "slug", "key", "code"} or name in case.endpoint.path_names:
            continue
        if isinstance(shown[0], str) and kind_of(schema) in {"string", ""} and _is_ours(shown[0], body.get(name)):
            value = case.world.drafts.unique("changed")
            body[name] = value[-int(schema.get("maxLength") or len(value)):]
            return name
    for name, node in found.items():
        shown = list(_named(before.json, name))
        schema = deref(document, node)
        if name in body and shown and isinstance(shown[0], bool) and kind_of(schema) == "boolean":
            body[name] = not shown[0]
            return name
    return ""


def _is_ours(shown: str, sent: Any) -> bool:
    """Tell whether a text is one that we chose: another one may have to name something that exists."""
    return "ct-" in shown or (isinstance(sent, str) and "ct-" in sent)


def _read(case: Case, thing: Thing) -> Exchange:
    read = case.world.read(thing)
    if read is None or not carried_out(read):
        raise NotJudged("it cannot be read", (read.id,) if read else ())
    return read


def _named(body: Any, name: str) -> list[Any]:
    """Return the values of a member at the top of a body, or within its one or two envelopes."""
    level = [body]
    for _ in range(ENVELOPES):
        found = [each[name] for each in level if isinstance(each, dict) and name in each]
        if found:
            return found
        level = [v for each in level if isinstance(each, dict) for v in each.values() if isinstance(v, dict)]
    return []


def _reads_back(sent: Any, read: Exchange, made: Exchange) -> None:
    """Raise a `Violation` where a text of our own is read back as another one.

    What a server fills in or brings into a form of its own cannot be told from what it loses: only names that we
    made up and the numbers and flags beside them are compared, and those that both responses agree on are its own.
    """
    if not isinstance(sent, dict) or read.json is ABSENT:
        raise NotJudged("nothing was sent that could be read back", (read.id,))
    compared = 0
    for name, value in sent.items():
        found = _named(read.json, name)
        if not found or not (isinstance(value, bool | int | float) or (isinstance(value, str) and "ct-" in value)):
            continue
        compared += 1
        if not same(value, found[0]) and not (isinstance(value, str) and isinstance(found[0], str) and value.lower() == found[0].lower()):
            raise Violation(f"{name} as it was sent", f"{name} is {str(found[0])[:80]!r}; sent {str(value)[:80]!r}", (made.id, read.id))
    if not compared:
        raise NotJudged("the read shows no member that was sent", (read.id,))


