"""Every format of a report: a module of `formats` that says where it goes and renders a run as text.

A module has ``PATH``, a file or folder below the run folder, and ``render``, from a `Report` to the text of
the file, or of each file of the folder. Nothing else has to be told about it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Final

from conformance.analysis.compare.model import Comparison
from conformance.analysis.history.digest import RunDigest
from conformance.errors import UsageError
from conformance.report import formats as package
from conformance.report.material import Report, keep, load_report
from conformance.results.run_json import write_folder, write_text


@dataclass(frozen=True, slots=True)
class Format:
    """A file or folder of the report, and the function that renders it."""

    path: str
    render: Callable[[Report], str | Mapping[str, str]]


def find_formats() -> dict[str, Format]:
    """Return every format by its name, which is that of its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = {name: import_module(f"{package.__name__}.{name}") for name in names}
    return {name: Format(module.PATH, module.render) for name, module in modules.items()}


FORMATS: Final[Mapping[str, Format]] = find_formats()


def render(
    folder: Path | str,
    wanted: Iterable[str] | None = None,
    *,
    comparison: Comparison | None = None,
    history: tuple[RunDigest, ...] | None = None,
) -> dict[str, Path]:
    """Render the wanted formats (all of them by default) of a run folder and return where each one is.

    A comparison or history that is given is kept beside `run.json`: rendering again says the same.
    """
    names = list(FORMATS if wanted is None else wanted)
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"{name}: no such report format; there are {', '.join(FORMATS)}")
    kept = load_report(folder)
    keep(kept.run.folder, comparison, history)
    report = replace(
        kept,
        comparison=kept.comparison if comparison is None else comparison,
        history=kept.history if history is None else history,
    )
    paths = {name: report.run.folder / FORMATS[name].path for name in names}
    for name, path in paths.items():
        _write(path, FORMATS[name].render(report))
    return paths


def _write(path: Path, content: str | Mapping[str, str]) -> None:
    if isinstance(content, str):
        write_text(path, content)
        return
    write_folder(path, content)
