"""The requirements of `specs/`, one a row, and how to select them."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from conformance.claims.added import AddedApi, added_apis
from conformance.claims.folders import claim_files, specs_dir
from conformance.claims.kept import kept
from conformance.claims.level import Level
from conformance.claims.openapi import Operation, load_operations, pointer
from conformance.claims.requirement import Requirement
from conformance.claims.rules import derive, load_rules
from conformance.claims.text_files import decoded, mapping_of, read_bytes
from conformance.errors import UsageError, did_you_mean

GROUPS: Final = ("every", "writing", "safe", "with-body")
ROW: Final = re.compile(r"\s*-\s+id:\s*[\"']?(?P<id>[^\s\"']+)")


@dataclass(frozen=True)
class Catalogue:
    """Every requirement by id; of each page its hash when the rows were read from it, and its URL."""

    rows: Mapping[str, Requirement]
    pages: Mapping[str, str]
    operations: Mapping[str, Operation]
    added: Mapping[str, AddedApi] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)

    def judged(self) -> list[Requirement]:
        """Return the rows that are judged, in the order of the files."""
        return [row for row in self.rows.values() if not row.excluded]

    def derived(self, api: AddedApi) -> list[Requirement]:
        """Return the rows that the generic rules give an added API."""
        return [row for row in self.judged() if row.rule and row.operations[0] in api.operations]

    def pairs(self) -> list[tuple[str, str]]:
        """Return every (requirement id, operationId) that a full run has a verdict on."""
        return [(row.id, operation) for row in self.judged() for operation in row.operations]


def load_claims() -> Catalogue:
    """Return the operations and requirements of the specs folder."""
    folder = specs_dir()
    catalogue = load_catalogue(folder, load_operations(folder))
    added = added_apis(folder, catalogue.operations)
    if not added:
        return catalogue
    rules = load_rules(folder)
    rows, operations = dict(catalogue.rows), dict(catalogue.operations)
    for api in added:
        operations |= api.operations
        rows |= {row.id: row for row in derive(api.name, api.endpoints, api.override, rules)}
    return replace(catalogue, rows=rows, operations=operations, added={api.name: api for api in added})


def load_catalogue(folder: Path, operations: Mapping[str, Operation]) -> Catalogue:
    """Return the requirements of each API in the folder; all that is wrong is a `UsageError`."""
    rows: dict[str, Requirement] = {}
    pages: dict[str, str] = {}
    urls: dict[str, str] = {}
    for file in claim_files(folder, "requirements").values():
        content = _valid_rows(file)
        pages |= content.get("pages", {})
        urls |= content.get("urls", {})
        for row in content["requirements"]:
            requirement = _requirement(row, file, content["lines"].get(row["id"], 0), operations)
            if requirement.id in rows:
                raise UsageError(
                    f"{file}: {requirement.id} stands twice (also in {rows[requirement.id].file})"
                )
            rows[requirement.id] = requirement
    if not rows:
        raise UsageError(f"no API/requirements.yaml in {folder}: is this the folder of the specs?")
    return Catalogue(rows, pages, operations, urls=urls)


def _valid_rows(file: Path) -> dict[str, Any]:
    """Return the content of a file of requirements; one that its schema does not allow is a `UsageError`."""
    content = read_bytes(file)
    schema = files("conformance.claims").joinpath("requirements.schema.json").read_text(encoding="utf-8")

    def make() -> dict[str, Any]:
        rows: dict[str, Any] = _dated(mapping_of(content, str(file)))
        _accept_old_names(rows)
        _validate(file, rows, json.loads(schema))
        return rows | {"lines": _lines(decoded(content, str(file)))}

    valid: dict[str, Any] = kept("requirements", schema.encode() + content, make)
    return valid


def _lines(text: str) -> dict[str, int]:
    """Return the line at which each row of a file begins, by its id."""
    found = ((number, ROW.match(line)) for number, line in enumerate(text.splitlines(), 1))
    return {row["id"]: number for number, row in found if row}


def _dated(content: Any) -> Any:
    """Return the content with each date as its text: YAML reads ``since: 2026-01-05`` as a date."""
    if isinstance(content, dict):
        return {key: _dated(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_dated(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def _accept_old_names(content: Any) -> None:
    """Read a row's `check` under the name that it had before, `oracle`."""
    rows = content.get("requirements")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and "oracle" in row and "check" not in row:
            row["check"] = row.pop("oracle")


def _validate(file: Path, content: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(schema).iter_errors(content)), None)
    if error is None:
        return
    path = list(error.absolute_path)
    named = ""
    if len(path) > 1 and path[0] == "requirements":
        named = f" (row {content['requirements'][path[1]].get('id', path[1])})"
    raise UsageError(f"{file}{named}: {pointer(path)}: {error.message}")


def _requirement(
    row: Mapping[str, Any], file: Path, line: int, operations: Mapping[str, Operation]
) -> Requirement:
    fields = dict(row)
    meant = fields.pop("operation")
    for observed in row.get("observes", ()):
        if (operation := observed.partition("@")[2]) not in ("", "*", *operations):
            raise UsageError(f"{file}: {row['id']}: observes {observed}, and the specs have no {operation}")
    return Requirement(
        operations=tuple(_meant(meant, row["id"], file, operations)),
        level=Level(fields.pop("level")),
        needs=tuple(fields.pop("needs", ())),
        observes=tuple(fields.pop("observes", ())),
        since=fields.pop("since", ""),
        line=line,
        file=f"{file.parent.name}/{file.name}" if file.name == "requirements.yaml" else file.name,
        **fields,
    )


def _meant(
    meant: str | Sequence[str], row: str, file: Path, operations: Mapping[str, Operation]
) -> Iterable[str]:
    """Return the operationIds that a row's `operation` stands for."""
    match meant:
        case "every":
            return list(operations)
        case "writing":
            return [o.id for o in operations.values() if not o.safe]
        case "safe":
            return [o.id for o in operations.values() if o.safe]
        case "with-body":
            return [o.id for o in operations.values() if o.body is not None]
    named = [meant] if isinstance(meant, str) else list(meant)
    for operation in named:
        if operation not in operations:
            message = (
                f"{file}: {row}: no operation {operation!r} in the specs; "
                f"there are {', '.join(operations)} and the groups {', '.join(GROUPS)}"
            )
            raise UsageError(message)
    return named


def select(catalogue: Catalogue, selectors: Sequence[str]) -> list[tuple[str, str]]:
    """Return the (requirement, operation) pairs that the selectors mean; without any, all of no added API.

    A selector is a requirement id, a pattern such as ``itwins.resource.*``, an operationId, a tag or an API's
    name. One that means nothing is a `UsageError`.
    """
    pairs = catalogue.pairs()
    if not selectors:
        return [pair for pair in pairs if catalogue.operations[pair[1]].api not in catalogue.added]
    chosen: set[tuple[str, str]] = set()
    for selector in selectors:
        matched = {pair for pair in pairs if _matches(selector, *pair, catalogue)}
        if not matched:
            excluded = catalogue.rows.get(selector)
            hint = f" it is excluded: {excluded.excluded}" if excluded else " see `conformance list`"
            hint += did_you_mean(selector, {*catalogue.rows, *catalogue.operations} - {selector})
            raise UsageError(f"--only {selector}: selects nothing;{hint}")
        chosen |= matched
    return [pair for pair in pairs if pair in chosen]


def _matches(selector: str, requirement: str, operation: str, catalogue: Catalogue) -> bool:
    spec = catalogue.operations[operation]
    name, _, wanted = selector.partition("@")
    if wanted and wanted != operation:
        return False
    return (
        fnmatch.fnmatchcase(requirement, name)
        or requirement.startswith(f"{name}.")
        or (not wanted and (selector in (operation, spec.api) or selector in spec.tags))
    )
