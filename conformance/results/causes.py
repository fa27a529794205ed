"""The causes in `run.json`: one deviation of the target each, with the violations that it explains."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from conformance.results.parts import FileModel, Name, Text

EVERY_OPERATION = "*"
"""Stands in the place of an operationId where a deviation shows on several operations alike."""


class Theme(StrEnum):
    """What of an API a deviation is about."""

    STATUS = "status"
    BODY = "body"
    ERRORS = "errors"
    INPUT = "input"
    AUTHENTICATION = "authentication"
    PERMISSIONS = "permissions"
    STATE = "state"
    LIMITS = "limits"
    TRANSPORT = "transport"


class Since(FileModel):
    """Since when something is so without a break; both are empty where nobody knows."""

    date: Text = ""
    """Day of the first run that saw it, ISO 8601."""
    run: Text = ""
    """Id of that run."""


class Diagnosis(FileModel):
    """A known defect that a cause looks like."""

    defect: Name
    """Name of the defect, as `conformance defects --list` prints it."""
    sentence: Text = ""
    """How such a defect comes about."""
    likelihood: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How sure it is, from 0 to 1."""
    explains: tuple[Name, ...] = ()
    """Which of the cause's violations it accounts for; the next one may account for others."""


class Cause(FileModel):
    """One deviation of the target, and what it explains; each violation belongs to exactly one."""

    key: Name
    """The same for every seed, id, run and server that deviates in this way."""
    sentence: Name
    """What is wrong, in the words of who owns the API."""
    operation: Text = EVERY_OPERATION
    """operationId; * where it shows on several operations alike."""
    theme: Theme = Theme.STATUS
    explains: tuple[Name, ...] = ()
    """The violations, as requirement@operation; the one that says most stands first."""
    evidence: tuple[Text, ...] = ()
    """Ids of exchanges in exchanges.ndjson that prove it; the smallest one first."""
    correlation: Text = ""
    """The x-correlation-id of the response that proves it best; empty where it has none."""
    trace: Text = ""
    """The W3C trace id that went with that request; empty where none did."""
    since: Since = Since()
    diagnosis: tuple[Diagnosis, ...] = ()
    """The known defects that it looks like, the likeliest first; empty where none is near."""

    @property
    def lookup(self) -> str:
        """Return the ids under which the API's owner finds the request in logs and traces."""
        ids = {"correlation": self.correlation, "trace": self.trace}
        return ", ".join(f"{name} {value}" for name, value in ids.items() if value)
