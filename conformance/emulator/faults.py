"""Break one emulator on purpose, or make it right in another way.

A defect is a small named function that turns switches of one emulator: it drops, replaces, wraps or reorders
steps of an operation, changes replies on their way out, or puts another function in the place of a rule. A
variation does the same and stays within the contract. Nothing outside the one emulator changes.

    @defect(
        "associate-allows-duplicates",
        "The duplicate check was lost in a refactoring.",
        breaks=("reality-management.associate.duplicate-conflicts",),
    )
    def _(faults: Faults) -> None:
        faults.drop("associateRealityData", "conflict")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.errors import UnknownFaultError
from conformance.emulator.instance import Emulator
from conformance.emulator.operations import JUDGED
from conformance.emulator.pipeline import Run, Step
from conformance.emulator.replies import Reply

Install = Callable[["Faults"], None]
Operations = str | Iterable[str]
When = Callable[["Call", Reply], bool]
EVERY = JUDGED
"""The four judged operations, for faults that hit all of them."""


@dataclass(frozen=True)
class Fault:
    """A named change of an emulator. ``breaks`` are the requirements it violates, none for a variation.

    A requirement is ``id`` (on each of its operations) or ``id@operationId``. ``also`` are patterns of such
    pairs that may be violated along with them. ``patience`` is how long a client has to wait for a write to
    show, in seconds; ``crowded`` asks for a second run on the same emulator at the same time.
    """

    name: str
    breaks: tuple[str, ...]
    sentence: str
    install: Install
    also: tuple[str, ...] = ()
    patience: float = 0.0
    crowded: bool = False


class DuplicateFaultError(ValueError):
    """Two faults were registered under one name."""


class UnknownStepError(LookupError):
    """The operation has no step of this name."""


DEFECTS: dict[str, Fault] = {}
VARIATIONS: dict[str, Fault] = {}


def defect(
    name: str, sentence: str, *, breaks: tuple[str, ...], also: tuple[str, ...] = ()
) -> Callable[[Install], Fault]:
    """Return a decorator that registers a defect; the sentence says how it comes about in a real service."""
    return _registrar(DEFECTS, lambda install: Fault(name, breaks, sentence, install, also))


def variation(
    name: str, sentence: str, *, patience: float = 0.0, crowded: bool = False
) -> Callable[[Install], Fault]:
    """Return a decorator that registers a legitimate variation; the sentence says why it is right."""
    return _registrar(VARIATIONS, lambda install: Fault(name, (), sentence, install, (), patience, crowded))


def _registrar(table: dict[str, Fault], make: Callable[[Install], Fault]) -> Callable[[Install], Fault]:
    def register(install: Install) -> Fault:
        fault = make(install)
        if fault.name in DEFECTS or fault.name in VARIATIONS:
            raise DuplicateFaultError(fault.name)
        table[fault.name] = fault
        return fault

    return register


def catalogue() -> dict[str, Fault]:
    """Return every registered defect by name."""
    import_module("conformance.emulator.defects")
    return dict(DEFECTS)


def variations() -> dict[str, Fault]:
    """Return every registered variation by name."""
    import_module("conformance.emulator.defects")
    return dict(VARIATIONS)


def install(emulator: Emulator, fault: str | Fault) -> None:
    """Turn the fault's switches on the emulator; raise :class:`UnknownFaultError` for an unknown name."""
    if isinstance(fault, str):
        known = catalogue() | variations()
        if fault not in known:
            raise UnknownFaultError(f"no defect or variation is named {fault!r}")
        fault = known[fault]
    fault.install(Faults(emulator))


class Faults:
    """The switches of one emulator. ``operations`` is one operationId or several of them."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def drop(self, operations: Operations, *steps: str) -> None:
        """Take steps out."""
        for operation in _each(operations):
            for step in steps:
                del self._steps(operation)[self._place(operation, step)]

    def replace(self, operations: Operations, step: str, run: Run) -> None:
        """Put another function in the place of a step."""
        for operation in _each(operations):
            self._steps(operation)[self._place(operation, step)] = Step(step, run)

    def wrap(self, operations: Operations, step: str, around: Callable[..., Any]) -> None:
        """Put a function ``around(call, inner)`` around a step; ``inner`` is the step's own function."""
        for operation in _each(operations):
            inner = self._steps(operation)[self._place(operation, step)].run
            self.replace(operation, step, partial(around, inner=inner))

    def before(self, operations: Operations, step: str, name: str, run: Run) -> None:
        """Put a new step before another."""
        for operation in _each(operations):
            self._steps(operation).insert(self._place(operation, step), Step(name, run))

    def after(self, operations: Operations, step: str, name: str, run: Run) -> None:
        """Put a new step after another."""
        for operation in _each(operations):
            self._steps(operation).insert(self._place(operation, step) + 1, Step(name, run))

    def reorder(self, operations: Operations, step: str, *, before: str) -> None:
        """Take a step to the place before another."""
        for operation in _each(operations):
            moved = self._steps(operation).pop(self._place(operation, step))
            self._steps(operation).insert(self._place(operation, before), moved)

    def on_reply(
        self,
        operations: Operations,
        change: Callable[[Call, Reply], Any],
        *,
        status: int | None = None,
        when: When | None = None,
    ) -> None:
        """Change replies on their way out: all, those of one status, or those that pass a test."""

        def hook(call: Call, reply: Reply) -> Any:
            if (status is None or reply.status == status) and (when is None or when(call, reply)):
                return change(call, reply)
            return reply

        for operation in _each(operations):
            self.emulator.reply_hooks[operation].append(hook)

    def status(self, operations: Operations, old: int, new: int) -> None:
        """Answer with another status and the same body."""
        self.on_reply(operations, lambda _, reply: replace(reply, status=new), status=old)

    def code(self, operations: Operations, old: str, new: str) -> None:
        """Refuse with another ``error.code``."""
        self.body(
            operations, lambda body: body["error"].update(code=new), when=lambda _, reply: reply.code() == old
        )

    def body(
        self,
        operations: Operations,
        edit: Callable[[Any], Any],
        *,
        status: int | None = None,
        when: When | None = None,
    ) -> None:
        """Edit a copy of the JSON body in place, or return another body from ``edit``."""

        def change(_call: Call, reply: Reply) -> Reply:
            copy = _copy(reply.json)
            other = edit(copy)
            return replace(reply, json=copy if other is None else other)

        self.on_reply(operations, change, status=status, when=when)

    def header(
        self, operations: Operations, name: str, value: str | None, *, status: int | None = None
    ) -> None:
        """Set a header or, with None, take it away."""

        def change(_call: Call, reply: Reply) -> Reply:
            if value is not None:
                return reply.with_header(name, value)
            kept = tuple(pair for pair in reply.headers if pair[0].lower() != name.lower())
            return replace(reply, headers=kept)

        self.on_reply(operations, change, status=status)

    def raw(
        self, operations: Operations, message: Callable[[Reply], bytes], *, status: int | None = None
    ) -> None:
        """Write bytes of one's own in the place of the HTTP message, then close the connection."""
        self.on_reply(operations, lambda _, reply: replace(reply, raw=message(reply)), status=status)

    def rule(self, name: str, function: Callable[..., Any]) -> None:
        """Put another function in the place of a named rule; raise KeyError if there is no such rule."""
        self.emulator.rules[name]
        self.emulator.rules[name] = function

    def needs(self, operation: str, side: str, *permissions: str) -> None:
        """Ask for other permissions on one side of an operation; raise KeyError if it has no such side."""
        self.emulator.needs[operation, side]
        self.emulator.needs[operation, side] = permissions

    def open_to_all(self, operations: Operations, role: str = "owner") -> None:
        """Ask for no token at all; every caller counts as the user of the role."""
        checks = (
            "header",
            "scheme",
            "shape",
            "algorithm",
            "signature",
            "issuer",
            "not_before",
            "expiry",
            "scope",
        )

        def become(call: Call) -> None:
            call.user = next(user for user in call.emulator.state.users if user.role == role)

        self.drop(operations, *checks)
        self.replace(operations, "client", become)

    def every(self, count: int) -> When:
        """Return a test that only each ``count``-th reply passes."""
        seen = 0

        def due(_call: Call, _reply: Reply) -> bool:
            nonlocal seen
            seen += 1
            return seen % count == 0

        return due

    def _steps(self, operation: str) -> list[Step]:
        return self.emulator.pipelines[operation]

    def _place(self, operation: str, step: str) -> int:
        for place, each in enumerate(self._steps(operation)):
            if each.name == step:
                return place
        raise UnknownStepError(f"{operation} has no step {step!r}")


def _each(operations: Operations) -> list[str]:
    return [operations] if isinstance(operations, str) else list(operations)


def _copy(value: Any) -> Any:
    match value:
        case dict():
            return {key: _copy(each) for key, each in value.items()}
        case list():
            return [_copy(each) for each in value]
    return value
