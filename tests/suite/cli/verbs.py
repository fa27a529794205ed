"""Calls a verb of the command line as `conformance` does: a `UsageError` is exit code 2 with its words."""

from collections.abc import Callable
from dataclasses import dataclass

import typer
from typer.testing import CliRunner

from conformance.errors import UsageError


@dataclass(frozen=True)
class Said:
    """What a verb answered."""

    code: int
    out: str
    err: str


def call(verb: Callable[..., None], *arguments: object, columns: int = 200) -> Said:
    """Return exit code and output of the verb with these arguments."""
    app = typer.Typer()
    app.command()(verb)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": str(columns)})
    if isinstance(result.exception, UsageError):
        return Said(2, result.stdout, str(result.exception))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)
