"""`junit.xml` follows the schema that Jenkins publishes, and says what the run says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from conformance.report.formats.junit import render
from tests.suite.report import documents

# What junit-10.xsd (Jenkins; pytest follows it too) allows: children, attributes, needed attributes.
RULES: Final[dict[str, tuple[set[str], set[str], set[str]]]] = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id"},
        {"name", "tests", "failures", "errors"},
    ),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name", "time", "classname", "group"},
        {"name"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, {"name", "value"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
TIME: Final = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?")


def parsed(tmp_path: Path, content: dict[str, Any], *exchanges: dict[str, Any]) -> ET.Element:
    """Return the rendered file, parsed, after holding it to the schema."""
    root = ET.fromstring(render(documents.report(tmp_path, content, *exchanges)))  # noqa: S314 - our own file
    for element in root.iter():
        children, attributes, needed = RULES[element.tag]
        assert {child.tag for child in element} <= children
        assert needed <= set(element.keys()) <= attributes | needed
        assert TIME.fullmatch(element.get("time", ""))
    return root


def outcomes(root: ET.Element) -> dict[str, str]:
    """Return by requirement how its test case ended."""
    found = {}
    for case in root.iter("testcase"):
        tags = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        found[case.get("name", "")] = tags[0] if tags else "passed"
    return found


def test_each_verdict_has_its_place(tmp_path: Path) -> None:
    """Violations fail, gaps are errors, what is waived or does not apply is skipped with the reason."""
    root = parsed(tmp_path, documents.one_of_each())
    assert outcomes(root) == {
        "reality.association.succeeds": "passed",
        "reality.association.duplicate-conflicts": "failure",
        "reality.association.known": "skipped",
        "platform.responses.lowercase": "passed",
        "platform.order.open": "passed",
        "reality.association.reader": "skipped",
        "platform.rate.limited": "error",
        "platform.media.type": "error",
        "reality.association.known associateRealityData": "failure",
    }
    reasons = [skipped.get("message") for skipped in root.iter("skipped")]
    assert reasons == ["waived: fixed in the next release", "the target has no role reader"]


def test_a_case_is_classed_by_operation_and_carries_level_and_quote(tmp_path: Path) -> None:
    """A reader of the file can group by operation and sees the page's sentence."""
    case = next(parsed(tmp_path, documents.one_of_each()).iter("testcase"))
    assert case.get("classname") == "associateRealityData"
    output = case.findtext("system-out", "")
    assert "[[PROPERTY|level=must]]" in output
    assert "[[PROPERTY|quote=Reality data is already associated to the specified iTwin.]]" in output


def test_the_sums_add_up(tmp_path: Path) -> None:
    """Suites and the whole file count what they hold."""
    root = parsed(tmp_path, documents.one_of_each())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("10", "3", "2")
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["associateRealityData", "moveRealityData", "waivers"]
    assert sum(int(suite.get("tests", "")) for suite in suites) == 10


def test_a_deviation_fails_only_when_strict(tmp_path: Path) -> None:
    """The same deviation is output in an ordinary run and a failure in a strict one."""
    rows = [documents.verdict("a.b.c", kind="DEVIATION", level="should", expected="b", actual="B")]
    calm = parsed(tmp_path, documents.document(rows))
    assert outcomes(calm) == {"a.b.c": "passed"}
    assert "actual: B" in next(calm.iter("testcase")).findtext("system-out", "")
    assert outcomes(parsed(tmp_path, documents.document(rows, strict=True))) == {"a.b.c": "failure"}


def test_a_provisional_violation_is_skipped(tmp_path: Path) -> None:
    """A new requirement does not fail a build."""
    content = documents.document(
        [documents.violation("a.b.c")], requirements={"a.b.c": documents.requirement(provisional=True)}
    )
    assert outcomes(parsed(tmp_path, content)) == {"a.b.c": "skipped"}


@pytest.mark.parametrize("build", [documents.hostile, documents.document])
def test_hostile_and_empty_runs_are_well_formed(build: Any, tmp_path: Path) -> None:
    """Surrogates, NUL and markup in responses do not break the file."""
    parsed(tmp_path, build(), documents.exchange(body=documents.HOSTILE))


def test_the_proof_stands_in_the_output(tmp_path: Path) -> None:
    """A failed case shows the request and the response, and how long they took."""
    root = parsed(tmp_path, documents.document([documents.violation("a.b.c")]), documents.exchange())
    case = next(root.iter("testcase"))
    assert "POST https://qa-api.example.com/" in case.findtext("system-out", "")
    assert case.get("time") == "0.003"
