"""What a report is made of: the run, the exchanges behind it, and what is known of earlier runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from conformance.analysis.compare.model import Comparison
from conformance.analysis.history.digest import RunDigest, history_text, read_kept_history
from conformance.exchange.recorded import RecordedExchange
from conformance.results.exchange_log import ShownExchanges
from conformance.results.model import RunReport
from conformance.results.run_json import load_run, write_text
from conformance.results.text import json_text
from conformance.results.verdicts import Verdict

COMPARISON: Final = "comparison.json"
HISTORY: Final = "history.json"
"""Where both are kept beside `run.json`, so that rendering again says the same."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a format is rendered from; comparison and history are there only if somebody made them."""

    run: RunReport
    exchanges: Mapping[str, RecordedExchange] = field(default_factory=dict)
    comparison: Comparison | None = None
    history: tuple[RunDigest, ...] = ()

    def evidence(self, verdict: Verdict) -> list[RecordedExchange]:
        """Return the recorded exchanges that prove a verdict; the last one decided."""
        found = map(self.exchanges.get, verdict.evidence)
        return [exchange for exchange in found if exchange is not None]


def load_report(folder: Path | str) -> Report:
    """Return what a run folder is rendered from; raise `UsageError` where it holds no sound `run.json`."""
    run = load_run(folder)
    evidence = {name for verdict in run.verdicts for name in verdict.evidence}
    return Report(
        run,
        ShownExchanges(run.folder, evidence),
        kept_comparison(run.folder),
        read_kept_history(run.folder / HISTORY) or (),
    )


def keep(folder: Path, comparison: Comparison | None, history: tuple[RunDigest, ...] | None) -> None:
    """Keep what is known of earlier runs beside `run.json`; None leaves what was kept."""
    if comparison is not None:
        write_text(folder / COMPARISON, json_text(comparison.to_document()) + "\n")
    if history is not None:
        write_text(folder / HISTORY, history_text(history))


def kept_comparison(folder: Path | str) -> Comparison | None:
    """Return what changed before this run; None where nothing was kept, or only a damaged file."""
    try:
        return Comparison.model_validate_json((Path(folder) / COMPARISON).read_bytes())
    except (OSError, ValidationError):
        return None
