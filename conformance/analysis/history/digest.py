"""What the history keeps of one run, and the file beside its `run.json` that holds it.

Validating a year of runs takes seconds, reading their digests a tenth of one. A digest is made again wherever
it is missing, damaged, or of another `run.json` than the one that stands beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError, computed_field

from conformance.errors import UsageError
from conformance.results.model import FileModel, RunReport, Text
from conformance.results.run_json import FILE_NAME as RUN_FILE
from conformance.results.run_json import load_run, write_text
from conformance.results.text import shorten
from conformance.results.verdicts import JUDGED, VIOLATED, Outcome

FILE_NAME: Final = "digest.json"
VERSION: Final = 3

LONGEST: Final = 200
_OF_ONE_RUN: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\bct-[\w-]+", re.IGNORECASE
)

Stamp = tuple[int, int]
"""When `run.json` was written, in nanoseconds, and how many bytes it has."""


def moment(text: str) -> str:
    """Return a moment in UTC in the one form that sorts; anything else is a `ValueError`."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class RunDigest(FileModel):
    """One run as the history lists it, with its verdicts by ``requirement|operation``."""

    run_id: Text
    folder: Text = ""
    started: Annotated[str, BeforeValidator(moment)]
    """Start in UTC, in a form that sorts."""
    target: Text = ""
    profile: Text = ""
    selected: tuple[Text, ...] = ()
    """Selectors, sorted: their order does not matter."""
    complete: bool = True
    exit_code: int = 0
    requests: int = 0
    seconds: float = 0.0
    leaks: int = 0
    verdicts: dict[str, str] = Field(default_factory=dict)
    waived: tuple[str, ...] = ()
    """The keys of those verdicts that a waiver covers."""
    actual: dict[str, str] = Field(default_factory=dict)
    """What the target did where it violates, without what differs in each run, by key."""
    causes: tuple[Text, ...] = ()
    """The keys of the causes; empty in a run of schema 1.1 or older."""

    @computed_field  # type: ignore[prop-decorator] # pydantic documents it so
    @property
    def counts(self) -> dict[str, int]:
        """Return how many verdicts there are of each outcome."""
        return dict(Counter(self.verdicts.values()))

    @computed_field  # type: ignore[prop-decorator] # pydantic documents it so
    @property
    def judged_share(self) -> float:
        """Return the judged part of all requirements, from 0 to 1."""
        return round(self.judged / len(self.verdicts), 4) if self.verdicts else 0.0

    @computed_field  # type: ignore[prop-decorator] # pydantic documents it so
    @property
    def violations(self) -> int:
        """Return how many verdicts fail and are not waived."""
        waived = set(self.waived)
        return sum(verdict == Outcome.FAIL and key not in waived for key, verdict in self.verdicts.items())

    @property
    def judged(self) -> int:
        """Return how many requirements were judged."""
        return sum(verdict in JUDGED for verdict in self.verdicts.values())

    def to_document(self, *, verdicts: bool = True) -> dict[str, Any]:
        """Return the run as JSON."""
        return self.model_dump(
            mode="json", exclude=None if verdicts else {"verdicts", "waived", "actual", "causes"}
        )


class _DigestFile(FileModel):
    version: int
    stamp: Stamp
    digest: RunDigest


def digest_of(report: RunReport) -> RunDigest:
    """Return what the history keeps of a run; `UsageError` where it does not say when it started."""
    try:
        return RunDigest(
            run_id=report.run_id,
            folder=report.folder.name,
            started=report.started,
            target=report.target,
            profile=report.profile,
            selected=tuple(sorted(report.selected)),
            complete=report.complete,
            exit_code=report.exit_code,
            requests=report.requests.total,
            seconds=report.seconds,
            leaks=len(report.leaks),
            verdicts={key_of(verdict.pair): verdict.outcome.value for verdict in report.verdicts},
            waived=tuple(key_of(verdict.pair) for verdict in report.verdicts if verdict.waived),
            actual={
                key_of(verdict.pair): _without_ids(verdict.actual)
                for verdict in report.verdicts
                if verdict.outcome in VIOLATED
            },
            causes=tuple(cause.key for cause in report.causes),
        )
    except ValidationError as error:
        raise UsageError(f"{report.folder}: started: {report.started!r} is no moment") from error


def _without_ids(text: str) -> str:
    """Return what the target did without ids, times and the names that a run makes up."""
    return shorten(_OF_ONE_RUN.sub("<one>", text), LONGEST)


def key_of(pair: tuple[str, str]) -> str:
    """Return requirement and operation as the key of a digest's verdict."""
    return "|".join(pair)


def read_digest(folder: Path, *, again: bool = False) -> RunDigest:
    """Return the digest of a run folder, and keep it beside `run.json` where it was not or was of another."""
    stamp = _stamp(folder)
    kept = None if again else _kept(folder / FILE_NAME)
    if kept is not None and stamp is not None and kept.stamp == stamp and kept.version == VERSION:
        return kept.digest.model_copy(update={"folder": folder.name})
    return keep_digest(load_run(folder))


def keep_digest(report: RunReport) -> RunDigest:
    """Write the digest of a run beside its `run.json`, where that can be done, and return it."""
    digest, stamp = digest_of(report), _stamp(report.folder)
    if stamp is not None:
        content = _DigestFile(version=VERSION, stamp=stamp, digest=digest)
        try:
            write_text(report.folder / FILE_NAME, content.model_dump_json() + "\n")
        except UsageError:
            return digest  # a folder that cannot be written is read again next time
    return digest


def _kept(file: Path) -> _DigestFile | None:
    try:
        return _DigestFile.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _stamp(folder: Path) -> Stamp | None:
    try:
        stat = (folder / RUN_FILE).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def read_kept_history(file: Path) -> tuple[RunDigest, ...] | None:
    """Return the history that was kept beside a run; a damaged file is no reason to render nothing."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return tuple(map(RunDigest.model_validate, rows)) if isinstance(rows, list) else None
    except (OSError, ValueError):
        return None


def history_text(history: Iterable[RunDigest]) -> str:
    """Return a history as the text of the file that keeps it."""
    return json.dumps([digest.to_document() for digest in history]) + "\n"
