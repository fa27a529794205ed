"""`conformance plan`: what a run of an added API would do; nothing is sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from conformance.cli.add import repairs_in_words
from conformance.cli.options import AsJson, Verbose, refuse_unknown_profile
from conformance.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.claims.requirements import Catalogue
    from conformance.run.derived.plan import Plan, Step

SHOWN: Final = 12


def plan(
    api: Annotated[str, typer.Argument(metavar="[API]", help="An API that was added; without it, all.")] = "",
    profile: Annotated[str, typer.Option(help="quick, nightly or release.")] = "quick",
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Say how an added API would be judged, and send nothing.

    Whence each id of a path is taken, which operations are blocked and what would unblock them, which writes
    are not sent, and the price in requests.
    """
    from conformance.claims.folders import specs_dir
    from conformance.claims.requirements import load_claims
    from conformance.claims.rules import load_rules
    from conformance.report.console import say_lines
    from conformance.run.derived.plan import Plan

    refuse_unknown_profile(profile)
    catalogue = load_claims()
    rules = load_rules(specs_dir())
    plans = []
    for name in _names(api, catalogue):
        added = catalogue.added[name]
        plans.append(Plan(added, catalogue.derived(added), rules))
    if as_json:
        typer.echo(json.dumps([_document(each, profile) for each in plans], indent=1))
        return
    for each in plans:
        say_lines(_lines(each, profile, everything=verbose))


def _names(api: str, catalogue: Catalogue) -> list[str]:
    known = sorted(catalogue.added)
    if not known:
        raise UsageError("no API was added yet; `conformance add` takes the definition of one")
    if api and api not in catalogue.added:
        raise UsageError(
            f"{api}: no API of this name was added; there are {', '.join(known)}{did_you_mean(api, known)}"
        )
    return [api] if api else known


def _lines(plan: Plan, profile: str, *, everything: bool) -> Iterator[str]:
    least, most = plan.price(profile)
    name, operations = plan.api.name, len(plan.api.endpoints)
    yield from repairs_in_words(plan.api.repairs, everything=everything)
    rules = len({row.rule for row in plan.rows})
    yield f"{name}: {operations} operations, {len(plan.rows)} requirements of {rules} rules"
    yield f"price: about {least} requests, {most} at most ({profile})"
    if plan.steps:
        yield "whence the ids are taken:"
        yield from _some((_step(step) for step in plan.steps), len(plan.steps), everything=everything)
    if plan.missing:
        blocked = {label for each in plan.missing for label in each.operations}
        yield f"blocked: {len(blocked)} operations, until the override says more"
        yield from _some(
            (
                f"  {each.slot.prefix} ({len(each.operations)} operations): {each.line}"
                for each in plan.missing
            ),
            len(plan.missing),
            everything=everything,
        )
    if plan.not_sent:
        yield "not sent to a target elsewhere:"
        sent = (f"  {label}: {why}" for label, why in plan.not_sent.items())
        yield from _some(sent, len(plan.not_sent), everything=everything)


def _step(step: Step) -> str:
    after = f", after {' and '.join(step.after)}" if step.after else ""
    said = step.producer
    if not step.request:
        return f"  {step.slot.prefix}: {said.place} {said.at} ({said.source})"
    where = (
        "chosen" if said.place in {"path", "request"} else said.at if said.place == "response" else said.place
    )
    return f"  {step.slot.prefix}: {step.request} {where} ({said.source}){after}"


def _some(lines: Iterable[str], count: int, *, everything: bool) -> Iterator[str]:
    most = count if everything or count <= SHOWN + 1 else SHOWN
    for number, line in enumerate(lines):
        if number < most:
            yield line
    if most < count:
        yield f"  … and {count - most} more: -v shows them"


def _document(plan: Plan, profile: str) -> dict[str, object]:
    least, most = plan.price(profile)
    return {
        "api": plan.api.name,
        "operations": len(plan.api.endpoints),
        "requirements": len(plan.rows),
        "requests": {"about": least, "most": most},
        "steps": [asdict(step) for step in plan.steps],
        "missing": [{**asdict(each), "override": each.line} for each in plan.missing],
        "not_sent": dict(plan.not_sent),
        "repairs": [asdict(each) for each in plan.api.repairs],
    }
