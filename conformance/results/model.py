"""A run as the reports see it: `run.json` in frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.results.verdicts import Verdict, is_red

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation that was judged."""

    id: str
    api: str = ""
    method: str = ""
    path: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One claim, with the sentence of the page that it stands on."""

    id: str
    level: str = "must"
    basis: str = ""
    quote: str = ""
    page: str = ""
    expect: str = ""
    ask: str = ""
    operations: tuple[str, ...] = ()
    provisional: bool = False

    @property
    def sentence(self) -> str:
        """Return the page's own words, or what is expected where the basis is no sentence."""
        return self.quote or self.expect


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known violation that somebody answers for until a day."""

    requirement: str
    operation: str = ""
    target: str = ""
    reason: str = ""
    defect: str = ""
    owner: str = ""
    first_seen: str = ""
    expires: str = ""
    kind: str = ""
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that the run created at the target and could not remove, and how to remove it."""

    what: str
    undo: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run; `document` is the whole `run.json` for what has no name here."""

    folder: Path
    document: Mapping[str, Any] = field(repr=False)
    run_id: str
    target: str
    base_url: str
    profile: str
    seed: int | None
    strict: bool
    read_only: bool
    started: str
    finished: str
    seconds: float
    exit_code: int
    complete: bool
    stopped: str
    selected: tuple[str, ...]
    identity: Mapping[str, Any]
    requests: Mapping[str, Any]
    operations: Mapping[str, Operation]
    requirements: Mapping[str, Requirement]
    verdicts: tuple[Verdict, ...]
    waivers: tuple[Waiver, ...]
    leaks: tuple[Leak, ...]

    def requirement(self, identifier: str) -> Requirement:
        """Return the requirement; one that the file does not explain still has its id."""
        return self.requirements.get(identifier) or Requirement(identifier)

    def operation(self, identifier: str) -> Operation:
        """Return the operation; one that the file does not explain still has its id."""
        return self.operations.get(identifier) or Operation(identifier)

    def is_red(self, verdict: Verdict) -> bool:
        """Tell whether this verdict makes the run red: provisional requirements are never red."""
        return is_red(verdict, strict=self.strict) and not self.requirement(verdict.requirement).provisional

    def waiver(self, verdict: Verdict) -> Waiver | None:
        """Return the waiver that speaks of this verdict, if there is one."""
        for waiver in self.waivers:
            if waiver.requirement == verdict.requirement and waiver.operation in {
                "",
                "*",
                verdict.operation,
            }:
                return waiver
        return None
