"""What was written is read back as it was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.checks.statuses import carried_out
from conformance.claims.applies import body_members
from conformance.claims.schemas import deref
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import Exchange
from conformance.generate.rules.case import Case, must, rule
from conformance.generate.world.at_rest import wakes
from conformance.generate.world.thing import Thing, alike, body_of, subject
from conformance.generate.world.values import OWN, kind_of

NOT_FOUND = frozenset({404, 410})
KEYS = frozenset({"id", "slug", "key", "code", "uuid"})
"""Members that may be the id of a thing itself: nothing is changed about them."""


@rule("read-after-create")
def is_read_as_it_was_created(case: Case) -> None:
    """Judge that what was created is read back with the values that were sent."""
    slot = case.sender.created_by(case.endpoint)
    if slot is None:
        raise NotJudged("nobody knows what it creates")
    thing = case.world.fresh(slot)
    if thing.made is None or thing.draft is None or thing.made.operation_id != case.endpoint.id:
        raise NotJudged("another operation creates it")
    read = case.sender.eventually(lambda: _read(case, thing), carried_out)
    if not carried_out(read) and read.status not in NOT_FOUND:
        raise NotJudged(f"what was just created is answered with {read.summary()}", (read.id,))
    must(carried_out(read), "a success for what was just created", read)
    _reads_back(thing, read, thing.made)


def _read(case: Case, thing: Thing) -> Exchange:
    read = case.world.read(thing)
    if read is None:
        raise NotJudged("the definition has no read of it")
    return read


def _reads_back(thing: Thing, read: Exchange, made: Exchange) -> None:
    """Raise a `Violation` where a value that was sent is read back as another one.

    What a server fills in or brings into a form of its own cannot be told from what it loses. So a name that
    we made up must come back, perhaps with something before or behind it; a number or a flag only where the
    response to the creation had it as it was sent.
    """
    sent = thing.draft.json if thing.draft is not None else None
    shown, answered = subject(body_of(read), thing.id), subject(body_of(made), thing.id) or {}
    if not isinstance(sent, dict) or not shown:
        raise NotJudged("nothing was sent that could be read back", (read.id,))
    compared = 0
    for name, value in sent.items():
        is_name = isinstance(value, str) and OWN in value
        if name not in shown or not (is_name or alike(value, answered.get(name))):
            continue
        if str(shown[name]) in {thing.id, *thing.params.values()}:
            continue  # the path outranks the body
        is_chosen = name in answered and alike(answered[name], shown[name]) and OWN not in str(shown[name])
        if not alike(value, shown[name]) and is_chosen:
            continue  # both responses say that the server has a value of its own
        compared += 1
        if not alike(value, shown[name]):
            actual = f"{name} is {str(shown[name])[:80]!r}; sent {str(value)[:80]!r}"
            raise Violation(f"{name} as it was sent", actual, (made.id, read.id))
    if not compared:
        raise NotJudged("the read shows no member that was sent", (read.id,))


@rule("read-after-update")
def is_read_as_it_was_changed(case: Case) -> None:
    """Judge that what was changed is read back with the values that were sent."""
    case.control()
    thing = case.our_thing()
    before = case.read(thing)
    draft = case.about(thing)
    body, name = changed_body(case, draft.json, subject(body_of(before), thing.id) or {})
    sent = case.send(replace(draft, json=body))
    if not carried_out(sent) or sent.status == 202:  # noqa: PLR2004 - accepted, and done some other time
        raise NotJudged(f"the change was answered with {sent.summary()}", (sent.id,))
    after = case.sender.eventually(
        lambda: case.read(thing), lambda seen: alike(body[name], _shown(seen, thing).get(name))
    )
    found = _shown(after, thing).get(name)
    if not alike(body[name], found):
        actual = f"{name} is {str(found)[:80]!r}; sent {str(body[name])[:80]!r}"
        raise Violation(f"{name} as it was sent", actual, (before.id, sent.id, after.id))


def _shown(seen: Exchange, thing: Thing) -> dict[str, Any]:
    return subject(body_of(seen), thing.id) or {}


def changed_body(case: Case, sent: Any, shown: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the body with one member changed that a read shows, and its name; `NotJudged` for none."""
    if not isinstance(sent, dict):
        raise NotJudged("the body is no object")
    document = case.endpoint.document
    found = {name: deref(document, node) for name, node in body_members(case.endpoint)[0].items()}
    usable = [n for n in found if n in shown and not found[n].get("readOnly")]
    for name in sorted(usable, key=lambda n: (n not in sent, n)):
        value = _new_text(case, name, found[name], shown[name], sent.get(name))
        if value:
            return {**sent, name: value}, name
    for name in (n for n in usable if not wakes(n, case.endpoint)):
        if isinstance(shown[name], bool) and kind_of(found[name]) == "boolean":
            return {**sent, name: not shown[name]}, name
    raise NotJudged("no member of the body is shown by the read: nothing can be told by a change")


def _new_text(case: Case, name: str, schema: dict[str, Any], shown: Any, sent: Any) -> str:
    """Return another text for a member that holds one which this run chose; "" where it must not be changed.

    One that we did not choose may have to name something that exists.
    """
    is_key = name.lower() in KEYS or name in case.endpoint.path_names
    is_free = not schema.keys() & {"enum", "format", "pattern", "const"} and kind_of(schema) in {"string", ""}
    is_ours = OWN in str(shown) or OWN in str(sent)
    if is_key or not (is_free and is_ours and isinstance(shown, str)):
        return ""
    value = case.world.drafts.unique("changed")
    return value[-int(schema.get("maxLength") or len(value)) :]
