"""`conformance merge`: joins the shards of a run into one report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import AsJson, Waivers


def merge(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR…", help="Run folders of all shards, or a folder that holds them."),
    ],
    report_dir: Annotated[Path | None, typer.Option(help="Report folder; default reports/<run id>.")] = None,
    waivers: Waivers = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Run folder to compare with: only new violations are red.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Merge although a shard is missing; exit code 3 at least.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Join the shards of a run (`conformance run --shard I/N`) into one report, as if it had been one run.

    Refuses what does not belong together: another target, seed, version or selection. A shard that is missing
    is named. The exit code is that of the whole run.
    """
    from conformance.analysis.waivers import known_of, load_or_none
    from conformance.claims.requirements import load_claims
    from conformance.cli.outcome import tell
    from conformance.results.run_json import load_run
    from conformance.run.merge import merge_folders, run_folders
    from conformance.run.open import refuse_earlier_run
    from conformance.run.settle import Outlook

    refuse_earlier_run(report_dir)
    catalogue = load_claims()
    today = datetime.now(UTC).date()
    outlook = Outlook(
        today=today,
        waivers=load_or_none(waivers, today=today, known=known_of(catalogue)),
        baseline=None if baseline is None else load_run(baseline),
    )
    report = merge_folders(
        run_folders(directories), report_dir, outlook, catalogue=catalogue, partial=partial
    )
    tell(report, as_json=as_json)
