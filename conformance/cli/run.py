"""`conformance run`: judge a target and write a report folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import (
    AsJson,
    MinCoverage,
    Only,
    Quiet,
    ReadOnly,
    Strict,
    Targets,
    Verbose,
    Waivers,
    per_second,
    refuse_unknown_profile,
    told_in,
)
from conformance.errors import UsageError
from conformance.results.text import terminal


def run(
    target: Annotated[
        str, typer.Option(help="Target of the targets file; none: the built-in emulator.")
    ] = "",
    targets: Targets = None,
    profile: Annotated[str, typer.Option(help="quick (500 requests), nightly or release.")] = "quick",
    report_dir: Annotated[Path | None, typer.Option(help="Report folder; default reports/<run id>.")] = None,
    only: Only = None,
    failed: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Judge again only what was red in this run.")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="DEFINITION", help="Judge only the operations of an API that changed since this version."
        ),
    ] = "",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that judge, each its part.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Seed of the generated data; repeats a run.")] = None,
    max_requests: Annotated[int | None, typer.Option(min=1, help="Send no more requests than this.")] = None,
    max_writes: Annotated[
        int | None, typer.Option(min=0, help="Send no more writing requests than this.")
    ] = None,
    rate: Annotated[str, typer.Option(help="Send no faster than this: N/s or N/m.")] = "",
    strict: Strict = False,
    read_only: ReadOnly = False,
    waivers: Waivers = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Run folder to compare with: only new violations are red.")
    ] = None,
    min_judged: Annotated[
        float,
        typer.Option(
            min=0, max=100, metavar="PERCENT", help="Exit code 3 where less of what was selected was judged."
        ),
    ] = 0.0,
    shard: Annotated[
        str, typer.Option(metavar="I/N", help="Only the I-th of N parts; `conformance merge` joins them.")
    ] = "",
    min_coverage: MinCoverage = 0.0,
    verbose: Verbose = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Judge a target: every documented requirement, with proof, in one report folder.

    With no option at all it starts the built-in emulator on a free port and judges it over real HTTP.
    """
    from conformance.cli.outcome import tell
    from conformance.cli.progress import shown_progress

    detail = told_in(verbose=verbose, quiet=quiet)

    with shown_progress(quiet=as_json or quiet) as progress:  # before the slow imports
        from conformance.claims.published import newer_definition
        from conformance.claims.requirements import load_claims
        from conformance.run.changed import selectors_of_changed
        from conformance.run.failed import selectors_of_red
        from conformance.run.open import new_run, refuse_earlier_run, refuse_without_target
        from conformance.run.options import Options
        from conformance.run.pytest_plugin.launch import run_scenarios
        from conformance.run.sharding import parse_shard
        from conformance.targets.opened import open_target

        refuse_unknown_profile(profile)
        options = Options(
            profile=profile,
            report_dir=report_dir,
            only=tuple(only or ()),
            seed=seed,
            workers=workers,
            max_requests=max_requests,
            max_writes=max_writes,
            rate=per_second(rate),
            strict=strict,
            read_only=read_only,
            waivers=waivers,
            baseline=baseline,
            min_judged=min_judged,
            shard=parse_shard(shard) if shard else None,
            min_coverage=min_coverage,
        )
        if sum(map(bool, (failed, only, since))) > 1:
            raise UsageError("--failed, --only, --since: choose one of them")
        if shard and workers > 1:
            raise UsageError("--shard, --workers: choose one of them; each worker judges a shard of the run")
        refuse_earlier_run(report_dir)
        catalogue = load_claims()
        if since:
            options = replace(options, only=selectors_of_changed(since, catalogue))
        if not target and options.only:
            refuse_without_target(catalogue, options.only)
        with open_target(target, targets, catalogue) as opened:
            if failed is not None:
                options = replace(options, only=selectors_of_red(failed, opened.name, catalogue))
            state = new_run(options, opened, catalogue)
            judged = {catalogue.operations[operation].api for _, operation in state.selected}
            said = [newer_definition(api) for name, api in catalogue.added.items() if name in judged]
            if workers > 1:
                from conformance.run.workers import judge

                report = judge(state, opened, progress)
            else:
                report = run_scenarios(state, progress)
    for line in filter(None, said):
        typer.echo(terminal(f"conformance: {line}"), err=True)
    tell(report, as_json=as_json, detail=detail)
