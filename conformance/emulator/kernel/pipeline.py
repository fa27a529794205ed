"""Make an operation of named steps, and run them until one responds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response

Handler = Callable[[Call], Response | Awaitable[Response | None] | None]
"""What a step does: None lets the next step run, a response ends the pipeline. It may await."""


@dataclass(frozen=True)
class Step:
    """One named step of a pipeline."""

    name: str
    run: Handler


@dataclass(frozen=True)
class Operation:
    """An operation of an API: its operationId, method, path template and steps in order."""

    name: str
    method: str
    path: str
    steps: tuple[Step, ...]


class UnfinishedPipelineError(RuntimeError):
    """No step of an operation responded."""


def operation(name: str, endpoint: str, before: tuple[Step, ...], **steps: Handler) -> Operation:
    """Return an operation; its endpoint is ``METHOD /path``, its own steps follow the shared ones before."""
    method, _, path = endpoint.partition(" ")
    return Operation(name, method, path, with_steps(before, **steps))


def with_steps(before: tuple[Step, ...], **steps: Handler) -> tuple[Step, ...]:
    """Return the steps with more of them, by name, at the end."""
    return (*before, *(Step(name, run) for name, run in steps.items()))


async def run(steps: list[Step], call: Call) -> Response:
    """Run the steps in order, return the first response; raise :class:`UnfinishedPipelineError` without one.

    Steps that do not await follow each other without another request in between.
    """
    for step in steps:
        outcome = step.run(call)
        if outcome is None:
            continue
        response = outcome if isinstance(outcome, Response) else await outcome
        if response is not None:
            return response
    raise UnfinishedPipelineError(call.operation)
