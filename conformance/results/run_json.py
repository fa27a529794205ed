"""Reads and writes `run.json`, the one source of every report, and says what is wrong with a bad one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from conformance.errors import UsageError
from conformance.results.model import SCHEMA_VERSION, RunReport, WaiverState
from conformance.results.text import shorten, visible
from conformance.results.verdicts import ExitCode, is_red

FILE_NAME: Final = "run.json"
_MARKS: Final = {"schema_version", "run_id", "verdicts"}
_MAJOR: Final = int(SCHEMA_VERSION.partition(".")[0])
_SHOWN_PROBLEMS: Final = 5
_KINDS: Final = {
    "string": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "tuple": "array",
    "dict": "object",
    "model": "object",
    "dataclass": "object",
}
"""What pydantic calls a kind of value, and what JSON does."""


def load_run(folder: Path | str) -> RunReport:
    """Return the run of a report folder, or of a path to its `run.json`; else raise `UsageError`."""
    path = Path(folder)
    path = path if path.name == FILE_NAME and not path.is_dir() else path / FILE_NAME
    document = parse_document(path)
    try:
        report = RunReport.model_validate(document)
    except ValidationError as error:
        raise _edited(path, list(_sentences(error.errors(include_url=False)))) from error
    if problems := _doubles(report) or _contradiction(report):
        raise _edited(path, problems)
    return report.model_copy(update={"folder": path.parent})


def write_run(folder: Path | str, report: RunReport) -> Path:
    """Write `run.json` in one step: a reader sees the old file or the new one, never half of it."""
    target = Path(folder) / FILE_NAME
    write_text(target, json.dumps(report.to_document(), indent=1, ensure_ascii=True) + "\n")
    return target


def write_text(path: Path, text: str) -> None:
    """Write a file of the report folder in one step; raise `UsageError` where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            # A lone surrogate of a server has no UTF-8: it is spelled out, as JSON does.
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def write_folder(path: Path, files: Mapping[str, str]) -> None:
    """Write a folder of files in one step, in place of what is there; `UsageError` where it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        try:
            for name, text in files.items():
                (new / name).write_bytes(text.encode(errors="backslashreplace"))
            new.chmod(0o755)
            if path.exists():
                shutil.rmtree(path)
            new.rename(path)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def parse_document(path: Path) -> Mapping[str, Any]:
    """Return the JSON of a `run.json` of a version that can be read, not yet validated; else `UsageError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: no such file; a report folder holds one, written by `conformance run`"
        ) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: is not UTF-8 text (byte {error.start}), so no run.json of this suite"
        ) from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
            raise UsageError(f"{path}: is truncated: the file ends inside the document ({where})") from error
        raise UsageError(f"{path}: is not JSON: {error.msg} ({where})") from error
    except RecursionError as error:
        raise UsageError(f"{path}: is nested too deeply to be a run.json of this suite") from error
    if not isinstance(document, dict) or not _MARKS & document.keys():
        raise UsageError(f"{path}: is JSON, but not of this suite: expected {', '.join(sorted(_MARKS))}")
    _accept_version(path, document.get("schema_version"))
    return document


def _accept_version(path: Path, version: object) -> None:
    major = str(version).partition(".")[0]
    if not isinstance(version, str) or not major.isdecimal():
        raise UsageError(
            f"{path}: schema_version: expected a version such as {SCHEMA_VERSION!r}, found {version!r}"
        )
    if int(major) != _MAJOR:
        newer = int(major) > _MAJOR
        hint = (
            "written by a newer suite: upgrade this one" if newer else "written by an older suite: run again"
        )
        raise UsageError(f"{path}: schema_version {version} is not {SCHEMA_VERSION}; {hint}")


def _edited(path: Path, lines: list[str]) -> UsageError:
    if len(lines) > _SHOWN_PROBLEMS:
        lines = [*lines[:_SHOWN_PROBLEMS], f"and {len(lines) - _SHOWN_PROBLEMS} more"]
    head = f"{path}: does not follow its schema; was it edited by hand?"
    return UsageError("\n  ".join([head, *lines]))


def _sentences(problems: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for problem in problems:
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]]
        place = visible("".join(parts).removeprefix("."))
        if problem["type"] == "missing":
            place, _, name = place.rpartition(".")
            yield f"{place or 'the document'}: {name!r} is a required property"
        else:
            yield f"{place}: {_wanted(problem)}, found {_shown(problem['input'])}"


def _wanted(problem: Mapping[str, Any]) -> str:
    kind, _, what = problem["type"].partition("_")
    if what == "type" and kind in _KINDS:
        return f"expected {_KINDS[kind]}"
    if problem["type"] == "enum":
        return f"expected one of {problem['ctx']['expected'].replace(' or ', ', ').replace(chr(39), '')}"
    return visible(shorten(problem["msg"], 160))


def _shown(value: object) -> str:
    return visible(shorten(json.dumps(value, default=str), 60))


def _doubles(report: RunReport) -> list[str]:
    seen: dict[tuple[str, str], int] = {}
    for number, verdict in enumerate(report.verdicts):
        first = seen.setdefault(verdict.pair, number)
        if first != number:
            name = f"{verdict.requirement} on {verdict.operation}"
            return [f"verdicts[{number}]: {name} has a verdict already, in verdicts[{first}]"]
    return []


def _contradiction(report: RunReport) -> list[str]:
    """Return why exit code 1 cannot be: nothing is red. Exit code 0 may be a baseline's, whatever is red."""
    if report.exit_code is not ExitCode.VIOLATION:
        return []
    violated = any(is_red(verdict, strict=report.strict) for verdict in report.verdicts)
    ended = any(waiver.state is not WaiverState.ACTIVE for waiver in report.waivers)
    return [] if violated or ended else ["exit_code: 1, and no verdict and no waiver is red"]
