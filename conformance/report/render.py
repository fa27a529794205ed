"""Renders a run folder: every format again from `run.json` and `exchanges.ndjson`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.analysis.compare import Comparison
from conformance.analysis.history import RunDigest
from conformance.analysis.history.digest import history_text, read_kept_history
from conformance.errors import UsageError
from conformance.exchange.recorded import RecordedExchange
from conformance.report.allure import write_allure
from conformance.report.ctrf import render_ctrf
from conformance.report.html import render_html
from conformance.report.junit import render_junit
from conformance.report.sarif import render_sarif
from conformance.report.scripts import scripts_of
from conformance.report.summary import render_summary
from conformance.results.exchange_log import shown_exchanges
from conformance.results.model import RunReport
from conformance.results.run_json import load_run, write_text

COMPARISON: Final = "comparison.json"
HISTORY: Final = "history.json"


@dataclass(frozen=True, slots=True)
class Material:
    """All that a format may be rendered from; comparison and history are there only if somebody made them."""

    run: RunReport
    exchanges: Mapping[str, RecordedExchange]
    scripts: Mapping[tuple[str, str], str]
    comparison: Comparison | None = None
    history: Sequence[RunDigest] | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A file or folder of the report, and the function that renders it."""

    path: str
    write: Callable[[Material, Path], None]


def _text(make: Callable[[Material], str]) -> Callable[[Material, Path], None]:
    return lambda material, path: write_text(path, make(material))


def _page(material: Material) -> str:
    return render_html(
        material.run, material.exchanges, material.comparison, material.history, material.scripts
    )


FORMATS: Final[Mapping[str, Format]] = {
    "summary": Format("summary.md", _text(lambda m: render_summary(m.run, m.comparison))),
    "html": Format("report.html", _text(_page)),
    "junit": Format("junit.xml", _text(lambda m: render_junit(m.run, m.exchanges))),
    "sarif": Format("report.sarif", _text(lambda m: render_sarif(m.run, m.exchanges, m.comparison))),
    "ctrf": Format("ctrf.json", _text(lambda m: render_ctrf(m.run, m.exchanges))),
    "allure": Format("allure-results", lambda m, path: write_allure(m.run, m.exchanges, path)),
}


def render(
    folder: Path | str,
    formats: Iterable[str] | None = None,
    *,
    comparison: Comparison | None = None,
    history: Sequence[RunDigest] | None = None,
) -> dict[str, Path]:
    """Render the formats (all of them by default) and return where each one is.

    A comparison or history that is given is kept beside `run.json`: rendering again says the same.
    """
    wanted = list(FORMATS if formats is None else formats)
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"{name}: no such report format; there are {', '.join(FORMATS)}")
    run = load_run(folder)
    evidence = {name for verdict in run.verdicts for name in verdict.evidence}
    material = Material(
        run,
        shown_exchanges(run.folder, evidence),
        scripts_of(run) if "html" in wanted else {},
        _keep_comparison(run.folder, comparison),
        _keep_history(run.folder, history),
    )
    paths = {}
    for name in wanted:
        paths[name] = run.folder / FORMATS[name].path
        try:
            FORMATS[name].write(material, paths[name])
        except OSError as error:
            raise UsageError(f"{paths[name]}: cannot be written: {error.strerror or error}") from error
    return paths


def kept_comparison(folder: Path | str) -> Comparison | None:
    """Return what moved before this run, as it was kept beside its `run.json`; None where nothing was."""
    try:
        return Comparison.model_validate(json.loads((Path(folder) / COMPARISON).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None  # a damaged file is no reason to render nothing


def _keep_comparison(folder: Path, given: Comparison | None) -> Comparison | None:
    if given is None:
        return kept_comparison(folder)
    write_text(folder / COMPARISON, json.dumps(given.to_document()) + "\n")
    return given


def _keep_history(folder: Path, given: Sequence[RunDigest] | None) -> Sequence[RunDigest] | None:
    if given is None:
        return read_kept_history(folder / HISTORY)
    write_text(folder / HISTORY, history_text(given))
    return given
