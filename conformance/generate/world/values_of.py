"""The ids that an exchange gives: in the body of the response, in its Location, or chosen by the request."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from conformance.exchange.model import ABSENT, Exchange, objects_of
from conformance.generate.world.ids import ids_in_body, values_at
from conformance.generate.world.requests import Draft
from conformance.generate.world.slots import Producer, Slot
from conformance.generate.world.thing import Thing, body_of, subject
from conformance.generate.world.values import OWN

NAME: Final = re.compile(r"ct[-_]?\d{8}")
LONG: Final = 8
MOST_OTHERS: Final = 2
NAMES: Final = ("id", "name", "slug", "key", "username", "code")
"""Members of a request that may be the id of what it creates."""


def values_of(exchange: Exchange, draft: Draft, slot: Slot, producer: Producer) -> list[str]:
    """Return the ids that an exchange gives for a slot, the likeliest first; [] for none."""
    if producer.place == "path":
        return [draft.params[producer.at]]
    if producer.place == "request":
        return [str(v) for v in values_at(draft.json, producer.at)] if draft.json is not ABSENT else []
    at = producer.at if producer.place == "response" else ""
    found = [] if exchange.json is ABSENT else ids_in_body(exchange.json, slot.name, slot.kind, at)
    if not found and (where := exchange.header("Location")):
        last = unquote(urlsplit(where).path.rstrip("/").rpartition("/")[2])
        found = [last] if last else []
    if not found and producer.place == "location" and (name := chosen_name(draft)):
        found = [name]
    return found


def other_ids(thing: Thing) -> list[str]:
    """Return what else of a response to a creation may be the id of the thing that was created."""
    shown = (subject(body_of(thing.made), thing.id) or {}) if thing.made is not None else {}
    found = [str(shown[name]) for name in NAMES if isinstance(shown.get(name), str | int)]
    return [value for value in dict.fromkeys(found) if value and value != thing.id][:MOST_OTHERS]


def texts_of(document: Any) -> set[str]:
    """Return the texts of a document that are long enough to be told from others."""
    texts = (value for entry in objects_of(document) for value in entry.values())
    return {text for text in texts if isinstance(text, str) and len(text) >= LONG}


def own_texts(document: Any) -> set[str]:
    """Return the names of our own that a request gives to what it creates, however deep."""
    return {text for text in texts_of(document) if NAME.match(text.lower())}


def chosen_name(draft: Draft) -> str:
    """Return the name of our own that a request gives to what it creates, "" for none."""
    body = draft.json if isinstance(draft.json, dict) else {}
    named = [body[name] for name in NAMES if isinstance(body.get(name), str) and OWN in body[name].lower()]
    return next(iter(named), "")
