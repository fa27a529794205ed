"""All that is known about one requirement: its page, its scenarios, its defects and its last verdicts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from conformance.analysis.history import PastVerdict
from conformance.claims.requirement import Requirement
from conformance.claims.requirements import Catalogue
from conformance.claims.scenarios import Scenario
from conformance.errors import UsageError


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect of the emulator that the requirement has to catch."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `conformance explain` prints; `past` its last verdicts, newest first."""

    requirement: Requirement
    scenarios: tuple[Scenario, ...]
    defects: tuple[Defect, ...]
    past: tuple[PastVerdict, ...]
    urls: tuple[str, ...] = ()
    """Where the pages of its operations are published."""

    def to_document(self) -> dict[str, Any]:
        """Return the explanation as JSON."""
        row = self.requirement
        return {
            "id": row.id,
            "operations": list(row.operations),
            "level": row.level.value,
            "basis": row.basis,
            "quote": row.quote,
            "page": row.page,
            "urls": list(self.urls),
            "source": row.source,
            "expect": row.expect,
            "needs": list(row.needs),
            "excluded": row.excluded,
            "ask": row.ask,
            "since": row.since,
            "check": row.check,
            "scenarios": [asdict(scenario) for scenario in self.scenarios],
            "defects": [asdict(defect) for defect in self.defects],
            "verdicts": [one.to_document() for one in self.past],
        }

    def lines(self) -> Iterator[str]:
        """Yield the explanation as lines of text."""
        row = self.requirement
        yield row.id
        yield f"  {row.level.value}, by {row.basis}, on {', '.join(row.operations)}"
        if row.rule:
            yield f"  rule: {row.rule}, see docs/rules.md"
        for name in ("quote", "expect", "page", "source", "excluded", "ask", "since"):
            if text := getattr(row, name):
                yield f"  {name}: {text}"
        yield from (f"  published: {url}" for url in self.urls)
        if row.needs:
            yield f"  needs: {', '.join(row.needs)}"
        if row.check:
            yield f"  judged on every exchange by the check {row.check}"
        for scenario in self.scenarios:
            yield f"  scenario: {scenario.sentence} ({scenario.file}:{scenario.line} {scenario.name})"
        for defect in self.defects:
            yield f"  catches: {defect.name}: {defect.sentence}"
        if not self.past:
            yield "  no verdict in the history"
        for one in self.past:
            verdicts = ", ".join(f"{operation} {verdict}" for operation, verdict in one.verdicts.items())
            yield f"  {one.started} {one.target}: {verdicts}"


def requirement_of(catalogue: Catalogue, name: str) -> Requirement:
    """Return the requirement; an unknown id is a `UsageError` that names the nearest ones."""
    if name in catalogue.rows:
        return catalogue.rows[name]
    near = difflib.get_close_matches(name, catalogue.rows, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "`conformance list` prints them"
    raise UsageError(f"no requirement {name}; {hint}")


def explain(
    catalogue: Catalogue,
    name: str,
    *,
    scenarios: Sequence[Scenario],
    defects: Mapping[str, tuple[str, Sequence[str]]],
    past: Sequence[PastVerdict],
) -> Explanation:
    """Return all that is known about the requirement.

    `scenarios` are those that verify it; `defects` has the sentence and the broken requirements of each
    defect by its name.
    """
    row = requirement_of(catalogue, name)
    caught = tuple(
        Defect(defect, sentence)
        for defect, (sentence, breaks) in sorted(defects.items())
        if row.id in {broken.partition("@")[0] for broken in breaks}
    )
    pages = (catalogue.operations[each].page for each in row.operations)
    urls = dict.fromkeys(catalogue.urls[page] for page in pages if page in catalogue.urls)
    return Explanation(row, tuple(scenarios), caught, tuple(past), tuple(urls))
