"""`conformance doctor`: look at a target before a run, and write nothing to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import AsJson, Only, Targets

if TYPE_CHECKING:
    from conformance.run.doctor import Diagnosis


def doctor(
    target: Annotated[
        str, typer.Option(help="Target of the targets file; none: the built-in emulator.")
    ] = "",
    targets: Targets = None,
    only: Only = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="As a run with --read-only would see it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a target before a run: reachable, tokens, fixtures, limits, and what will not be judged.

    Sends only reads and token calls. Exit codes: 0 a run can judge, 2 the configuration is wrong,
    3 a run could not judge.
    """
    from conformance.claims.requirements import load_claims
    from conformance.results.text import json_text
    from conformance.run.doctor import diagnose
    from conformance.targets.opened import open_target

    catalogue = load_claims()
    with open_target(target, targets, catalogue) as opened:
        diagnosis = diagnose(opened, catalogue, tuple(only or ()), read_only=read_only)
    if as_json:
        typer.echo(json_text(diagnosis.to_document(), 2))
    else:
        _show(diagnosis)
    raise typer.Exit(diagnosis.exit_code)


def _show(diagnosis: Diagnosis) -> None:
    from rich.table import Table
    from rich.text import Text

    from conformance.report.console import open_console, put, say
    from conformance.results.text import one_line, terminal

    styles = {"ok": "green", "note": "yellow", "wrong": "bold red", "down": "bold magenta"}
    out = open_console()
    table = Table("check", "about", "", "seen", box=None, pad_edge=False, padding=(0, 1))
    for one in diagnosis.observations:
        seen = Text(one_line(terminal(one.seen)))
        if one.cure:
            seen.append(f"\n{one_line(terminal(one.cure))}", "dim")
        state = Text(one.state.value, styles[one.state.value])
        table.add_row(Text(terminal(one.check)), Text(one_line(terminal(one.about))), state, seen)
    put(out, table)
    say(out, "")
    for group in diagnosis.outlook:
        names = ", ".join(group.requirements[:3]) + (", …" if len(group.requirements) > 3 else "")  # noqa: PLR2004 - so many show the kind
        say(out, one_line(f"NOT_APPLICABLE {group.verdicts}: {group.reason} ({names})"), "dim")
    code = diagnosis.exit_code
    end = {0: "a run can judge", 2: "the configuration is wrong", 3: "a run could not judge"}[int(code)]
    not_applicable = sum(group.verdicts for group in diagnosis.outlook)
    total = diagnosis.applicable + not_applicable
    say(out, f"{diagnosis.target}: {end}; {diagnosis.applicable} of {total} verdicts apply")
