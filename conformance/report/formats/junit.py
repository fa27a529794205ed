"""Renders `junit.xml` as CI services read it: one test case for each requirement and operation.

The schema that Jenkins publishes (junit-10.xsd) allows no properties inside a test case, so they are written
the way that readers of JUnit files agreed on instead: as ``[[PROPERTY|name=value]]`` lines of the output.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from conformance.report import statistics
from conformance.report.exchanges import request_text, response_text
from conformance.report.material import Report
from conformance.results.model import RunReport, WaiverStanding
from conformance.results.text import one_line, shorten, xml
from conformance.results.verdicts import VIOLATED, Outcome, Verdict

PATH: Final = "junit.xml"
MESSAGE: Final = 500
DETAIL: Final = 20_000
PROVING: Final = 2
"""So many exchanges of a violation are written out, the newest of them."""
_ERRORS: Final = frozenset({Outcome.CANNOT_JUDGE, Outcome.HARNESS_ERROR})


def render(report: Report) -> str:
    """Return the run as JUnit XML; a suite for each operation, and one for waivers that make the run red."""
    run = report.run
    root = _element("testsuites", name=f"conformance {run.target}")
    for operation, verdicts in statistics.by_operation(run).items():
        root.append(_suite(run, operation, [_case(report, verdict) for verdict in verdicts]))
    if ended := statistics.ended_waivers(run):
        root.append(_suite(run, "waivers", [_waiver_case(waiver) for waiver in ended]))
    _total(root, list(root.iter("testcase")), {"failures": "failure", "errors": "error"})
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _element(tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.Element(tag, {name: xml(value) for name, value in attributes.items()})
    element.text = xml(text) or None
    return element


def _suite(run: RunReport, name: str, cases: list[ET.Element]) -> ET.Element:
    suite = _element("testsuite", name=name, timestamp=run.started.removesuffix("Z"))
    facts = {
        "run_id": run.run_id,
        "target": run.target,
        "base_url": run.base_url,
        "profile": run.profile,
        "seed": str(run.seed),
        "complete": "true" if run.complete else f"false: {run.stopped}",
    }
    properties = ET.SubElement(suite, "properties")
    properties.extend(_element("property", name=fact, value=value) for fact, value in facts.items())
    suite.extend(cases)
    _total(suite, cases, {"failures": "failure", "errors": "error", "skipped": "skipped"})
    return suite


def _total(element: ET.Element, cases: list[ET.Element], kinds: dict[str, str]) -> None:
    element.set("tests", str(len(cases)))
    for attribute, tag in kinds.items():
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _case(report: Report, verdict: Verdict) -> ET.Element:
    evidence = report.evidence(verdict)
    seconds = sum(exchange.elapsed_ms for exchange in evidence) / 1000
    case = _element(
        "testcase",
        name=verdict.requirement,
        classname=verdict.operation,
        time=f"{min(seconds, 999.0):.3f}",
    )
    if tag := _tag(report.run, verdict):
        text = shorten(_claim(report.run, verdict), DETAIL) if tag == "failure" else ""
        words = shorten(one_line(_message(report.run, verdict, tag)), MESSAGE)
        case.append(_element(tag, text, message=words, type=verdict.outcome.value))
    proof = evidence[-PROVING:] if verdict.outcome in VIOLATED else []
    parts = [_claim(report.run, verdict)]
    parts += [f"\n{request_text(exchange)}\n\n{response_text(exchange)}" for exchange in proof]
    output = ET.SubElement(case, "system-out")
    output.text = shorten("\n".join([*_properties(report.run, verdict), xml("\n".join(parts))]), DETAIL)
    return case


def _properties(run: RunReport, verdict: Verdict) -> list[str]:
    requirement = run.requirement(verdict.requirement)
    properties = {
        "verdict": verdict.outcome.value,
        "level": verdict.level.value,
        "basis": requirement.basis,
        "quote": requirement.quote,
        "page": requirement.page,
        "cause": statistics.cause_text(run, verdict),
    }
    lines = {name: xml(one_line(value)).replace("]]", "] ]") for name, value in properties.items() if value}
    return [f"[[PROPERTY|{name}={value}]]" for name, value in lines.items()]


def _tag(run: RunReport, verdict: Verdict) -> str:
    if run.is_red(verdict):
        return "failure"
    if verdict.outcome in _ERRORS:
        return "error"
    calm_failure = verdict.outcome is Outcome.FAIL  # waived or provisional: known, and not this run's news
    skipped = verdict.outcome is Outcome.NOT_APPLICABLE or verdict.waived or calm_failure
    return "skipped" if skipped else ""


def _message(run: RunReport, verdict: Verdict, tag: str) -> str:
    if tag != "failure" and verdict.outcome in VIOLATED:
        return statistics.why_tolerated(run, verdict)
    return statistics.message(verdict) or "no reason was given"


def _claim(run: RunReport, verdict: Verdict) -> str:
    requirement = run.requirement(verdict.requirement)
    facts = {
        "cause": statistics.cause_text(run, verdict),
        "page says": requirement.quote,
        "claim": requirement.expect,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "note": verdict.reason,
        "waived": verdict.waived,
        "curl": verdict.curl,
    }
    return "\n".join(f"{name}: {value}" for name, value in facts.items() if value)


def _waiver_case(waiver: WaiverStanding) -> ET.Element:
    words = f"{waiver.requirement} {waiver.operation}".strip()
    case = _element("testcase", name=words, classname="waivers", time="0.000")
    why = {
        "expired": f"the waiver expired on {waiver.expires}",
        "stale": "the waiver is stale: the requirement holds again, so take the waiver out",
    }[waiver.state]
    case.append(_element("failure", f"{why}\nreason: {waiver.reason}", message=why, type=waiver.state))
    return case
