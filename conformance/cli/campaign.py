"""`conformance campaign`: judge many targets on many machines."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import (
    REPORTS,
    AsJson,
    Quiet,
    ReadOnly,
    Reports,
    Strict,
    Targets,
    Waivers,
    per_second,
    refuse_unknown_profile,
)
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.run.campaign.campaign import Ended
    from conformance.run.campaign.plan import Limits, Plan


def campaign(
    targets: Targets = None,
    target: Annotated[
        list[str] | None, typer.Option(help="Target of the targets file; repeatable. Default: all of them.")
    ] = None,
    api: Annotated[
        list[str] | None,
        typer.Option(
            help="API, or another selector, to judge as a run of its own; repeatable. Default: the built-in."
        ),
    ] = None,
    shards: Annotated[int, typer.Option(min=1, max=1000, help="Parts of each run.")] = 1,
    seed: Annotated[
        list[int] | None, typer.Option(help="Seed of the generated data; repeatable: each is a run.")
    ] = None,
    local: Annotated[int, typer.Option(min=0, max=256, help="Start so many workers here.")] = 0,
    scheduler: Annotated[str, typer.Option(help="Join the Dask scheduler at this address.")] = "",
    profile: Annotated[str, typer.Option(help="quick, nightly or release.")] = "quick",
    max_requests: Annotated[
        int | None, typer.Option(min=1, help="Send no more requests than this to any target.")
    ] = None,
    max_writes: Annotated[
        int | None, typer.Option(min=0, help="Send no more writing requests than this to any target.")
    ] = None,
    rate: Annotated[str, typer.Option(help="Send no faster than this to any target: N/s or N/m.")] = "",
    strict: Strict = False,
    read_only: ReadOnly = False,
    waivers: Waivers = None,
    reports: Reports = REPORTS,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Judge many targets at once: each target, API, shard and seed is a task for a worker of Dask.

    One report a target and an index come out. All machines see the reports, the targets file and its `.env`
    under the same path. A shard whose worker is lost is judged once more by another, which first deletes what
    was left. Needs the extra `campaign`.
    """
    if bool(local) == bool(scheduler):
        raise UsageError("--local N or --scheduler ADDRESS: one of the two says where the workers are")
    _require_dask()
    from conformance.cli.index import index
    from conformance.results.text import terminal
    from conformance.run.campaign.campaign import Campaign
    from conformance.run.campaign.cluster import local_workers, workers_at
    from conformance.run.campaign.plan import Plan
    from conformance.run.options import Options
    from conformance.targets.load import target_names
    from conformance.targets.opened import DEFAULT_FILE

    refuse_unknown_profile(profile)
    file = (targets or DEFAULT_FILE).absolute()
    plan = Plan(
        campaign=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        reports=reports.absolute(),
        targets_file=file,
        targets=tuple(dict.fromkeys(target or target_names(file))),
        apis=tuple(dict.fromkeys(api or ("",))),
        shards=shards,
        seeds=tuple(dict.fromkeys(seed or (secrets.randbelow(2**31),))),
        options=Options(
            profile=profile,
            max_requests=max_requests,
            max_writes=max_writes,
            rate=per_second(rate),
            strict=strict,
            read_only=read_only,
            waivers=waivers and waivers.absolute(),
        ),
    )
    limits = _limits(plan)

    def say(line: str) -> None:
        if not quiet:
            typer.echo(f"conformance: {terminal(line)}", err=True)

    with local_workers(local) if local else workers_at(scheduler) as client:
        ended = Campaign(client, plan, limits, say).run()
    _tell(ended, as_json=as_json)
    if ended.codes and not as_json:
        index(reports)
    raise typer.Exit(ended.exit_code)


def _require_dask() -> None:
    if find_spec("distributed") is None:
        raise UsageError("a campaign needs Dask: python -m pip install 'itwin-conformance[campaign]'")


def _limits(plan: Plan) -> dict[str, Limits]:
    """Return what each target may be asked, after a look at whatever of the plan cannot be meant."""
    from conformance.claims.requirements import load_claims, select
    from conformance.run.campaign.plan import Limits
    from conformance.run.options import limited
    from conformance.targets.opened import open_target

    catalogue, found = load_claims(), {}
    for api in plan.apis:
        select(catalogue, (api,) if api else ())
    for name in plan.targets:
        with open_target(name, plan.targets_file, catalogue) as opened:
            # What a quick run costs by default is counted in each run, not over all of them.
            found[name] = Limits.of(limited(opened, replace(plan.options, profile="release")))
    return found


def _tell(ended: Ended, *, as_json: bool) -> None:
    """Print each target's exit code and report, and on standard error what went wrong."""
    from conformance.results.text import json_text, terminal

    if as_json:
        rows = {
            target: {"exit_code": code, "report": str(ended.folders[target])}
            for target, code in ended.codes.items()
        }
        typer.echo(json_text({"targets": rows, "problems": ended.problems}, 2))
        return
    from conformance.report.statistics import OUTCOMES

    for target, code in sorted(ended.codes.items()):
        typer.echo(f"{terminal(target)}: {OUTCOMES[code]}; report in {ended.folders[target]}")
    for problem in ended.problems:
        typer.echo(terminal(f"conformance: {problem}"), err=True)
