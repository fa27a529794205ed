"""Joins the folders of shards: their exchanges under ids of their own, their ledgers, one report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.analysis.compare import compare
from conformance.analysis.coverage import Facts, measure
from conformance.analysis.history import keep_digest, read_history
from conformance.analysis.waivers import hash_of
from conformance.claims.requirements import Catalogue
from conformance.errors import UsageError
from conformance.report.registry import render
from conformance.results.coverage import Coverage
from conformance.results.exchange_log import FILE_NAME as EXCHANGES
from conformance.results.exchange_log import recorded_exchanges
from conformance.results.model import RunReport
from conformance.results.run_json import FILE_NAME, load_run, write_run
from conformance.results.verdicts import Verdict
from conformance.run.lifecycle import SHOWN_RUNS
from conformance.run.merge.reports import in_order, merged, renamed, shard_of
from conformance.run.settle import Outlook, conclude
from conformance.run.sharding import Shard

LEDGER = "ledger.ndjson"


def run_folders(named: Iterable[Path]) -> list[Path]:
    """Return the run folders that are meant: those named, or those inside a folder of folders that is named.

    `UsageError` where a folder is no run and holds none.
    """
    found: list[Path] = []
    for folder in named:
        inside = sorted(path.parent for path in folder.glob(f"*/{FILE_NAME}"))
        if not (folder / FILE_NAME).is_file() and not inside:
            raise UsageError(f"{folder}: no run folder, and none inside it: there is no {FILE_NAME}")
        found += [folder] if (folder / FILE_NAME).is_file() else inside
    return list(dict.fromkeys(found))


def merge_folders(
    folders: Iterable[Path],
    into: Path | None,
    outlook: Outlook,
    *,
    catalogue: Catalogue,
    partial: bool = False,
) -> RunReport:
    """Write the report of shards that were run apart, and return it; `into` is by default reports/<run id>.

    The folders of the shards stay as they are. Of the outlook it needs waivers and baseline. `UsageError`
    where they do not belong together.
    """
    shards = in_order((load_run(folder) for folder in folders), partial=partial)
    return merge_shards(shards, into, outlook, catalogue=catalogue)


def merge_shards(
    shards: Sequence[RunReport], into: Path | None, outlook: Outlook, *, catalogue: Catalogue
) -> RunReport:
    """Write the one report of shards in their order, which belong together, and return it."""
    report = merged(shards)
    folder = into or Path("reports") / report.run_id
    history = read_history(folder.parent)
    past = history.runs(target=report.target, limit=SHOWN_RUNS)
    provenance = report.provenance.model_copy(update={"waivers": hash_of(outlook.waivers)})
    _write_evidence(shards, folder)

    def covers(verdicts: Sequence[Verdict]) -> Coverage:
        facts = Facts(catalogue, verdicts, report.credentials or {}, report.stopped, report.selected)
        return measure(recorded_exchanges(folder), facts)

    settled, comparison = conclude(
        report.model_copy(update={"folder": folder, "provenance": provenance}),
        replace(outlook, past=past, covers=covers),
    )
    write_run(folder, settled)
    keep_digest(settled)
    if comparison is None and (last := history.last_comparable(settled)) is not None:
        comparison = compare(load_run(last), settled)
    render(folder, comparison=comparison, history=past)
    return settled


def _write_evidence(shards: Iterable[RunReport], folder: Path) -> None:
    """Write the exchanges of all shards into one file, and keep each ledger, which `clean` finds there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / EXCHANGES).open("w", encoding="utf-8") as file:
            for each in shards:
                shard = shard_of(each)
                file.writelines(f"{line}\n" for line in _exchanges(each.folder, shard))
                place = folder / "shards" / str(shard.number)
                if (ledger := each.folder / LEDGER).is_file() and each.folder != place:
                    place.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ledger, place / LEDGER)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _exchanges(folder: Path, shard: Shard) -> Iterator[str]:
    """Yield the recorded exchanges of a shard under the ids that they have in the merged report."""
    file = folder / EXCHANGES
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue  # the last line of a run that was killed
        if not isinstance(record, dict) or "id" not in record:
            continue
        group = renamed(shard, record["group"]) if record.get("group") else ""
        yield json.dumps(record | {"id": renamed(shard, record["id"]), "group": group})
