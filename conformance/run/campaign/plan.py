"""What a campaign consists of: its tasks, each one shard of one run, and where each of them writes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conformance.results.run_json import FILE_NAME
from conformance.run.options import Options
from conformance.run.sharding import Shard
from conformance.targets.model import Target

MOST_ATTEMPTS: Final = 2
"""A shard whose worker is lost is judged once more; whoever loses two is told so."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the tasks of one target may spend together, None where nothing limits them; `rate` a second."""

    max_requests: int | None = None
    max_writes: int | None = None
    rate: float | None = None

    @classmethod
    def of(cls, target: Target) -> Limits:
        """Return the limits of a target."""
        return cls(target.max_requests, target.max_writes, target.rate)

    def part(self, part: Shard) -> Limits:
        """Return what one of so many parts may spend, so that all of them together stay within the limits."""
        return Limits(
            None if self.max_requests is None else part.part_of(self.max_requests),
            None if self.max_writes is None else part.part_of(self.max_writes),
            None if self.rate is None else self.rate / part.of,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One shard of the run of one API ("" is all that is the suite's own) with one seed on one target.

    `part` is which of the target's tasks it is, counted from one.
    """

    target: str
    api: str
    seed: int
    shard: Shard
    part: Shard

    def __str__(self) -> str:
        """Return how a person calls it."""
        return " ".join(filter(None, (self.target, self.api, f"shard {self.shard}", f"seed {self.seed}")))

    @property
    def name(self) -> str:
        """Return a name that can be a folder, and belongs to no other task of the target."""
        api = re.sub(r"[^A-Za-z0-9._]", "_", self.api) or "all"
        return f"{self.part.number}-{api}-{self.seed}-{self.shard.number}of{self.shard.of}"

    @property
    def group(self) -> Shard:
        """Return which of the target's runs it belongs to: one run is all shards of one API and one seed."""
        of = self.shard.of
        return Shard((self.part.number - 1) // of + 1, self.part.of // of)


@dataclass(frozen=True)
class Plan:
    """A campaign: which targets of the file, which APIs, how many shards, which seeds, and where it writes.

    `options` is how each task runs; its folder, selection, seed and shard are the task's own. All folders are
    seen under the same path by every machine.
    """

    campaign: str
    reports: Path
    targets_file: Path
    targets: tuple[str, ...]
    apis: tuple[str, ...] = ("",)
    shards: int = 1
    seeds: tuple[int, ...] = (0,)
    options: Options = field(default_factory=Options)

    def tasks(self) -> list[Task]:
        """Return all tasks, so that the targets take turns: none is asked by all machines at once."""
        runs = [(api, seed) for api in self.apis for seed in self.seeds]
        parts = [(api, seed, number) for api, seed in runs for number in range(1, self.shards + 1)]
        return [
            Task(target, api, seed, Shard(number, self.shards), Shard(place, len(parts)))
            for place, (api, seed, number) in enumerate(parts, 1)
            for target in self.targets
        ]

    def folder(self, task: Task) -> Path:
        """Return where a task writes, one folder an attempt."""
        return self.reports / "campaigns" / self.campaign / task.target / task.name

    def report_dir(self, target: str) -> Path:
        """Return where the one report of a target goes: among the other runs, so that it has a history."""
        return self.reports / f"{self.campaign}-{target}"


def attempts(folder: Path) -> list[Path]:
    """Return the folders of what was begun of a task, in their order."""
    return sorted(folder.glob("attempt-*"))


def finished(folder: Path) -> Path | None:
    """Return the folder of a task's attempt that was carried to its end, or None."""
    return next((each for each in attempts(folder) if (each / FILE_NAME).is_file()), None)
