"""Renders `junit.xml` as CI services read it: one test case for each requirement and operation.

The schema that Jenkins publishes (junit-10.xsd) allows no properties inside a test case, so they are written
the way that readers of JUnit files agreed on instead: as ``[[PROPERTY|name=value]]`` lines of the output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from conformance.report import statistics
from conformance.report.exchanges import Record, request_text, response_text
from conformance.results.model import Run, Waiver
from conformance.results.text import one_line, shorten
from conformance.results.verdicts import Judgement, Verdict

MESSAGE: Final = 500
DETAIL: Final = 20_000
_ERRORS: Final = frozenset({Verdict.CANNOT_JUDGE, Verdict.HARNESS_ERROR})


def render_junit(run: Run, exchanges: Mapping[str, Record]) -> str:
    """Return the run as JUnit XML; a suite for each operation, and one for waivers that make the run red."""
    root = ET.Element("testsuites", name=f"conformance {run.target}")
    for operation, judgements in statistics.by_operation(run).items():
        suite = _suite(root, run, operation)
        for judgement in judgements:
            suite.append(_case(run, judgement, exchanges))
        _total(suite)
    red = statistics.expired(run)
    if red:
        suite = _suite(root, run, "waivers")
        suite.extend(_waiver_case(waiver) for waiver in red)
        _total(suite)
    cases = list(root.iter("testcase"))
    root.set("tests", str(len(cases)))
    root.set("failures", str(len(list(root.iter("failure")))))
    root.set("errors", str(len(list(root.iter("error")))))
    root.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, run: Run, name: str) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=name, timestamp=run.started.removesuffix("Z"))
    facts = {
        "run_id": run.run_id,
        "target": run.target,
        "base_url": run.base_url,
        "profile": run.profile,
        "seed": str(run.seed),
        "complete": "true" if run.complete else f"false: {run.stopped}",
    }
    properties = ET.SubElement(suite, "properties")
    for fact, value in facts.items():
        ET.SubElement(properties, "property", name=fact, value=value)
    return suite


def _total(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        suite.set(attribute, str(sum(1 for case in cases if case.find(tag) is not None)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _case(run: Run, judgement: Judgement, exchanges: Mapping[str, Record]) -> ET.Element:
    evidence = [exchanges[name] for name in judgement.evidence if name in exchanges]
    seconds = sum(_number(record.get("elapsed_ms")) for record in evidence) / 1000
    case = ET.Element(
        "testcase",
        name=judgement.requirement,
        classname=judgement.operation,
        time=f"{min(seconds, 999.0):.3f}",
    )
    outcome = _outcome(run, judgement)
    if outcome is not None:
        case.append(outcome)
    proof = evidence[-2:] if judgement.verdict in statistics.VIOLATED else []
    ET.SubElement(case, "system-out").text = _output(run, judgement, proof)
    return case


def _outcome(run: Run, judgement: Judgement) -> ET.Element | None:
    tag = _tag(run, judgement)
    if not tag:
        return None
    outcome = ET.Element(tag, message=shorten(one_line(_message(run, judgement, tag)), MESSAGE))
    outcome.set("type", judgement.verdict.value)
    if tag == "failure":
        outcome.text = shorten(_claim(run, judgement), DETAIL)
    return outcome


def _tag(run: Run, judgement: Judgement) -> str:
    if run.is_red(judgement):
        return "failure"
    if judgement.verdict in _ERRORS:
        return "error"
    calm_failure = judgement.verdict is Verdict.FAIL  # waived or provisional: known, and not this run's news
    skipped = judgement.verdict is Verdict.NOT_APPLICABLE or judgement.waived or calm_failure
    return "skipped" if skipped else ""


def _message(run: Run, judgement: Judgement, tag: str) -> str:
    if tag == "failure":
        return f"expected {judgement.expected}; got {judgement.actual or judgement.reason}"
    if judgement.verdict in statistics.VIOLATED:
        return statistics.why_tolerated(run, judgement)
    return judgement.reason or "no reason was given"


def _claim(run: Run, judgement: Judgement) -> str:
    requirement = run.requirement(judgement.requirement)
    facts = {
        "page says": requirement.quote,
        "claim": requirement.expect,
        "expected": judgement.expected,
        "actual": judgement.actual,
        "note": judgement.reason,
        "waived": judgement.waived,
        "curl": judgement.curl,
    }
    return "\n".join(f"{name}: {value}" for name, value in facts.items() if value)


def _output(run: Run, judgement: Judgement, evidence: Iterable[Record]) -> str:
    requirement = run.requirement(judgement.requirement)
    properties = {
        "verdict": judgement.verdict.value,
        "level": judgement.level.value,
        "basis": requirement.basis,
        "quote": requirement.quote,
        "page": requirement.page,
    }
    parts = [f"[[PROPERTY|{name}={one_line(value)}]]" for name, value in properties.items() if value]
    parts.append(_claim(run, judgement))
    parts += [f"\n{request_text(record)}\n\n{response_text(record)}" for record in evidence]
    return shorten("\n".join(parts), DETAIL)


def _waiver_case(waiver: Waiver) -> ET.Element:
    words = f"{waiver.requirement} {waiver.operation}".strip()
    case = ET.Element("testcase", name=words, classname="waivers", time="0.000")
    why = {
        "expired": f"the waiver expired on {waiver.expires}",
        "stale": "the waiver is stale: the requirement holds again, so take the waiver out",
    }[waiver.state]
    ET.SubElement(case, "failure", message=why, type=waiver.state).text = f"{why}\nreason: {waiver.reason}"
    return case


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value >= 0 else 0.0
