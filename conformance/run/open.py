"""Opens a run: what is selected, where its report goes, and the one client that sends."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conformance.analysis.waivers import known_of, load_or_none
from conformance.checks.booker import booker
from conformance.claims.requirements import Catalogue, select
from conformance.client import Client, budget_for
from conformance.client.auth.login import logged_in
from conformance.errors import UsageError
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import new_ledger, refuse_unfinished
from conformance.results.model import RunReport
from conformance.results.run_json import FILE_NAME, load_run
from conformance.results.verdicts import Book
from conformance.run.derived.spending import limit_of
from conformance.run.options import QUICK_REQUESTS, Options, limited
from conformance.run.run import Run
from conformance.targets.model import Target

WRITTEN: Final = (FILE_NAME, "exchanges.ndjson", "comparison.json", "history.json", "digest.json")
"""What an earlier run may have left in the folder, and would be taken for this one's."""


def new_run(options: Options, target: Target, catalogue: Catalogue) -> Run:
    """Return a run that is ready to start; its report folder exists and can be written."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    selected = _of_shard(frozenset(select(catalogue, options.only)), catalogue, options)
    waivers = load_or_none(options.waivers, today=datetime.now(UTC).date(), known=known_of(catalogue))
    baseline = _baseline(options.baseline, target)
    folder = _folder(options.report_dir or Path("reports") / run_id, target)
    target = logged_in(target)
    target = limited(_for_derived(target, catalogue, selected, options), options)
    redactor = Redactor()
    ledger = new_ledger(folder / "ledger.ndjson", target.base_url)
    book = Book()
    checks = booker(catalogue.judged(), book, redactor, selected)
    client = Client(
        target,
        Recorder(redactor, str(folder / "exchanges.ndjson")),
        budget_for(target, ledger),
        ledger,
        observers=(checks,),
        on_rate_limit=checks.rate_limit,
        read_only=options.read_only,
    )
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    return Run(
        options,
        target,
        catalogue,
        selected,
        folder,
        run_id,
        seed,
        book,
        client,
        waivers=waivers,
        baseline=baseline,
    )


def _for_derived(
    target: Target, catalogue: Catalogue, selected: frozenset[tuple[str, str]], options: Options
) -> Target:
    """Return the target as an added API is judged: by its own budget, with an Accept that fits any API."""
    derived = {operation for requirement, operation in selected if catalogue.rows[requirement].rule}
    if not derived:
        return target
    changes: dict[str, Any] = {}
    if target.max_requests is None:
        changes["max_requests"] = QUICK_REQUESTS + 2 * limit_of(options.profile, len(derived))
    if all(catalogue.rows[requirement].rule for requirement, _ in selected):
        changes["headers"] = {"Accept": "application/json, */*;q=0.5"} | dict(target.headers)
    return target.model_copy(update=changes)


def _of_shard(
    selected: frozenset[tuple[str, str]], catalogue: Catalogue, options: Options
) -> frozenset[tuple[str, str]]:
    """Return what is selected, added APIs only for the first shard: they share what a run creates."""
    if options.shard is None or options.shard.number == 1:
        return selected
    return frozenset(pair for pair in selected if not catalogue.rows[pair[0]].rule)


def refuse_without_target(catalogue: Catalogue, only: Sequence[str]) -> None:
    """Refuse to judge added APIs alone by the emulator, which does not serve them."""
    rows = [catalogue.rows[requirement] for requirement, _ in select(catalogue, only)]
    if rows and all(row.rule for row in rows):
        what = " ".join(f"--only {selector}" for selector in only)
        raise UsageError(f"{what}: the emulator does not serve this API; name a target with --target")


def refuse_earlier_run(folder: Path | None) -> None:
    """Refuse a report folder that somebody named and that holds a run already: it would be lost."""
    if folder is not None and (folder / FILE_NAME).exists():
        raise UsageError(
            f"--report-dir {folder}: it holds the report of an earlier run, which would be lost; "
            "name another folder, or remove that one"
        )


def _baseline(folder: Path | None, target: Target) -> RunReport | None:
    """Return the run to compare with, read before anything is sent."""
    if folder is None:
        return None
    baseline = load_run(folder)
    if baseline.target != target.name:
        raise UsageError(
            f"--baseline {folder}: judged {baseline.target!r}, and this run judges {target.name!r}"
        )
    return baseline


def _folder(folder: Path, target: Target) -> Path:
    refuse_unfinished(folder / "ledger.ndjson", target.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"{FILE_NAME}.tmp"
        probe.write_text("")
        probe.unlink()
        for old in WRITTEN:
            (folder / old).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"the report folder {folder} cannot be written: {error.strerror}; name another with --report-dir"
        ) from error
    return folder
