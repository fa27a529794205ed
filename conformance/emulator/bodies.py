"""Read request bodies member by member and collect every fault of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.provenance import Source, note
from conformance.emulator.replies import Detail, invalid_value, missing

note(
    "body.not-an-object",
    "A body that is not a JSON object is answered with 422 and detail target body.",
    Source.ASSUMPTION,
)
note("body.duplicate-members", "Of members of the same name in a body the last counts.", Source.ASSUMPTION)
note(
    "body.lone-surrogates",
    "Text that UTF-8 cannot hold is answered with 422 InvalidValue.",
    Source.ASSUMPTION,
)


def read_object(call: Call) -> dict[str, Any] | Detail:
    """Return the body as an object; an absent one as an empty object, anything else as the fault it is."""
    if not call.body.strip():
        return {}
    if isinstance(call.json, dict):
        return call.json
    return Detail("InvalidValue", "The request body is not a valid JSON object.", "body")


def writable(text: str) -> bool:
    """Return whether UTF-8 can hold the text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_faults(
    body: Mapping[str, Any],
    *,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    longest: int = 255,
) -> list[Detail]:
    """Return the faults of text members: absent or empty, not text, too long."""
    faults: list[Detail] = []
    for name in (*required, *optional):
        value = body.get(name)
        if name in required and (value is None or value == ""):
            faults.append(missing(name))
        elif value is not None and (
            not isinstance(value, str) or not writable(value) or len(value) > longest
        ):
            faults.append(invalid_value(value, name))
    return faults


def choice_faults(body: Mapping[str, Any], choices: Mapping[str, tuple[str, ...]]) -> list[Detail]:
    """Return the faults of members that must be one of a few values; null and absent are fine."""
    return [
        invalid_value(body[name], name)
        for name, allowed in choices.items()
        if body.get(name) is not None and body[name] not in allowed
    ]
