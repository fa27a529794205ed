"""What the page's script draws from: every verdict in a compact form, within a size that a phone can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.analysis.compare.comparison_text import SAID, said
from conformance.exchange.recorded import RecordedExchange
from conformance.report import statistics
from conformance.report.exchanges import request_text, response_text, title
from conformance.report.html_moves import Moves
from conformance.report.html_nights import Night
from conformance.results.model import RunReport
from conformance.results.text import shorten, web_link
from conformance.results.verdicts import Outcome, Verdict

DETAIL_BUDGET: Final = 1_300_000
"""Characters of proof in the whole page; what comes later is named and stays in run.json."""

TEXT: Final = 4_000
EXCHANGES_EACH: Final = 3

CODES: Final = {
    Outcome.PASS: "P",
    Outcome.FAIL: "F",
    Outcome.DEVIATION: "D",
    Outcome.OBSERVED: "O",
    Outcome.NOT_APPLICABLE: "N",
    Outcome.CANNOT_JUDGE: "C",
    Outcome.HARNESS_ERROR: "H",
}
_BY_VALUE: Final = {verdict.value: code for verdict, code in CODES.items()}
_ORDER: Final = {code: rank for rank, code in enumerate("FDHCOPN")}


@dataclass
class _Budget:
    left: int
    exchanges: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, *texts: str) -> bool:
        """Tell whether these texts still fit, and count them if they do."""
        size = sum(len(text) for text in texts)
        if size > self.left:
            return False
        self.left -= size
        return True


@dataclass(frozen=True, slots=True)
class Proof:
    """A run, the exchanges behind its verdicts, and the script that shows a violation again."""

    run: RunReport
    exchanges: Mapping[str, RecordedExchange]
    scripts: Mapping[tuple[str, str], str] = field(default_factory=dict)


def page_data(proof: Proof, moves: Moves | None, nights: list[Night]) -> dict[str, Any]:
    """Return operations, requirements, verdicts (the gravest first), their exchanges and the nights."""
    budget, run = _Budget(DETAIL_BUDGET), proof.run
    operations = list(statistics.by_operation(run))
    names = sorted({verdict.requirement for verdict in run.verdicts})
    graver_last = reversed(moves.rows) if moves else ()
    moved = {(move.requirement, move.operation): move.kind for move in graver_last}
    ordered = sorted(
        run.verdicts,
        key=lambda j: (not run.is_red(j), _ORDER[CODES[j.outcome]], j.requirement, j.operation),
    )
    requirement_index = {name: index for index, name in enumerate(names)}
    operation_index = {name: index for index, name in enumerate(operations)}
    rows = []
    for verdict in ordered:
        row = _row(proof, verdict, budget)
        row["r"] = requirement_index[verdict.requirement]
        row["o"] = operation_index[verdict.operation]
        row["h"] = _past(verdict, nights)
        row["m"] = moved.get((verdict.requirement, verdict.operation), "")
        rows.append(
            {key: value for key, value in row.items() if value is not False and value not in ("", [])}
        )
    return {
        "operations": [_operation(run, name) for name in operations],
        "requirements": [_requirement(run, name) for name in names],
        "rows": rows,
        "exchanges": budget.exchanges,
        "nights": [{"day": night.day, "run": night.run_id} for night in nights],
        "folder": run.folder.name,
        "moved": {kind: said(kind) for kind in SAID},
    }


def _operation(run: RunReport, name: str) -> dict[str, str]:
    operation = run.operation(name)
    return {"id": name, "api": operation.api, "call": f"{operation.method} {operation.path}".strip()}


def _requirement(run: RunReport, name: str) -> dict[str, Any]:
    requirement = run.requirement(name)
    return {
        "id": name,
        "level": requirement.level,
        "quote": shorten(requirement.quote, TEXT),
        "expect": shorten(requirement.expect, TEXT),
        "page": requirement.page,
        "link": web_link(requirement.page),
        "ask": shorten(requirement.ask, TEXT),
    }


def _row(proof: Proof, verdict: Verdict, budget: _Budget) -> dict[str, Any]:
    run = proof.run
    row: dict[str, Any] = {"v": CODES[verdict.outcome], "red": run.is_red(verdict)}
    if verdict.times > 1:
        row["t"] = verdict.times
    if verdict.outcome in statistics.VIOLATED and not row["red"]:
        row["w"] = shorten(statistics.why_tolerated(run, verdict), TEXT)
    details = {
        "e": shorten(verdict.expected, TEXT),
        "a": shorten(verdict.actual, TEXT),
        "n": shorten(verdict.reason, TEXT),
        "f": shorten(verdict.observed, TEXT),
        "c": verdict.curl if len(verdict.curl) <= 2 * TEXT else "",
        "s": proof.scripts.get((verdict.requirement, verdict.operation), ""),
    }
    if not budget.take(*details.values()):
        return {**row, "n": "The details were left out to keep this page small: they stand in run.json."}
    row.update(details)
    if verdict.outcome is not Outcome.PASS:
        row["x"] = [x for x in verdict.evidence[-EXCHANGES_EACH:] if _keep(x, proof.exchanges, budget)]
    return row


def _keep(identifier: str, exchanges: Mapping[str, RecordedExchange], budget: _Budget) -> bool:
    """Keep an exchange for the page if it is recorded and still fits."""
    if identifier in budget.exchanges:
        return True
    record = exchanges.get(identifier)
    if record is None:
        return False
    texts = {
        "title": shorten(title(record), 300),
        "request": shorten(request_text(record), TEXT),
        "response": shorten(response_text(record), TEXT),
    }
    if not budget.take(*texts.values()):
        return False
    budget.exchanges[identifier] = texts
    return True


def _past(verdict: Verdict, nights: list[Night]) -> str:
    """Return one letter for each night: W for a waived violation, a dot where the night has no verdict."""
    key = f"{verdict.requirement}|{verdict.operation}"
    return "".join(_letter(night, key) for night in nights)


def _letter(night: Night, key: str) -> str:
    code = _BY_VALUE.get(night.verdicts.get(key, ""), ".")
    return "W" if code == "F" and key in night.waived else code
