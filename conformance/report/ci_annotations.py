"""Lines that a CI service shows beside the code: one for each cause, at the row that it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from conformance.report import statistics
from conformance.report.statistics import Explained, plural
from conformance.results.model import RunReport
from conformance.results.text import one_line, shorten, visible

MOST: Final = 10
"""GitHub shows so many errors of a step, and drops the rest."""
TEXT: Final = 400
AZURE_PERCENT: Final = "%AZP25"
Line = Callable[[str, str, str, int], str]
"""Makes a line of title, text, file and number of its line."""


def ci_annotations(run: RunReport, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what GitHub Actions or Azure Pipelines takes from a log; nothing elsewhere."""
    if environ.get("GITHUB_ACTIONS") == "true":
        yield from _annotated(run, _github)
    elif environ.get("TF_BUILD"):
        yield from _annotated(run, _azure)


def _annotated(run: RunReport, line: Line) -> Iterator[str]:
    red = [each for each in statistics.explained(run) if each.red]
    shown = red if len(red) <= MOST else red[: MOST - 1]
    for each in shown:
        row = run.requirement(each.verdicts[0].requirement)
        yield line(row.id, _text(run, each), f"specs/{row.file}" if row.file else "", row.line)
    if len(shown) < len(red):
        yield line("more", f"{plural(len(red) - len(shown), 'more cause')}: see the report", "", 0)


def _text(run: RunReport, found: Explained) -> str:
    first = found.verdicts[0]
    said = f"{first.operation}: {statistics.message(first)}"
    if found.cause is not None:
        said = f"{found.cause.sentence} ({plural(found.red, 'requirement')}). {said}"
    return shorten(one_line(visible(f"{run.target}: {said}")), TEXT)


def _github(title: str, text: str, file: str, line: int) -> str:
    place = f"file={_property(file)},line={line}," if file and line else ""
    return f"::error {place}title={_property(title)}::{_data(text)}"


def _data(text: str, percent: str = "%25") -> str:
    """Return a text that ends neither its line nor its command."""
    return text.replace("%", percent).replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _azure(title: str, text: str, file: str, line: int) -> str:
    place = f"sourcepath={_part(file)};linenumber={line};" if file and line else ""
    return f"##vso[task.logissue type=error;{place}]{_data(f'{title}: {text}', AZURE_PERCENT)}"


def _part(text: str) -> str:
    return _data(text, AZURE_PERCENT).replace(";", "%3B").replace("]", "%5D")
