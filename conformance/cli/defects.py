"""`conformance defects`: which requirement sees which defect of the built-in emulator."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from conformance.cli.options import AsJson, Targets
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.claims.requirements import Catalogue
    from conformance.proof.cases import Case
    from conformance.proof.classify import Matrix, Row

EACH_CORE: Final = 4
"""Cases at the same time for each core: most of their time is waiting."""


def defects(
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Defect, variation or pattern of names, or a requirement id; repeatable.", metavar="NAME"
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes at the same time, most of which wait. Default: 4 for each core."),
    ] = None,
    report_dir: Annotated[Path, typer.Option(help="Where matrix.json, .md and .html go.")] = Path(
        "reports/defects"
    ),
    seed: Annotated[int, typer.Option(help="Seed of the generated data.")] = 1,
    exhaustive: Annotated[
        bool,
        typer.Option(
            "--exhaustive", help="Judge each defect by every scenario, as one that --only names always is."
        ),
    ] = False,
    sample: Annotated[
        float,
        typer.Option(
            min=0, max=100, metavar="PERCENT", help="Defects, others each day, that are judged both ways."
        ),
    ] = 10.0,
    torture: Annotated[
        bool,
        typer.Option(
            "--torture", help="Let everything happen to each request instead, for the sampled scenarios."
        ),
    ] = False,
    api: Annotated[
        str,
        typer.Option(metavar="API", help="An API that was added: which of its rules are seen to fail."),
    ] = "",
    target: Annotated[
        str, typer.Option(help="With --api: the target that is made wrong; default the emulator.")
    ] = "",
    targets: Targets = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Also write the page of what the suite sees, or of the torture."),
    ] = None,
    signatures: Annotated[
        Path | None,
        typer.Option(
            help="Also write what each defect violates, and how; with --only just theirs are replaced."
        ),
    ] = None,
    as_json: AsJson = False,
    as_list: Annotated[
        bool, typer.Option("--list", help="Print the defects and variations, and run nothing.")
    ] = False,
) -> None:
    """Prove the suite: every defect of the emulator is caught where it should be, every variation is green.

    A defect is judged by the scenarios that may see it, until all of it is seen; a sample of the defects by
    all of them as well, which must agree.

    With --torture a proxy lets each request of a scenario be refused, lost, cut, throttled or failed: nothing
    may be left behind, and no exit code or verdict be wrong. --exhaustive takes all scenarios.

    With --api a proxy stands before a right target and makes it wrong, in one way for each generic rule. It
    changes what is said, not what is done; only who sends a request may be changed, as in a server that
    forgets to ask.

    Exit code 1 when a requirement has no defect, a defect is missed, a requirement outside the declared ones
    is red, or a legitimate variation is not green.
    """
    from conformance.claims.requirements import load_claims
    from conformance.cli.mutations import prove_rules
    from conformance.cli.torture import torture as suffer
    from conformance.proof.cases import focused
    from conformance.proof.page import page_of
    from conformance.proof.write import headline, troubles, write

    if (target or targets) and not api:
        raise UsageError("--target, --targets: only --api takes a target; everything else has the emulator")
    if api:
        raise typer.Exit(prove_rules(api, target, targets, seed=seed, as_json=as_json))
    if torture and not as_list:
        percent = 100.0 if exhaustive else sample
        raise typer.Exit(
            suffer(percent, workers=workers, seed=seed, page=page, quiet=as_json, only=only or ())
        )
    catalogue = load_claims()
    cases = chosen(known_cases(catalogue), tuple(only or ()))
    if as_list:
        for case in cases:
            typer.echo(f"{case.kind:9} {case.name}: {case.sentence}")
        return
    if not (exhaustive or only or signatures):  # a signature is all that a defect shows
        cases = focused(cases, sample, datetime.now(UTC).date())
    at_once = workers or EACH_CORE * (os.cpu_count() or 1)
    matrix = _run(cases, catalogue, workers=at_once, seed=seed, whole=not only, quiet=as_json)
    document = matrix.document()
    paths = write(document, report_dir)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(page_of(document), encoding="utf-8")
    if signatures is not None:
        _write_signatures(signatures, matrix, is_part=bool(only))
    if as_json:
        typer.echo(json.dumps(document, indent=1))
    else:
        color = "green" if matrix.good else "RED"
        typer.echo("\n".join([*troubles(document), *headline(document), f"{color}; {paths[-1]}"]))
    raise typer.Exit(0 if matrix.good else 1)


def _write_signatures(file: Path, matrix: Matrix, *, is_part: bool) -> None:
    """Write what each defect violates; of a part of the defects just theirs are replaced."""
    from conformance.analysis.diagnosis import read_signatures, signatures_text

    kept = read_signatures(file) if is_part and file.is_file() else ()
    text = signatures_text({each.defect: each for each in (*kept, *matrix.signatures)}.values())
    file.write_text(text, encoding="utf-8")


def known_cases(catalogue: Catalogue) -> list[Case]:
    """Return every case: the healthy emulator, its variations, its defects."""
    from conformance.emulator.catalogue import DEFECTS, VARIATIONS
    from conformance.proof.cases import defect_case, healthy, variation_case

    return [
        healthy(),
        *map(variation_case, VARIATIONS.values()),
        *(defect_case(defect, catalogue) for defect in DEFECTS.values()),
    ]


def chosen(cases: Sequence[Case], names: tuple[str, ...]) -> list[Case]:
    """Return the cases that the names speak of, by their own name or by a requirement that they break."""
    if not names:
        return list(cases)
    found = [case for case in cases if any(_speaks_of(name, case) for name in names)]
    if not found:
        raise UsageError(f"--only {' '.join(names)}: no defect or variation is meant; --list shows them")
    return found


def _speaks_of(name: str, case: Case) -> bool:
    texts = (case.name, *(text for pair in case.breaks for text in (pair[0], "@".join(pair))))
    return any(fnmatchcase(text, name) for text in texts)


def _run(
    cases: Sequence[Case], catalogue: Catalogue, *, workers: int, seed: int, whole: bool, quiet: bool
) -> Matrix:
    from conformance.proof.classify import Matrix, classify, complaints, in_order
    from conformance.proof.execute import execute

    by_name = {case.name: case for case in cases}
    started = time.monotonic()
    rows: list[Row] = []
    for outcome in execute(cases, catalogue, workers=workers or EACH_CORE * (os.cpu_count() or 1), seed=seed):
        row = classify(by_name[outcome.name], outcome)
        rows.append(row)
        if not quiet:
            for line in complaints(row):
                typer.echo(f"     {line}", err=True)
            typer.echo(
                f"{len(rows):4}/{len(cases)} {row.status:10} {row.case.name} ({outcome.seconds:.1f} s)",
                err=True,
            )
    return Matrix(in_order(rows, cases), catalogue, time.monotonic() - started, workers, whole)
