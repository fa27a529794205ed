"""The options that several verbs have, each with one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from conformance.cli.completion import selectors
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.report.terminal import Detail

REPORTS: Final = Path("reports")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reports = Annotated[Path, typer.Option("--reports", help="Where the run folders are.")]
MinCoverage = Annotated[
    float,
    typer.Option(
        min=0,
        max=100,
        metavar="PERCENT",
        help="Exit code 3 where less of what is documented was exercised and judged.",
    ),
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Judge only what needs no write.")]
Strict = Annotated[bool, typer.Option("--strict", help="A deviation is red too.")]
Targets = Annotated[Path | None, typer.Option("--targets", help="Targets file; default targets.toml.")]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Requirement id, pattern, operationId, tag or API; repeatable.",
        metavar="SELECTOR",
        autocompletion=selectors,
    ),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print every violation with its proof, not one screen.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the last line only.")]
Waivers = Annotated[
    Path | None,
    typer.Option(
        "--waivers", help="Known violations; default waivers.yaml here, or else specs/waivers.yaml."
    ),
]


def refuse_unknown_profile(profile: str) -> None:
    """Raise a `UsageError` for a profile that there is not."""
    from conformance.run.options import PROFILES

    if profile not in PROFILES:
        raise UsageError(f"--profile {profile}: there are {', '.join(PROFILES)}")


def per_second(rate: str) -> float | None:
    """Return how many requests a second `--rate` means, None where it is not given; or a `UsageError`."""
    from conformance.targets.model import parse_rate

    try:
        return parse_rate(rate) if rate else None
    except ValueError as error:
        raise UsageError(f"--rate: {error}") from None


def told_in(*, verbose: bool, quiet: bool) -> Detail:
    """Return how much of a run is printed; both at once is a `UsageError`."""
    from conformance.report.terminal import Detail

    if verbose and quiet:
        raise UsageError("--verbose or --quiet: one of the two")
    return Detail.ALL if verbose else Detail.QUIET if quiet else Detail.SCREEN
