"""Make an operation of named steps, and run them until one replies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from conformance.emulator.call import Call
from conformance.emulator.replies import Reply

Run = Callable[[Call], Reply | Awaitable[Reply | None] | None]
"""What a step does: None lets the next step run, a reply ends the pipeline. It may await."""


@dataclass(frozen=True)
class Step:
    """One named step of a pipeline."""

    name: str
    run: Run


@dataclass(frozen=True)
class Operation:
    """An operation of an API: its operationId, method, path template and steps in order."""

    name: str
    method: str
    path: str
    steps: tuple[Step, ...]


class UnfinishedPipelineError(RuntimeError):
    """No step of an operation replied."""


def operation(name: str, method: str, path: str, *steps: tuple[str, Run] | tuple[Step, ...]) -> Operation:
    """Return an operation; a step is (name, function), a shared group of steps a tuple of them."""
    flat: list[Step] = []
    for each in steps:
        match each:
            case (str(step_name), run) if callable(run):
                flat.append(Step(step_name, run))
            case _:
                flat.extend(step for step in each if isinstance(step, Step))
    return Operation(name, method, path, tuple(flat))


async def run(steps: list[Step], call: Call) -> Reply:
    """Run the steps in order and return the first reply; raise :class:`UnfinishedPipelineError` without one.

    Steps that do not await follow each other without another request in between.
    """
    for step in steps:
        outcome = step.run(call)
        if outcome is None:
            continue
        reply = outcome if isinstance(outcome, Reply) else await outcome
        if reply is not None:
            return reply
    raise UnfinishedPipelineError(call.operation)
