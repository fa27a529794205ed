"""Renders the overview of a folder of runs: each target as it stands, and all runs, on one static page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from conformance.analysis.history import History, OpenViolation, RunDigest, open_violations
from conformance.report.badge import Badge, badge_of
from conformance.report.environment import TEMPLATES, environment
from conformance.report.statistics import OUTCOMES
from conformance.results.run_json import load_run
from conformance.results.text import json_text
from conformance.results.verdicts import ExitCode

SHOWN: Final = 30
MOODS: Final = {ExitCode.CONFORMS: "good", ExitCode.VIOLATION: "bad"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one target stands: its runs, oldest first, and what is violated since when."""

    name: str
    slug: str
    runs: tuple[RunDigest, ...]
    violations: tuple[OpenViolation, ...]

    @property
    def last(self) -> RunDigest:
        """Return the newest run."""
        return self.runs[-1]


def overview(history: History) -> Mapping[str, str]:
    """Return the files of the overview by name: the page, and the badges of each target's newest run.

    Links are relative, so the folder can be put on any static host.
    """
    standings = _standings(history)
    style = (TEMPLATES / "overview.css").read_text(encoding="utf-8")
    page = (
        environment()
        .get_template("overview.html.j2")
        .render(
            standings=standings,
            runs=sorted(history.runs(), key=lambda run: run.started, reverse=True),
            broken=history.broken,
            mood=_mood,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=_hash(style),
            said=lambda run: OUTCOMES[ExitCode(run.exit_code)],
            day=lambda text: text.partition("T")[0],
            at=lambda folder: f"{quote(folder)}/report.html",
        )
    )
    files = {"index.html": page}
    for standing in standings:
        badge = _badge(history.reports / standing.last.folder)
        files[f"badges/{standing.slug}.json"] = json_text(badge.endpoint(), 2) + "\n"
        files[f"badges/{standing.slug}.svg"] = badge.svg()
    return files


def _standings(history: History) -> list[Standing]:
    by_target: dict[str, list[RunDigest]] = {}
    for run in history.runs():
        by_target.setdefault(run.target, []).append(run)
    slugs = _slugs(by_target)
    return [
        Standing(name, slugs[name], tuple(runs[-SHOWN:]), tuple(open_violations(history, target=name)))
        for name, runs in sorted(by_target.items())
    ]


def _slugs(names: Iterable[str]) -> dict[str, str]:
    """Return a file name for each target; two that would be the same are told apart by a number."""
    found: dict[str, str] = {}
    for name in sorted(names):
        plain = (
            "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name).strip(".")
            or "target"
        )
        taken = sum(slug == plain or slug.startswith(f"{plain}~") for slug in found.values())
        found[name] = f"{plain}~{taken + 1}" if taken else plain
    return found


def _badge(folder: Path) -> Badge:
    return badge_of(load_run(folder))


def _mood(run: RunDigest) -> str:
    return MOODS.get(ExitCode(run.exit_code), "odd")


def _hash(text: str) -> str:
    """Return the hash by which the page's policy knows its own style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
