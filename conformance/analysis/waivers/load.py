"""Reads a waivers file; whatever is wrong is a `UsageError` with line and row."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.analysis.waivers.model import LONGEST, Waiver
from conformance.claims.requirements import Catalogue
from conformance.claims.text_files import read_text, yaml_errors
from conformance.errors import UsageError

Known = Mapping[str, Collection[str]]
"""Requirement ids, each with the operationIds that it is judged on."""

TOMORROW: Final = timedelta(days=1)
NAME: Final = "waivers.yaml"
SCHEMA: Final = "waivers.schema.json"


def known_of(catalogue: Catalogue) -> Known:
    """Return what a waiver may name: every judged requirement with its operations."""
    return {row.id: row.operations for row in catalogue.judged()}


def default_file() -> Path:
    """Return the waivers file of this folder: its own, else the checkout's under `specs/`."""
    own = Path(NAME)
    in_specs = Path("specs") / NAME
    return in_specs if in_specs.is_file() and not own.is_file() else own


def load_or_none(named: Path | None, *, today: date, known: Known | None = None) -> tuple[Waiver, ...]:
    """Return the waivers of the named file, which has to exist, or of the default one, which has not."""
    if named is None and not default_file().exists():
        return ()
    return load(named or default_file(), today=today, known=known)


def load(file: Path, *, today: date, known: Known | None = None) -> tuple[Waiver, ...]:
    """Return the waivers of the file, in its order; with `known`, one that means nothing is an error."""
    return parse(read_text(file), str(file), today=today, known=known)


def parse(text: str, name: str, *, today: date, known: Known | None = None) -> tuple[Waiver, ...]:
    """Return the waivers of a file's text; `name` stands before each complaint."""
    with yaml_errors(name, text):
        lines = _lines(text)
        content = _plain_dates(yaml.safe_load(text))
    if not isinstance(content, dict):
        raise UsageError(f"{name}: expected the key waivers with a list; for none write waivers: []")
    if content.get("waivers", ()) is None:
        content["waivers"] = []  # the last row was taken out, and the key stayed
    _validate(content, name, lines)
    found: dict[tuple[str, str, str], Waiver] = {}
    for number, row in enumerate(content["waivers"], 1):
        line = lines[number - 1]
        where = f"{name}:{line}: waiver {number}"
        for waiver in _waivers(row, where, number, line):
            _check_days(waiver, where, today)
            if known is not None:
                _check_known(waiver, where, known)
            twin = found.setdefault((*waiver.pair, waiver.target), waiver)
            if twin is not waiver:
                raise UsageError(f"{where}: the same requirement, operation and target as waiver {twin.row}")
    return tuple(found.values())


def _lines(text: str) -> list[int]:
    """Return the line on which each row begins; refuse a key that stands twice, which YAML would swallow."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return []
    _refuse_double_keys(root)
    for key, value in root.value:
        if key.value == "waivers" and isinstance(value, yaml.SequenceNode):
            for node in value.value:
                if isinstance(node, yaml.MappingNode):
                    _refuse_double_keys(node)
            return [node.start_mark.line + 1 for node in value.value]
    return []


def _refuse_double_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.MarkedYAMLError(
                problem=f"the key {key.value} stands twice", problem_mark=key.start_mark
            )
        seen.add(key.value)


def _plain_dates(value: Any) -> Any:
    """Return the value with every date as ISO text: YAML reads an unquoted day as a date."""
    if isinstance(value, dict):
        return {str(key): _plain_dates(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain_dates(entry) for entry in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _validate(content: dict[str, Any], name: str, lines: list[int]) -> None:
    if content == {"waivers": []}:
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to load, and most files have no row

    schema = json.loads(files("conformance.analysis.waivers").joinpath(SCHEMA).read_text(encoding="utf-8"))
    error = min(
        Draft202012Validator(schema).iter_errors(content),
        key=lambda found: [(isinstance(part, str), part) for part in found.absolute_path],
        default=None,
    )
    if error is None:
        return
    path = list(error.absolute_path)
    where = name
    if len(path) > 1 and isinstance(path[1], int):
        where = f"{name}:{lines[path[1]]}: waiver {path[1] + 1}"
    key = f" {path[2]}" if len(path) > 2 else ""  # noqa: PLR2004 - waivers, row, key
    raise UsageError(f"{where}{key}: {_words(error.validator, error.message, error.schema)}")


def _words(validator: str, message: str, schema: Any) -> str:
    value = message.partition(" does not")[0]
    if schema is False:
        return "a row names a cause and what it covers of it, or a requirement and its operation"
    match validator, schema.get("pattern", ""):
        case "pattern", "\\S":
            return "says nothing"
        case "pattern", pattern if "d{4}" in pattern:
            return f"{value} is no day; write it as 2026-01-31"
        case "pattern", pattern if "@" in pattern:
            return f"{value} is no requirement@operation"
        case "pattern", _:
            return f"{value} is no link; give the defect's address, https://…"
    return message


def _waivers(row: Mapping[str, Any], where: str, number: int, line: int) -> list[Waiver]:
    """Return the waiver of a row; of one that names a cause a waiver for each violation that it covers."""
    if "cause" not in row:
        return [_waiver(row, where, number, line)]
    rest = {key: value for key, value in row.items() if key != "covers"}
    names = [name.partition("@") for name in row["covers"]]
    return [
        _waiver({**rest, "requirement": requirement, "operation": operation}, where, number, line)
        for requirement, _, operation in names
    ]


def _waiver(row: Mapping[str, Any], where: str, number: int, line: int) -> Waiver:
    days: dict[str, date] = {}
    for key in ("first_seen", "expires"):
        try:
            days[key] = date.fromisoformat(row[key])
        except ValueError as error:
            raise UsageError(f"{where} {key}: {row[key]} is no day of the calendar") from error
    return Waiver(**{**row, **days}, row=number, line=line)


def _check_days(waiver: Waiver, where: str, today: date) -> None:
    if waiver.expires < waiver.first_seen:
        raise UsageError(
            f"{where}: expires {waiver.expires}, before it was first seen on {waiver.first_seen}"
        )
    if (
        waiver.first_seen > today + TOMORROW
    ):  # a day's grace: the writer may live east of this machine's clock
        raise UsageError(f"{where}: first_seen {waiver.first_seen} lies ahead; today is {today}")
    latest = today + LONGEST + TOMORROW
    if waiver.expires > latest:
        raise UsageError(
            f"{where}: expires {waiver.expires} is more than {LONGEST.days} days ahead; "
            f"today it can be {today + LONGEST} at the latest"
        )


def _check_known(waiver: Waiver, where: str, known: Known) -> None:
    if waiver.requirement not in known:
        raise UsageError(
            f"{where}: no requirement {waiver.requirement} is judged; `conformance list` prints them"
        )
    operations = known[waiver.requirement]
    if waiver.operation not in operations:
        raise UsageError(
            f"{where}: {waiver.requirement} is not judged on {waiver.operation}; "
            f"it is on {', '.join(sorted(operations)) or 'none'}"
        )
