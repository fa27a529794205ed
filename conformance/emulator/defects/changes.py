"""Make changes of one emulator: each function returns one, which turns its switches when it is applied.

``operations`` is one operationId or several of them. A change drops, replaces, wraps or reorders steps of
operations, changes responses on their way out, or puts another function in the place of a rule. Nothing
outside the one emulator changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.pipeline import Handler, Step
from conformance.emulator.kernel.responses import Response

Change = Callable[[Emulator], None]
Operations = str | Iterable[str]
Edit = Callable[[Any], Any]
When = Callable[[Call, Response], bool]


class UnknownStepError(LookupError):
    """The operation has no step of this name."""


def together(*changes: Change) -> Change:
    """Apply several changes, in this order."""

    def apply(emulator: Emulator) -> None:
        for change in changes:
            change(emulator)

    return apply


def fresh(make: Callable[[], Change]) -> Change:
    """Make the change anew for each emulator: what it remembers is not shared."""

    def apply(emulator: Emulator) -> None:
        make()(emulator)

    return apply


def nothing(_emulator: Emulator) -> None:
    """Change nothing."""


def drop(operations: Operations, *steps: str) -> Change:
    """Take steps out."""
    return together(*(_on_step(operations, step, lambda _: []) for step in steps))


def replace_step(operations: Operations, step: str, run: Handler) -> Change:
    """Put another function in the place of a step."""
    return _on_step(operations, step, lambda old: [replace(old, run=run)])


def wrap(operations: Operations, step: str, around: Callable[..., Any]) -> Change:
    """Put a function ``around(call, inner)`` around a step; ``inner`` is the step's own function."""
    return _on_step(operations, step, lambda old: [replace(old, run=partial(around, inner=old.run))])


def before(operations: Operations, step: str, run: Handler) -> Change:
    """Put a new step before another."""
    return _on_step(operations, step, lambda old: [Step("changed", run), old])


def after(operations: Operations, step: str, run: Handler) -> Change:
    """Put a new step after another."""
    return _on_step(operations, step, lambda old: [old, Step("changed", run)])


def reorder(operation: str, step: str, *, ahead_of: str) -> Change:
    """Take a step to the place before another."""

    def apply(emulator: Emulator) -> None:
        steps = emulator.pipelines[operation]
        moved = steps.pop(_place(steps, step, operation))
        steps.insert(_place(steps, ahead_of, operation), moved)

    return apply


def on_response(
    operations: Operations,
    change: Callable[[Call, Response], Any],
    *,
    status: int | None = None,
    when: When | None = None,
) -> Change:
    """Change responses on their way out: all, those of one status, or those that pass a test."""

    def hook(call: Call, response: Response) -> Any:
        if (status is None or response.status == status) and (when is None or when(call, response)):
            return change(call, response)
        return response

    def apply(emulator: Emulator) -> None:
        for operation in _each(operations):
            emulator.response_hooks[operation].append(hook)

    return apply


def then(
    operations: Operations,
    action: Callable[[Call], object],
    *,
    status: int | None = None,
    when: When | None = None,
) -> Change:
    """Do something more once the response is made, and leave that as it is."""

    def act(call: Call, response: Response) -> Response:
        action(call)
        return response

    return on_response(operations, act, status=status, when=when)


def respond(
    operations: Operations, response: Response, *, status: int | None = None, when: When | None = None
) -> Change:
    """Respond with this in the place of what is responded."""
    return on_response(operations, lambda _call, _response: response, status=status, when=when)


def status(operations: Operations, old: int, new: int) -> Change:
    """Respond with another status and the same body."""
    return on_response(operations, lambda _, response: replace(response, status=new), status=old)


def code(operations: Operations, old: str, new: str) -> Change:
    """Refuse with another ``error.code``."""
    return body(operations, lambda body: body["error"].update(code=new), when=has_code(old))


def has_code(code: str) -> When:
    """Return a test that refusals with this ``error.code`` pass."""
    return lambda _, response: response.code() == code


def is_refusal(_call: Call, response: Response) -> bool:
    """Tell whether a response has an ``error.code``."""
    return response.code() is not None


def body(
    operations: Operations, edit: Edit, *, status: int | None = None, when: When | None = None
) -> Change:
    """Edit a copy of the JSON body in place, or return another body from ``edit``."""

    def change(_call: Call, response: Response) -> Response:
        copy = deepcopy(response.json)
        other = edit(copy)
        return replace(response, json=copy if other is None else other)

    return on_response(operations, change, status=status, when=when)


def header(operations: Operations, name: str, value: str | None, *, status: int | None = None) -> Change:
    """Set a header or, with None, take it away."""

    def change(_call: Call, response: Response) -> Response:
        if value is not None:
            return response.with_header(name, value)
        kept = tuple(pair for pair in response.headers if pair[0].lower() != name.lower())
        return replace(response, headers=kept)

    return on_response(operations, change, status=status)


def raw(operations: Operations, message: Callable[[Response], bytes], *, status: int) -> Change:
    """Write bytes of one's own in the place of the HTTP message, then close the connection."""
    return on_response(
        operations, lambda _, response: replace(response, raw=message(response)), status=status
    )


def rule(name: str, function: Callable[..., Any]) -> Change:
    """Put another function in the place of a named rule; KeyError if there is no such rule."""
    return wrap_rule(name, lambda _: function)


def wrap_rule(name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Change:
    """Put another function, made of the rule's own, in its place; KeyError if there is no such rule."""

    def apply(emulator: Emulator) -> None:
        emulator.services.rules[name] = around(emulator.services.rules[name])

    return apply


def needs(operation: str, side: str, *permissions: str) -> Change:
    """Ask for other permissions on one side of an operation; KeyError if it has no such side."""

    def apply(emulator: Emulator) -> None:
        emulator.services.needs[operation, side]
        emulator.services.needs[operation, side] = permissions

    return apply


def let_in(operations: Operations, steps: Iterable[str], test: Callable[[Call], Any]) -> Change:
    """Skip these checks for calls that pass the test."""
    return together(
        *(wrap(operations, step, lambda call, inner: None if test(call) else inner(call)) for step in steps)
    )


def every(count: int) -> When:
    """Return a test that only each ``count``-th response passes."""
    seen = 0

    def due(_call: Call, _response: Response) -> bool:
        nonlocal seen
        seen += 1
        return seen % count == 0

    return due


def _on_step(operations: Operations, step: str, change: Callable[[Step], list[Step]]) -> Change:
    def apply(emulator: Emulator) -> None:
        for operation in _each(operations):
            steps = emulator.pipelines[operation]
            place = _place(steps, step, operation)
            steps[place : place + 1] = change(steps[place])

    return apply


def _place(steps: list[Step], step: str, operation: str) -> int:
    for place, each in enumerate(steps):
        if each.name == step:
            return place
    raise UnknownStepError(f"{operation} has no step {step!r}")


def _each(operations: Operations) -> list[str]:
    return [operations] if isinstance(operations, str) else list(operations)
