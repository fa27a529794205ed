"""What the page's script draws from: every verdict in a compact form, within a size that a phone can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.analysis.compare.comparison_text import SAID, said
from conformance.analysis.history.digest import RunDigest, key_of
from conformance.exchange.recorded import RecordedExchange
from conformance.report import statistics
from conformance.report.exchanges import request_text, response_text, title
from conformance.report.html.comparison import Changes
from conformance.report.html.kinds import KINDS, kind_of
from conformance.report.html.past import day
from conformance.report.material import Report
from conformance.results.model import RunReport
from conformance.results.text import shorten, visible, web_link
from conformance.results.verdicts import VIOLATED, Outcome, Verdict

DETAIL_BUDGET: Final = 1_300_000
"""Characters of proof in the whole page; what comes later is named and stays in run.json."""

TEXT: Final = 4_000
EXCHANGES_EACH: Final = 3

CODES: Final = {
    Outcome.FAIL: "F",
    Outcome.DEVIATION: "D",
    Outcome.HARNESS_ERROR: "H",
    Outcome.CANNOT_JUDGE: "C",
    Outcome.OBSERVED: "O",
    Outcome.PASS: "P",
    Outcome.NOT_APPLICABLE: "N",
}
"""The letter of each outcome, the gravest first."""
_BY_VALUE: Final = {outcome.value: code for outcome, code in CODES.items()}


@dataclass
class _Budget:
    left: int
    exchanges: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, texts: Mapping[str, str]) -> bool:
        """Tell whether these texts still fit, and count them if they do."""
        size = sum(len(text) for text in texts.values())
        if size > self.left:
            return False
        self.left -= size
        return True


def page_data(
    report: Report,
    scripts: Mapping[tuple[str, str], str],
    changes: Changes | None,
    runs: Sequence[RunDigest],
) -> dict[str, Any]:
    """Return operations, requirements, verdicts (the gravest first), their exchanges and the runs."""
    run, budget = report.run, _Budget(DETAIL_BUDGET)
    operations = list(statistics.by_operation(run))
    names = sorted({verdict.requirement for verdict in run.verdicts})
    requirement_index = {name: index for index, name in enumerate(names)}
    operation_index = {name: index for index, name in enumerate(operations)}
    graver_last = reversed(changes.moves) if changes else ()
    moved = {(move.requirement, move.operation): move.move.value for move in graver_last}
    order = list(CODES)
    rows = []
    for verdict in sorted(
        run.verdicts, key=lambda v: (not run.is_red(v), order.index(v.outcome), v.requirement, v.operation)
    ):
        row = _row(report, verdict, scripts.get(verdict.pair, ""), budget) | {
            "r": requirement_index[verdict.requirement],
            "o": operation_index[verdict.operation],
            "h": "".join(_letter(digest, key_of(verdict.pair)) for digest in runs),
            "m": moved.get(verdict.pair, ""),
        }
        rows.append(
            {key: value for key, value in row.items() if value is not False and value not in ("", [])}
        )
    return {
        "operations": [_operation(run, name) for name in operations],
        "requirements": [_requirement(run, name) for name in names],
        "rows": rows,
        "exchanges": budget.exchanges,
        "runs": [{"day": day(digest), "run": digest.run_id} for digest in runs],
        "folder": run.folder.name,
        "kinds": {code: [kind.name, kind.word] for code, kind in KINDS.items()},
        "moves": {kind: said(kind) for kind in SAID},
    }


def _operation(run: RunReport, name: str) -> dict[str, str]:
    operation = run.operation(name)
    return {
        "id": name,
        "api": operation.api,
        "path": f"{operation.method} {operation.path}".strip(),
        "link": web_link(operation.url),
    }


def _requirement(run: RunReport, name: str) -> dict[str, str]:
    requirement = run.requirement(name)
    return {
        "id": name,
        "level": requirement.level.value,
        "theme": requirement.theme,
        "quote": shorten(requirement.quote, TEXT),
        "expect": shorten(requirement.expect, TEXT),
        "page": requirement.page,
        "link": web_link(requirement.page),
        "ask": shorten(requirement.ask, TEXT),
    }


def _row(report: Report, verdict: Verdict, script: str, budget: _Budget) -> dict[str, Any]:
    run = report.run
    kind = kind_of(run, verdict)
    row: dict[str, Any] = {"v": CODES[verdict.outcome], "red": kind == "F"}
    if kind != row["v"]:
        row["k"] = kind
    if verdict.times > 1:
        row["t"] = verdict.times
    if verdict.outcome in VIOLATED and not row["red"]:
        row["w"] = shorten(statistics.why_tolerated(run, verdict), TEXT)
    details = {
        "e": shorten(verdict.expected, TEXT),
        "a": shorten(verdict.actual, TEXT),
        "n": shorten(verdict.reason, TEXT),
        "f": shorten(verdict.observed, TEXT),
        "c": verdict.curl if len(verdict.curl) <= 2 * TEXT else "",
        "s": script,
    }
    if not budget.take(details):
        return {**row, "n": "The details were left out to keep this page small: they stand in run.json."}
    row.update(details)
    if verdict.outcome is not Outcome.PASS:
        shown = report.evidence(verdict)[-EXCHANGES_EACH:]
        row["x"] = [exchange.id for exchange in shown if _keep(exchange, budget)]
    return row


def _keep(exchange: RecordedExchange, budget: _Budget) -> bool:
    """Keep an exchange for the page if it still fits."""
    if exchange.id in budget.exchanges:
        return True
    texts = {
        "title": shorten(visible(title(exchange)), 300),
        "request": shorten(visible(request_text(exchange)), TEXT),
        "response": shorten(visible(response_text(exchange)), TEXT),
    }
    if not budget.take(texts):
        return False
    budget.exchanges[exchange.id] = texts
    return True


def _letter(digest: RunDigest, key: str) -> str:
    """Return how a verdict stood in a run: W for a waived violation, a dot where the run has no verdict."""
    code = _BY_VALUE.get(digest.verdicts.get(key, ""), ".")
    return "W" if code == "F" and key in digest.waived else code
