"""The one typed model of a run, the content of `run.json`; its JSON Schema is made from it.

Every text is made harmless to print as it comes in. Keys of schema 1.0 that have another name now are read.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.json_schema import SkipJsonSchema

from conformance.claims.level import Level
from conformance.results.text import scrub
from conformance.results.verdicts import ExitCode, Verdict, is_red

SCHEMA_VERSION: Final = "1.1"
"""A newer minor version only adds members and is read; a newer major version is refused."""

SCHEMA_ID: Final = f"urn:itwin-conformance:run:{SCHEMA_VERSION}"

Text = Annotated[str, BeforeValidator(scrub)]
Name = Annotated[str, BeforeValidator(scrub), Field(min_length=1)]
Maybe = Annotated[str, BeforeValidator(lambda value: "" if value is None else scrub(value))]
"""A text that older files write as null where there is none."""
Count = Annotated[int, Strict(), Field(ge=0)]
Seconds = Annotated[float, Strict(), Field(ge=0)]
Flag = Annotated[bool, Strict()]
Counts = dict[Text, Count]


class Part(BaseModel):
    """A part of the document: frozen; a member that a newer suite added is left out."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, use_attribute_docstrings=True
    )


class ReportedOperation(Part):
    """One documented operation that was judged."""

    id: SkipJsonSchema[Text] = Field(default="", exclude=True)
    api: Text = ""
    method: Text = ""
    path: Text = ""
    """Path template."""
    page: Text = ""
    """The page that documents it."""


class ReportedRequirement(Part):
    """One requirement that the run knew, with the sentence of the page that it stands on."""

    id: SkipJsonSchema[Text] = Field(default="", exclude=True)
    level: Level = Level.MUST
    """must: the page's sentence, schema or example says so; should: inferred; unspecified: never red."""
    basis: Text = ""
    """sentence, schema, example or fact."""
    quote: Text = ""
    """The page's own sentence."""
    page: Text = ""
    source: Text = ""
    expect: Text = ""
    """What is expected, in one phrase."""
    ask: Text = ""
    """The question to the API's owner."""
    since: Text = ""
    """The day from which the requirement is judged; empty for an established one."""
    operations: tuple[Text, ...] = ()
    provisional: Flag = False
    """Reported and not red yet."""

    @property
    def sentence(self) -> str:
        """Return the page's own words, or what is expected where the basis is no sentence."""
        return self.quote or self.expect


class WaiverState(StrEnum):
    """How a waiver stands: in force, past its day, or covering nothing that is violated."""

    ACTIVE = "active"
    EXPIRED = "expired"
    STALE = "stale"


class WaiverStanding(Part):
    """A known violation that somebody answers for until a day, and how its waiver stands."""

    requirement: Name
    operation: Maybe = ""
    """operationId; empty or * for all."""
    target: Maybe = ""
    reason: Text
    """Why the violation is accepted for now."""
    defect: Maybe = ""
    """Link to where it is being mended."""
    owner: Maybe = ""
    first_seen: Maybe = ""
    """Day of the first sighting."""
    expires: Maybe = ""
    """Last day on which it covers the violation."""
    kind: Maybe = ""
    """failing or flaky."""
    state: WaiverState

    def covers(self, verdict: Verdict) -> bool:
        """Tell whether the waiver speaks of this verdict's requirement and operation."""
        return self.requirement == verdict.requirement and self.operation in {"", "*", verdict.operation}

    def days_left(self, today: date) -> int | None:
        """Return the days that are left, negative once it is over; None where its last day is no day."""
        try:
            return (date.fromisoformat(self.expires) - today).days
        except ValueError:
            return None

    def sentence(self, today: date) -> str:
        """Return what to do about it."""
        what = f"the waiver of {self.requirement} of {self.operation} ({self.owner})"
        match self.state:
            case WaiverState.ACTIVE:
                return f"{what} covers it for {self.days_left(today)} more days"
            case WaiverState.EXPIRED:
                return f"{what} expired on {self.expires}: mend the defect, or look again and renew it"
            case WaiverState.STALE:
                return f"{what} covers nothing: the requirement holds again, so take the row out"


class ReportedLeak(Part):
    """Something that the run created at the target and could not delete, and how to delete it."""

    what: Text
    undo: Text = ""
    """The request that deletes it."""
    error: Text = ""
    """Why deleting it failed."""


class AssumptionCheck(Part):
    """What the run showed about a behaviour that the emulator assumes; one part of `observed` an occasion."""

    behaviour: Text = ""
    source: Text = ""
    """Where the assumption was learned."""
    says: Text = ""
    observed: Text = ""
    confirmed: Flag = False
    evidence: tuple[Text, ...] = ()


class Limits(Part):
    """What the run might cost the target at most; null where nothing limits it."""

    max_requests: Count | None = None
    max_writes: Count | None = None
    rate: Seconds | None = None
    """Requests a second."""


class Environment(Part):
    """Where the suite ran; null where an older suite did not record it."""

    python: Text = ""
    platform: Text = ""
    packages: dict[Text, Text] = Field(default_factory=dict)
    """Versions of the libraries that a verdict may depend on."""
    proxy: Text | None = None
    """The proxy on the way to the target, without credentials; empty for none."""
    ca: Text | None = None
    """Hash of the certificates that are trusted instead of the usual ones; empty for the usual ones."""
    clock_ahead: Annotated[float, Strict()] | None = None
    """Seconds by which this machine's clock was ahead of the target's; null where the target told no time."""


class Provenance(Part):
    """What a difference between two runs may come from; hashes are SHA-256."""

    suite: Text = ""
    """Version of the suite."""
    specs: Text = ""
    requirements: Text = ""
    requirement_hashes: dict[Text, Text] = Field(default_factory=dict)
    """Hash of each requirement's row."""
    contract: Text = ""
    """Hash of the scenarios."""
    target: Text = ""
    """Hash of the target's configuration without secrets."""
    waivers: Text = ""
    environment: Environment = Environment()
    target_identity: Annotated[dict[str, Any], BeforeValidator(scrub)] = Field(default_factory=dict)
    """What the target says of itself."""


class RequestCounts(Part):
    """What the run cost the target."""

    total: Count
    """All requests, set-up and tokens included."""
    per_operation: Counts = Field(default_factory=dict)
    """By operationId, or method and path for set-up."""
    per_purpose: Counts = Field(default_factory=dict)
    """judged, setup, undo, token."""
    per_requirement: Counts = Field(default_factory=dict)
    writes: Count = 0
    """Requests that may have changed something."""
    created: Count = 0
    """Things created at the target."""
    seconds_waited: Seconds = 0.0
    """Waited to stay below the rate or after a 429."""
    throttled: Count = 0
    """Responses with 429."""


class RunHeader(Part):
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
    """Selectors given with --only."""


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
    waivers: tuple[WaiverStanding, ...]
    """Waivers that apply to this target."""
    leaks: tuple[ReportedLeak, ...]
    """What the run created and could not delete."""
    assumptions: tuple[AssumptionCheck, ...] = Field(
        default=(), validation_alias=AliasChoices("assumptions", "confirmations")
    )
    """What the target showed about behaviours that the emulator assumes; empty for the emulator itself."""
    harness_errors: tuple[Text, ...] = ()

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

    def to_document(self) -> dict[str, Any]:
        """Return the content of `run.json`."""
        return self.model_dump(mode="json", by_alias=True)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `run.json`."""
    found = RunReport.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
