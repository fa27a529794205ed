"""All that is known about one requirement: its page, its scenarios, its defects and its last verdicts."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from conformance.analysis.history import PastVerdict
from conformance.claims.requirements import Catalogue, Requirement
from conformance.errors import HarnessError, UsageError

DECORATOR: Final = "verifies"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario of the contract that judges the requirement, and where it stands."""

    file: str
    line: int
    name: str
    sentence: str


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
            "source": row.source,
            "expect": row.expect,
            "needs": list(row.needs),
            "excluded": row.excluded,
            "ask": row.ask,
            "since": row.since,
            "oracle": row.oracle,
            "scenarios": [asdict(scenario) for scenario in self.scenarios],
            "defects": [asdict(defect) for defect in self.defects],
            "verdicts": [one.to_document() for one in self.past],
        }

    def lines(self) -> Iterator[str]:
        """Yield the explanation as lines of text."""
        row = self.requirement
        yield row.id
        yield f"  {row.level.value}, by {row.basis}, on {', '.join(row.operations)}"
        for name in ("quote", "expect", "page", "source", "excluded", "ask", "since"):
            if text := getattr(row, name):
                yield f"  {name}: {text}"
        if row.needs:
            yield f"  needs: {', '.join(row.needs)}"
        if row.oracle:
            yield f"  judged on every exchange by the oracle {row.oracle}"
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
    contract: Path,
    defects: Mapping[str, tuple[str, Sequence[str]]],
    past: Sequence[PastVerdict],
) -> Explanation:
    """Return all that is known about the requirement.

    `defects` has the sentence and the broken requirements of each defect by its name.
    """
    row = requirement_of(catalogue, name)
    caught = tuple(
        Defect(defect, sentence)
        for defect, (sentence, breaks) in sorted(defects.items())
        if row.id in {broken.partition("@")[0] for broken in breaks}
    )
    return Explanation(row, tuple(scenarios(contract, row.id)), caught, tuple(past))


def scenarios(contract: Path, requirement: str) -> Iterator[Scenario]:
    """Yield the scenarios of the contract that say `@verifies` with this id; nothing is imported for it."""
    for file in sorted(contract.rglob("*.py")):
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            raise HarnessError(f"{file}: cannot be read as Python: {error}") from error
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and requirement in _verified(node):
                sentence = " ".join((ast.get_docstring(node) or "").split())
                yield Scenario(file.relative_to(contract).as_posix(), node.lineno, node.name, sentence)


def _verified(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the ids that the scenario's decorators name."""
    found: set[str] = set()
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).rpartition(".")[2] == DECORATOR:
            found |= {
                part.value
                for part in ast.walk(decorator)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
    return found
