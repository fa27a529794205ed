"""`conformance notify`: tells a channel what changed in a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import REPORTS, Reports
from conformance.errors import UsageError

Variable = Annotated[
    str, typer.Option(metavar="URL_ENV", help="Environment variable with the address of the channel.")
]


def notify(
    run: Annotated[
        Path | None, typer.Argument(metavar="RUN", help="Run folder; default: the last run.")
    ] = None,
    reports: Reports = REPORTS,
    slack: Variable = "",
    teams: Variable = "",
    webhook: Variable = "",
    link: Annotated[str, typer.Option(metavar="URL", help="Where the report can be read.")] = "",
    always: Annotated[bool, typer.Option("--always", help="Send although nothing changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the message, and send nothing.")] = False,
) -> None:
    """Tell Slack, Teams or a webhook what changed since the run before: one message, with links.

    Where nothing changed nothing is sent. The addresses are secrets, so they come from environment variables.
    """
    from conformance.analysis.history import read_history
    from conformance.client.webhook import address_in, post
    from conformance.report.ci_job import ci_job
    from conformance.report.material import kept_comparison
    from conformance.report.notices import CHANNELS, has_news, notice_of
    from conformance.results.run_json import load_run
    from conformance.results.text import json_text, one_line, terminal

    wanted = {
        name: value for name, value in (("slack", slack), ("teams", teams), ("webhook", webhook)) if value
    }
    if not wanted:
        raise UsageError(
            "which channel? --slack, --teams or --webhook, each with the name of an environment variable"
        )
    if link and not link.startswith(("https://", "http://")):
        raise UsageError(f"--link {link}: no address; it begins with https://")
    addresses = {} if dry_run else {name: address_in(variable) for name, variable in wanted.items()}
    folder = run or read_history(reports).newest()
    if folder is None:
        raise UsageError(f"no run in {reports} yet; `conformance run` writes one")
    report = load_run(folder)
    comparison = kept_comparison(report.folder)
    if not (always or has_news(report, comparison)):
        since = f" since {comparison.old}" if comparison is not None else ""
        typer.echo(one_line(terminal(f"{report.run_id}: nothing changed{since}, nothing sent")))
        return
    job = ci_job(os.environ).get("buildUrl", "")
    links = {name: url for name, url in (("Report", link), ("CI job", job)) if url}
    notice = notice_of(report, comparison, links)
    for name, variable in wanted.items():
        message = CHANNELS[name](notice)
        if dry_run:
            typer.echo(json_text(message, 2))
        else:
            post(variable, addresses[name], message)
            typer.echo(f"told {name} ({variable})")
