"""`conformance replay`: sends the exchanges of a violation again and says whether it is there still."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import REPORTS, AsJson, Reports, Targets
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.analysis.replay import ReplayResult


def replay(
    violation: Annotated[
        str, typer.Argument(metavar="VIOLATION", help="REQUIREMENT@OPERATION, as in the report.")
    ],
    run: Annotated[
        Path | None, typer.Option("--run", help="The run folder that has it; without it the newest run.")
    ] = None,
    reports: Reports = REPORTS,
    target: Annotated[str, typer.Option("--target", help="Another target than the run's.")] = "",
    targets: Targets = None,
    as_script: Annotated[
        bool, typer.Option("--script", help="Print it as shell lines with curl and jq, and send nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send the exchanges of a violation again.

    Exit code: 1 it is still there, 0 it is not, 3 nobody can say.
    """
    from conformance.analysis.history import read_history
    from conformance.analysis.replay import parse_violation, script_of
    from conformance.analysis.replay import replay as send_again
    from conformance.analysis.replay.sender import sender
    from conformance.claims.requirements import load_claims
    from conformance.results.run_json import load_run
    from conformance.results.text import json_text
    from conformance.targets.opened import DEFAULT_FILE, EMULATOR, open_target

    named = parse_violation(violation)
    folder = run or read_history(reports).newest()
    if folder is None:
        raise UsageError(f"{reports}: no run yet; name the folder that has the violation with --run")
    if as_script:
        typer.echo(script_of(folder, named))
        return
    recorded = load_run(folder)
    # A run without a targets file judged the built-in emulator: it is started again.
    started = recorded.target == EMULATOR and not (targets or DEFAULT_FILE).exists()
    name = target or ("" if started else recorded.target)
    with open_target(name, targets, load_claims()) as opened, sender(opened) as send:
        result = send_again(folder, named, send)
    if as_json:
        typer.echo(json_text(result.to_document(), 2))
    else:
        _print(result)
    raise typer.Exit(result.exit_code)


def _print(result: ReplayResult) -> None:
    from conformance.report.console import say_lines

    lines = [
        f"{result.violation}: {result.outcome.value}",
        f"  expected {result.expected}, got {result.actual}",
    ]
    lines.append(f"  {result.reason}")
    for one in result.exchanges:
        mark = "*" if one.evidence else " "
        lines.append(f"  {mark} {one.id} {one.request}: {one.recorded} then, {one.now} now")
    lines += [f"  left behind: {what}" for what in result.left_behind]
    say_lines(lines)
