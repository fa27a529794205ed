"""Renders `junit.xml` as CI services read it: one test case for each requirement and operation.

The schema that Jenkins publishes (junit-10.xsd) allows no properties inside a test case, so they are written
the way that readers of JUnit files agreed on instead: as ``[[PROPERTY|name=value]]`` lines of the output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from conformance.exchange.recorded import RecordedExchange
from conformance.report import statistics
from conformance.report.exchanges import request_text, response_text
from conformance.results.model import RunReport, WaiverStanding
from conformance.results.text import one_line, shorten
from conformance.results.verdicts import Outcome, Verdict

MESSAGE: Final = 500
DETAIL: Final = 20_000
_ERRORS: Final = frozenset({Outcome.CANNOT_JUDGE, Outcome.HARNESS_ERROR})


def render_junit(run: RunReport, exchanges: Mapping[str, RecordedExchange]) -> str:
    """Return the run as JUnit XML; a suite for each operation, and one for waivers that make the run red."""
    root = ET.Element("testsuites", name=f"conformance {run.target}")
    for operation, verdicts in statistics.by_operation(run).items():
        suite = _suite(root, run, operation)
        for verdict in verdicts:
            suite.append(_case(run, verdict, exchanges))
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


def _suite(root: ET.Element, run: RunReport, name: str) -> ET.Element:
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


def _case(run: RunReport, verdict: Verdict, exchanges: Mapping[str, RecordedExchange]) -> ET.Element:
    evidence = [exchanges[name] for name in verdict.evidence if name in exchanges]
    seconds = sum(record.elapsed_ms for record in evidence) / 1000
    case = ET.Element(
        "testcase",
        name=verdict.requirement,
        classname=verdict.operation,
        time=f"{min(seconds, 999.0):.3f}",
    )
    outcome = _outcome(run, verdict)
    if outcome is not None:
        case.append(outcome)
    proof = evidence[-2:] if verdict.outcome in statistics.VIOLATED else []
    ET.SubElement(case, "system-out").text = _output(run, verdict, proof)
    return case


def _outcome(run: RunReport, verdict: Verdict) -> ET.Element | None:
    tag = _tag(run, verdict)
    if not tag:
        return None
    outcome = ET.Element(tag, message=shorten(one_line(_message(run, verdict, tag)), MESSAGE))
    outcome.set("type", verdict.outcome.value)
    if tag == "failure":
        outcome.text = shorten(_claim(run, verdict), DETAIL)
    return outcome


def _tag(run: RunReport, verdict: Verdict) -> str:
    if run.is_red(verdict):
        return "failure"
    if verdict.outcome in _ERRORS:
        return "error"
    calm_failure = verdict.outcome is Outcome.FAIL  # waived or provisional: known, and not this run's news
    skipped = verdict.outcome is Outcome.NOT_APPLICABLE or verdict.waived or calm_failure
    return "skipped" if skipped else ""


def _message(run: RunReport, verdict: Verdict, tag: str) -> str:
    if tag == "failure":
        return f"expected {verdict.expected}; got {verdict.actual or verdict.reason}"
    if verdict.outcome in statistics.VIOLATED:
        return statistics.why_tolerated(run, verdict)
    return verdict.reason or "no reason was given"


def _claim(run: RunReport, verdict: Verdict) -> str:
    requirement = run.requirement(verdict.requirement)
    facts = {
        "page says": requirement.quote,
        "claim": requirement.expect,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "note": verdict.reason,
        "waived": verdict.waived,
        "curl": verdict.curl,
    }
    return "\n".join(f"{name}: {value}" for name, value in facts.items() if value)


def _output(run: RunReport, verdict: Verdict, evidence: Iterable[RecordedExchange]) -> str:
    requirement = run.requirement(verdict.requirement)
    properties = {
        "verdict": verdict.outcome.value,
        "level": verdict.level.value,
        "basis": requirement.basis,
        "quote": requirement.quote,
        "page": requirement.page,
    }
    parts = [f"[[PROPERTY|{name}={one_line(value)}]]" for name, value in properties.items() if value]
    parts.append(_claim(run, verdict))
    parts += [f"\n{request_text(record)}\n\n{response_text(record)}" for record in evidence]
    return shorten("\n".join(parts), DETAIL)


def _waiver_case(waiver: WaiverStanding) -> ET.Element:
    words = f"{waiver.requirement} {waiver.operation}".strip()
    case = ET.Element("testcase", name=words, classname="waivers", time="0.000")
    why = {
        "expired": f"the waiver expired on {waiver.expires}",
        "stale": "the waiver is stale: the requirement holds again, so take the waiver out",
    }[waiver.state]
    ET.SubElement(case, "failure", message=why, type=waiver.state).text = f"{why}\nreason: {waiver.reason}"
    return case
