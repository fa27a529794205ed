"""What an added API's `override.yaml` says: its form, and that what it names is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from conformance.claims.definition.parse import parse
from conformance.claims.endpoints import Endpoint
from conformance.claims.level import Level
from conformance.claims.path_names import PARAMETER
from conformance.claims.schemas import members
from conformance.claims.text_files import read_bytes
from conformance.errors import UsageError, did_you_mean

FILE: Final = "override.yaml"
PLATFORM: Final = "itwin-platform"
CURES: Final = {
    "profile": f"write profile: {PLATFORM}, or leave it out",
    "ids": "write ids: {thingId: {from: createThing, at: /id}}, or {fixture: name}, or {value: …}",
    "bodies": "write bodies: {createThing: {name: text}}",
    "unique": "write unique: [createThing.name]",
    "reads": "write reads: [POST /things/filter]",
    "writes": "write writes: [POST /settings]",
    "never": "write never: [POST /maintenance]",
    "rows": "write rows: [{rule: unknown-id, operation: getThing, level: must, reason: why}]",
    "from": "write the URL at which newer versions are published",
    "hash": "let the verb add write it",
    "entry": "write the file that the definition begins in",
    "rename_duplicates": "write true, or leave it out",
}
"""By key, what to write instead of what cannot be read."""
FAULTS: Final = {
    "extra_forbidden": "is no key that is known here",
    "missing": "is missing",
    "dict_type": "is no mapping",
    "model_type": "is no mapping",
    "tuple_type": "is no list",
    "string_type": "is no text",
    "bool_type": "is neither true nor false",
    "string_too_short": "is empty",
}
"""By what pydantic calls it, what is wrong with a value; else its own words are given."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class IdSource(_Strict):
    """Where the value of a path parameter comes from: an operation's response, a fixture, or as it stands."""

    operation: str = Field("", alias="from")
    at: str = ""
    fixture: str = ""
    value: str | int = ""

    @model_validator(mode="after")
    def _one(self) -> IdSource:
        if sum(bool(each) for each in (self.operation, self.fixture, self.value != "")) != 1:
            raise ValueError("names not exactly one of from, fixture and value")
        if self.at and not (self.operation and self.at.startswith("/")):
            raise ValueError(f"at: {self.at} is no pointer into a response, which begins with /")
        return self


class RuleChange(_Strict):
    """One rule, of one operation or (``*``) of all: another level, or off; and why."""

    rule: str
    operation: str = "*"
    level: Annotated[Level | None, Field(strict=False)] = None
    off: bool = False
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _something(self) -> RuleChange:
        if not self.off and self.level is None:
            raise ValueError("changes nothing: it says neither level: nor off: true")
        return self


Names = Annotated[tuple[str, ...], Field(strict=False)]


class Override(_Strict):
    """What the definition does not say; `published_at` to `rename_duplicates` are what `add` wrote."""

    profile: Literal["", "none", "itwin-platform"] = ""
    ids: dict[str, IdSource] = {}
    bodies: dict[str, Any] = {}
    unique: Names = ()
    reads: Names = ()
    writes: Names = ()
    never: Names = ()
    rows: Annotated[tuple[RuleChange, ...], Field(strict=False)] = ()
    published_at: str = Field("", alias="from")
    hash: str = ""
    entry: str = ""
    rename_duplicates: bool = False


NOTHING: Final = Override.model_validate({})


def read_override(file: Path) -> Override:
    """Return what an override says, `NOTHING` where there is no file; `UsageError` for a wrong form."""
    content = parse(read_bytes(file), str(file)) if file.exists() else None
    if content is None:
        return NOTHING
    if not isinstance(content, dict):
        raise UsageError(f"{file}: is no mapping; write keys such as ids: and never:")
    for key in content:
        if key not in CURES:
            known = f"{', '.join(CURES)}{did_you_mean(str(key), CURES)}"
            raise UsageError(f"{file}: unknown key {key!r}; known are {known}")
    try:
        return Override.model_validate({key: value for key, value in content.items() if value is not None})
    except ValidationError as error:
        raise UsageError(f"{file}: {_explained(error)}") from None


def refuse_unknown(file: Path, override: Override, known: Sequence[Endpoint]) -> None:
    """Raise a `UsageError` for an override that names an operation or a parameter that there is not."""
    for key, name, there in _named(override, known):
        if name not in there:
            raise UsageError(f"{file}: {key}: {name!r} is not in the definition{did_you_mean(name, there)}")
    by_id = {each.id: each for each in known}
    for name, value in override.bodies.items():
        body = by_id[name].body
        if body is None:
            raise UsageError(f"{file}: bodies: {name} takes no body; delete the line")
        if body.is_json and members(by_id[name].document, body.schema) and not isinstance(value, dict):
            raise UsageError(f"{file}: bodies: the body of {name} is an object; {CURES['bodies']}")
    for entry in override.unique:
        operation, _, member = entry.rpartition(".")
        if not operation:
            raise UsageError(f"{file}: unique: {entry} names no member; {CURES['unique']}")
        body = by_id[operation].body
        there = members(by_id[operation].document, body.schema) if body is not None else {}
        if member not in there:
            why = f"the body of {operation} has no member {member!r}{did_you_mean(member, there)}"
            raise UsageError(f"{file}: unique: {entry}: {why}")


def _named(override: Override, known: Sequence[Endpoint]) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield key, name and what the name may be for all that an override names."""
    ids, labels = {e.id for e in known}, {e.label for e in known}
    parameters = {name for e in known for names in e.written_names.items() for name in names}
    prefixes = {e.written[: match.end()] for e in known for match in PARAMETER.finditer(e.written)}
    yield from (("bodies", name, ids) for name in override.bodies)
    for entry in override.unique:
        yield "unique", entry.rpartition(".")[0] or entry, ids
    for key, names in (("reads", override.reads), ("writes", override.writes), ("never", override.never)):
        yield from ((key, name, labels) for name in names)
    yield from (("ids", name, parameters | prefixes) for name in override.ids)
    yield from (("ids", each.operation, ids) for each in override.ids.values() if each.operation)
    yield from (("rows", row.operation, ids) for row in override.rows if row.operation != "*")


def _explained(error: ValidationError) -> str:
    """Return where the first fault is, what it is, and what to write instead."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if not str(part).startswith(("dict[", "list["))]
    cure = CURES[place[0]]
    return f"{'.'.join(place)}: {_fault(first)}; {cure}"


def _fault(first: Mapping[str, Any]) -> str:
    said = str(first["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return FAULTS.get(str(first["type"]), said)
