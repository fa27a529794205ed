"""The ids that an exchange gives: in the body of the response, in its Location, or chosen by the request."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.ids import ids_in_body, values_at
from conformance.generate.world.requests import Draft
from conformance.generate.world.slots import Producer, Slot


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
    return found
