"""`conformance defects --api`: which generic rules are seen to fail on this very API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from conformance.errors import UsageError, did_you_mean
from conformance.results.verdicts import ExitCode

if TYPE_CHECKING:
    from conformance.proof.mutations.execute import Proof

HEAD: Final = ("rule", "mutation", "held", "seen", "missed", "not judged")
SHOWN: Final = 20


def prove_rules(api: str, target: str, targets: Path | None, *, seed: int, as_json: bool) -> ExitCode:
    """Judge an added API by its target, then by each mutation of the target, and tell what was seen.

    What was missed is a violation of this suite, not of the API; nothing that held at all cannot be judged.
    """
    from conformance.claims.folders import specs_dir
    from conformance.claims.requirements import load_claims
    from conformance.claims.rules import load_rules
    from conformance.proof.mutations.execute import Prover
    from conformance.targets.opened import open_target

    catalogue = load_claims()
    if api not in catalogue.added:
        known = tuple(catalogue.added)
        there = f"there are {', '.join(known)}" if known else "add one with the verb add"
        raise UsageError(f"--api {api}: no API of this name was added; {there}{did_you_mean(api, known)}")

    def progress(what: str) -> None:
        typer.echo(f"judging {what}", err=True)

    with open_target(target, targets, catalogue) as opened:
        prover = Prover(catalogue.added[api], opened, catalogue, load_rules(specs_dir()), seed, progress)
        proofs = sorted(prover.prove(), key=lambda proof: proof.rule)
    if as_json:
        typer.echo(json.dumps([asdict(proof) for proof in proofs], indent=1))
    else:
        _tell(proofs)
    if any(proof.missed for proof in proofs):
        return ExitCode.VIOLATION
    return ExitCode.CONFORMS if any(proof.seen for proof in proofs) else ExitCode.CANNOT_JUDGE


def _tell(proofs: Sequence[Proof]) -> None:
    from rich.table import Table

    from conformance.report.console import open_console, put, say_lines

    shown = Table(box=None, pad_edge=False)
    for name in HEAD:
        shown.add_column(name, justify="left" if name in HEAD[:2] else "right")
    for proof in proofs:
        counts = (proof.held, *map(len, (proof.seen, proof.missed, proof.unjudged)))
        shown.add_row(proof.rule, proof.mutation or "none", *(str(n) if n else "·" for n in counts))
    put(open_console(), shown)
    missed = [(proof, each) for proof in proofs for each in proof.missed]
    say_lines(
        f"missed: {each} held although the target was made wrong ({proof.mutation})"
        for proof, each in missed[:SHOWN]
    )
    if len(missed) > SHOWN:
        say_lines([f"… and {len(missed) - SHOWN} more; --json has all"])
    red = sorted({each for proof in proofs for each in proof.violated})
    if red:
        say_lines([f"{len(red)} requirements are violated by the target itself: no proof is made of these"])
    rules = [proof for proof in proofs if proof.held]
    seen = sum(bool(proof.seen) and not proof.missed for proof in rules)
    color = "RED" if missed else "green" if seen else "nothing was proven"
    typer.echo(f"{color}; {seen} of {len(rules)} rules that hold were seen to fail")
