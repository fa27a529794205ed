"""Reads and writes `run.json`, the one source of every report, and says what is wrong with a bad one."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from conformance.claims.level import Level
from conformance.errors import UsageError
from conformance.results.model import Leak, Operation, Requirement, Run, Waiver
from conformance.results.text import scrub, shorten, visible
from conformance.results.verdicts import ExitCode, Outcome, Verdict

SCHEMA_VERSION: Final = "1.0"
"""A newer minor version only adds members and is read; a newer major version is refused."""

FILE_NAME: Final = "run.json"
_MARKS: Final = {"schema_version", "run_id", "verdicts"}
_SHOWN_PROBLEMS: Final = 5

Row = TypeVar("Row", Operation, Requirement, Waiver, Leak)


@cache
def _schema_text() -> str:
    return (Path(__file__).parent / "run.schema.json").read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `run.json`."""
    return cast("dict[str, Any]", json.loads(_schema_text()))


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def load_run(folder: Path | str) -> Run:
    """Return the run of a report folder, or of a path to its `run.json`; else raise `UsageError`."""
    path = Path(folder)
    path = path if path.name == FILE_NAME and not path.is_dir() else path / FILE_NAME
    document = _parse(path)
    _accept_version(path, document)
    _accept_content(path, document)
    return to_run(document, path.parent)


def write_run(folder: Path | str, document: Mapping[str, Any]) -> Path:
    """Write `run.json` in one step: a reader sees the old file or the new one, never half of it."""
    target = Path(folder) / FILE_NAME
    write_text(target, json.dumps(document, indent=1, ensure_ascii=True) + "\n")
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


def _parse(path: Path) -> Mapping[str, Any]:
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
    return document


def _accept_version(path: Path, document: Mapping[str, Any]) -> None:
    version = document.get("schema_version")
    major = str(version).partition(".")[0]
    if not isinstance(version, str) or not major.isdecimal():
        raise UsageError(
            f"{path}: schema_version: expected a version such as {SCHEMA_VERSION!r}, found {version!r}"
        )
    if int(major) != int(SCHEMA_VERSION.partition(".")[0]):
        newer = int(major) > int(SCHEMA_VERSION.partition(".")[0])
        hint = (
            "written by a newer suite: upgrade this one" if newer else "written by an older suite: run again"
        )
        raise UsageError(f"{path}: schema_version {version} is not {SCHEMA_VERSION}; {hint}")


def _accept_content(path: Path, document: Mapping[str, Any]) -> None:
    problems = sorted(
        _validator().iter_errors(document), key=lambda problem: list(map(str, problem.absolute_path))
    )
    lines = [f"  {_place(problem)}: {_sentence(problem)}" for problem in problems[:_SHOWN_PROBLEMS]]
    if not problems:
        lines = _doubles(document) or _contradiction(document)
    if len(problems) > _SHOWN_PROBLEMS:
        lines.append(f"  and {len(problems) - _SHOWN_PROBLEMS} more")
    if lines:
        raise UsageError("\n".join([f"{path}: does not follow its schema; was it edited by hand?", *lines]))


def _doubles(document: Mapping[str, Any]) -> list[str]:
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(document["verdicts"]):
        first = seen.setdefault((row["requirement"], row["operation"]), number)
        if first != number:
            name = f"{row['requirement']} on {row['operation']}"
            return [f"  verdicts[{number}]: {visible(name)} has a verdict already, in verdicts[{first}]"]
    return []


def _contradiction(document: Mapping[str, Any]) -> list[str]:
    """Return why exit code 1 cannot be: nothing is red. Exit code 0 may be a baseline's, whatever is red."""
    if document["exit_code"] != ExitCode.VIOLATION:
        return []
    red = {Outcome.FAIL.value} | ({Outcome.DEVIATION.value} if document.get("strict") else set())
    violated = any(row["verdict"] in red and not row.get("waived") for row in document["verdicts"])
    ended = any(row.get("state") in {"expired", "stale"} for row in document["waivers"])
    return [] if violated or ended else ["  exit_code: 1, and no verdict and no waiver is red"]


def _place(problem: ValidationError) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.absolute_path]
    return visible("".join(parts).removeprefix(".")) or "the document"


def _sentence(problem: ValidationError) -> str:
    found = shorten(json.dumps(problem.instance), 60)
    wanted: Any = problem.validator_value
    if problem.validator == "required":
        return problem.message
    if problem.validator == "type":
        wanted = " or ".join(wanted) if isinstance(wanted, list) else wanted
        return f"expected {wanted}, found {found}"
    if problem.validator == "enum":
        return f"expected one of {', '.join(map(str, wanted))}, found {found}"
    return visible(shorten(problem.message, 160))


def to_run(document: Mapping[str, Any], folder: Path) -> Run:
    """Return a valid document as a `Run`, with every text in it harmless to print."""
    clean = scrub(dict(document))
    return Run(
        folder=folder,
        document=clean,
        run_id=clean["run_id"],
        target=clean["target"],
        base_url=clean.get("base_url", ""),
        profile=clean["profile"],
        seed=clean["seed"],
        strict=clean.get("strict", False),
        read_only=clean.get("read_only", False),
        started=clean["started"],
        finished=clean["finished"],
        seconds=clean.get("seconds", 0.0),
        exit_code=clean["exit_code"],
        complete=clean["complete"],
        stopped=clean.get("stopped", ""),
        selected=tuple(clean.get("selected", ())),
        identity=clean["identity"],
        requests=clean["requests"],
        operations={name: _row(Operation, row, id=name) for name, row in clean["operations"].items()},
        requirements={name: _row(Requirement, row, id=name) for name, row in clean["requirements"].items()},
        verdicts=tuple(_verdict(row) for row in clean["verdicts"]),
        waivers=tuple(_row(Waiver, row) for row in clean["waivers"]),
        leaks=tuple(_row(Leak, row) for row in clean["leaks"]),
    )


def _row(kind: type[Row], row: Mapping[str, Any], **more: str) -> Row:
    known = {item.name for item in fields(kind)}
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v
        for name, v in row.items()
        if name in known and v is not None
    }
    return kind(**{**values, **more})


def _verdict(row: Mapping[str, Any]) -> Verdict:
    return Verdict(
        requirement=row["requirement"],
        operation=row["operation"],
        level=Level(row["level"]),
        outcome=Outcome(row["verdict"]),
        reason=row.get("reason", ""),
        expected=row.get("expected", ""),
        actual=row.get("actual", ""),
        evidence=tuple(row.get("evidence", ())),
        curl=row.get("curl", ""),
        fingerprint=row.get("fingerprint", ""),
        waived=row.get("waived", ""),
        times=row.get("times", 1),
        variations=tuple(row.get("variations", ())),
    )
