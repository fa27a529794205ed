"""The options that several verbs have, each with one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from conformance.cli.completion import selectors

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
