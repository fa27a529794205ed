"""Read request bodies member by member and collect every problem of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.emulator.behaviours import assumed
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Detail, Response, invalid_value, missing

assumed("body.not-an-object", "A body that is not a JSON object is answered with 422 and detail target body.")
assumed("body.duplicate-members", "Of members of the same name in a body the last counts.")
assumed("body.lone-surrogates", "Text that UTF-8 cannot hold is answered with 422 InvalidValue.")


def keep_body(
    call: Call,
    refuse: Callable[..., Response],
    problems: Callable[[dict[str, Any]], Iterable[Detail]] = lambda _body: (),
) -> Response | None:
    """Refuse a body that is no object or has problems; keep any other, an absent one as {}, as ``body``."""
    body = call.json if call.request.body.strip() else {}
    if not isinstance(body, dict):
        return refuse(Detail("InvalidValue", "The request body is not a valid JSON object.", "body"))
    found = tuple(problems(body))
    if found:
        return refuse(*found)
    call.facts["body"] = body
    return None


def writable(text: str) -> bool:
    """Return whether UTF-8 can hold the text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_problems(
    body: Mapping[str, Any],
    *,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    longest: int = 255,
) -> list[Detail]:
    """Return the problems of text members: absent or empty, not text, too long."""
    problems: list[Detail] = []
    for name in (*required, *optional):
        value = body.get(name)
        if name in required and (value is None or value == ""):
            problems.append(missing(name))
        elif value is not None and (
            not isinstance(value, str) or not writable(value) or len(value) > longest
        ):
            problems.append(invalid_value(value, name))
    return problems


def choice_problems(body: Mapping[str, Any], choices: Mapping[str, tuple[str, ...]]) -> list[Detail]:
    """Return the problems of members that must be one of a few values; null and absent are fine."""
    return [
        invalid_value(body[name], name)
        for name, allowed in choices.items()
        if body.get(name) is not None and body[name] not in allowed
    ]
