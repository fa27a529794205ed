"""The parts of `run.json`: what a run tells of requirements, waivers, leaks, costs and where it ran.

Every text is made harmless to print as it comes in.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.json_schema import SkipJsonSchema

from conformance.claims.level import Level
from conformance.results.text import scrub
from conformance.results.verdicts import Verdict

Text = Annotated[str, BeforeValidator(scrub)]
Name = Annotated[str, BeforeValidator(scrub), Field(min_length=1)]
Maybe = Annotated[str, BeforeValidator(lambda value: "" if value is None else scrub(value))]
"""A text that older files write as null where there is none."""
Count = Annotated[int, Strict(), Field(ge=0)]
Seconds = Annotated[float, Strict(), Field(ge=0)]
Flag = Annotated[bool, Strict()]
Counts = dict[Text, Count]


class FileModel(BaseModel):
    """A part of the document: frozen; a member that a newer suite added is left out."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, use_attribute_docstrings=True
    )


class ReportedOperation(FileModel):
    """One documented operation that was judged."""

    id: SkipJsonSchema[Text] = Field(default="", exclude=True)
    api: Text = ""
    method: Text = ""
    path: Text = ""
    """Path template."""
    page: Text = ""
    """The page that documents it."""
    url: Text = ""
    """Where that page is published; empty where it is not known."""


class ReportedRequirement(FileModel):
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
    theme: Text = ""
    """What of an API it speaks of, such as state; empty where an older suite did not record it."""
    provisional: Flag = False
    """Reported and not red yet."""
    file: Text = ""
    """The file below specs/ in which it stands."""
    line: int = 0
    """Where in that file it begins, 0 where it is derived or an older suite did not record it."""

    @property
    def sentence(self) -> str:
        """Return the page's own words, or what is expected where the basis is no sentence."""
        return self.quote or self.expect


class WaiverState(StrEnum):
    """How a waiver stands: in force, past its day, or covering nothing that is violated."""

    ACTIVE = "active"
    EXPIRED = "expired"
    STALE = "stale"


class WaiverStanding(FileModel):
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
    cause: Maybe = ""
    """Key of the cause that the row names, if it names one."""
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


class ReportedLeak(FileModel):
    """Something that the run created at the target and could not delete, and how to delete it."""

    what: Text
    undo: Text = ""
    """The request that deletes it."""
    error: Text = ""
    """Why deleting it failed."""


class AssumptionCheck(FileModel):
    """What the run showed about a behaviour that the emulator assumes; one part of `observed` an occasion."""

    behaviour: Text = ""
    source: Text = ""
    """Where the assumption was learned."""
    says: Text = ""
    observed: Text = ""
    confirmed: Flag = False
    evidence: tuple[Text, ...] = ()


class Limits(FileModel):
    """What the run might cost the target at most; null where nothing limits it."""

    max_requests: Count | None = None
    max_writes: Count | None = None
    rate: Seconds | None = None
    """Requests a second."""


class Environment(FileModel):
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


class Provenance(FileModel):
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


class RequestCounts(FileModel):
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
    unanswered: Count = 0
    """Requests that a gateway answered in the API's place, or that got no whole response."""
    statuses: dict[Text, Counts] = Field(default_factory=dict)
    """By operationId how often each status came; `none` where no response came."""
    latency_ms: dict[Text, Seconds] = Field(default_factory=dict)
    """By operationId the median of the milliseconds to the response."""
