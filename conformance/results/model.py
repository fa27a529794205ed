"""The one typed model of a run, the content of `run.json`; its JSON Schema is made from it.

Every text is made harmless to print as it comes in. Keys of schema 1.0 that have another name now are read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AliasChoices, ConfigDict, Field, Strict
from pydantic.json_schema import SkipJsonSchema

from conformance.results.causes import Cause
from conformance.results.coverage import Coverage
from conformance.results.parts import (
    AssumptionCheck,
    Environment,
    FileModel,
    Flag,
    Limits,
    Name,
    Provenance,
    ReportedLeak,
    ReportedOperation,
    ReportedRequirement,
    RequestCounts,
    Seconds,
    Text,
    WaiverStanding,
    WaiverState,
)
from conformance.results.verdicts import ExitCode, Verdict, is_red

SCHEMA_VERSION: Final = "1.2"
"""A newer minor version only adds members and is read; a newer major version is refused."""

SCHEMA_ID: Final = f"urn:itwin-conformance:run:{SCHEMA_VERSION}"

__all__ = [
    "SCHEMA_VERSION",
    "AssumptionCheck",
    "Cause",
    "Environment",
    "FileModel",
    "Limits",
    "Provenance",
    "ReportedLeak",
    "ReportedOperation",
    "ReportedRequirement",
    "RequestCounts",
    "RunHeader",
    "RunReport",
    "Text",
    "WaiverStanding",
    "WaiverState",
    "schema",
]


class RunHeader(FileModel):
    """Which run it was and how it ended."""

    schema_version: str = Field(default=SCHEMA_VERSION, pattern=r"^1\.[0-9]+$")
    run_id: Name
    """Names the run; sorts by its start."""
    target: Name
    """Name of the target in the targets file."""
    base_url: Text = ""
    profile: Name
    """quick, nightly or release."""
    seed: Annotated[int, Strict()] | None
    """Repeats the generated cases."""
    strict: Flag = False
    """A violated should is red."""
    read_only: Flag = False
    """Nothing was written to the target."""
    started: Text
    """Start, ISO 8601 in UTC."""
    finished: Text
    """End, ISO 8601 in UTC; empty if the run was cut off before it could tell."""
    seconds: Seconds = 0.0
    exit_code: ExitCode
    """0 conforms, 1 violation, 2 usage or harness error, 3 could not judge."""
    complete: Flag
    """False if the run was cut off."""
    stopped: Text = ""
    """Why it was cut off."""
    selected: tuple[Text, ...] = ()
    """Selectors given with --only, and the shard: empty for a whole run."""
    shard: Text = ""
    """I/N where it is one of several parts of a run; empty for a whole run."""
    harness_errors: tuple[Text, ...] = ()
    """Where the suite itself failed."""


class RunReport(RunHeader):
    """run.json, the one source of every report of a run; a minor version only adds members."""

    model_config = ConfigDict(title="A run of itwin-conformance", json_schema_extra={"$id": SCHEMA_ID})

    folder: SkipJsonSchema[Path] = Field(default=Path(), exclude=True)
    provenance: Provenance = Field(
        validation_alias=AliasChoices("identity", "provenance"), serialization_alias="identity"
    )
    credentials: dict[Text, Text] | None = None
    """By role: accepted, refused (whatever it sent got 401 or 403), no token, or unused."""
    limits: Limits | None = None
    min_judged: float = 0.0
    """How much of what was selected had to be judged, in percent."""
    requests: RequestCounts
    operations: dict[Text, ReportedOperation]
    """Every operation that was judged, by operationId."""
    requirements: dict[Text, ReportedRequirement]
    """Every requirement that was selected, by id."""
    verdicts: tuple[Verdict, ...]
    """One for each requirement and operation."""
    causes: tuple[Cause, ...] = ()
    """What explains the violations, the gravest first; empty in a run of schema 1.1 or older."""
    waivers: tuple[WaiverStanding, ...]
    """Waivers that apply to this target."""
    leaks: tuple[ReportedLeak, ...]
    """What the run created and could not delete."""
    assumptions: tuple[AssumptionCheck, ...] = Field(
        default=(), validation_alias=AliasChoices("assumptions", "confirmations")
    )
    """What the target showed about behaviours that the emulator assumes; empty for the emulator itself."""
    coverage: Coverage | None = None
    """What of the documentation was exercised and judged; null where an older suite did not measure it."""
    min_coverage: float = 0.0
    """How much of the documentation had to be exercised and judged, in percent."""

    def requirement(self, identifier: str) -> ReportedRequirement:
        """Return the requirement; one that the file does not explain still has its id."""
        row = self.requirements.get(identifier, ReportedRequirement())
        return row.model_copy(update={"id": identifier})

    def operation(self, identifier: str) -> ReportedOperation:
        """Return the operation; one that the file does not explain still has its id."""
        row = self.operations.get(identifier, ReportedOperation())
        return row.model_copy(update={"id": identifier})

    def is_provisional(self, requirement: str) -> bool:
        """Tell whether the run reported this requirement without making it red, because it was too new."""
        row = self.requirements.get(requirement)
        return row is not None and row.provisional

    def is_red(self, verdict: Verdict) -> bool:
        """Tell whether this verdict makes the run red: provisional requirements are never red."""
        return is_red(verdict, strict=self.strict) and not self.is_provisional(verdict.requirement)

    def waiver(self, verdict: Verdict) -> WaiverStanding | None:
        """Return the waiver that speaks of this verdict, if there is one."""
        return next((waiver for waiver in self.waivers if waiver.covers(verdict)), None)

    def verdict(self, requirement: str, operation: str) -> Verdict | None:
        """Return the verdict on this requirement of this operation, if there is one."""
        pair = (requirement, operation)
        return next((v for v in self.verdicts if (v.requirement, v.operation) == pair), None)

    def cause_of(self, verdict: Verdict) -> Cause | None:
        """Return the cause that explains this violation, if the run recorded one."""
        name = "@".join(verdict.pair)
        return next((cause for cause in self.causes if name in cause.explains), None)

    def explained_by(self, cause: Cause) -> list[Verdict]:
        """Return the violations that a cause explains, in its order."""
        by_name = {"@".join(verdict.pair): verdict for verdict in self.verdicts}
        return [by_name[name] for name in cause.explains if name in by_name]

    def to_document(self) -> dict[str, Any]:
        """Return the content of `run.json`."""
        return self.model_dump(mode="json", by_alias=True)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `run.json`."""
    found = RunReport.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
