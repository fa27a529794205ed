"""Renders a run folder: every format again from `run.json` and `exchanges.ndjson`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError
from conformance.report.allure import write_allure
from conformance.report.ctrf import render_ctrf
from conformance.report.exchanges import Record, load_exchanges
from conformance.report.html import render_html
from conformance.report.junit import render_junit
from conformance.report.sarif import render_sarif
from conformance.report.scripts import scripts_of
from conformance.report.summary import render_summary
from conformance.results.model import Run
from conformance.results.run_json import load_run, write_text
from conformance.results.text import scrub


@dataclass(frozen=True, slots=True)
class Material:
    """All that a format may be rendered from; comparison and history are there only if somebody made them."""

    run: Run
    exchanges: Mapping[str, Record]
    scripts: Mapping[tuple[str, str], str]
    comparison: Mapping[str, Any] | None = None
    history: Sequence[Mapping[str, Any]] | None = None


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
    comparison: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, Any]] | None = None,
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
        load_exchanges(run.folder, evidence),
        scripts_of(run) if "html" in wanted else {},
        _kept(run.folder / "comparison.json", comparison, _is_comparison),
        _kept(run.folder / "history.json", history, _is_rows),
    )
    paths = {}
    for name in wanted:
        paths[name] = run.folder / FORMATS[name].path
        try:
            FORMATS[name].write(material, paths[name])
        except OSError as error:
            raise UsageError(f"{paths[name]}: cannot be written: {error.strerror or error}") from error
    return paths


def kept_comparison(folder: Path | str) -> Mapping[str, Any] | None:
    """Return what moved before this run, as it was kept beside its `run.json`; None where nothing was."""
    kept: Mapping[str, Any] | None = scrub(_kept(Path(folder) / "comparison.json", None, _is_comparison))
    return kept


def _kept(path: Path, given: Any, sound: Callable[[Any], bool]) -> Any:
    """Keep what is given, or return what was kept; a damaged file is no reason to render nothing."""
    if given is not None:
        write_text(path, json.dumps(given) + "\n")
        return given
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if sound(kept) else None


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _is_comparison(value: Any) -> bool:
    return isinstance(value, dict) and _is_rows(value.get("moves"))
