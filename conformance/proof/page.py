"""The page for the owners of an API: what the suite has been shown to see, and what it cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Document = Mapping[str, Any]
MOST: Final = 4
"""So many defects are named beside a promise."""


def page_of(document: Document) -> str:
    """Return the page as Markdown, from the matrix alone."""
    lines = [
        "# What the suite sees",
        "",
        "Written by `conformance defects --page`, from the run of the matrix itself: do not edit it by hand.",
        "",
        "Each promise of the documentation was broken on purpose in the built-in emulator, and the suite had",
        "to notice on exactly that promise. It also had to keep quiet about servers that are",
        "right in another way. A verdict of `PASS` for your API means that none of the defects named beside",
        "the promise is there, as far as one run can tell.",
        "",
        *_figures(document),
        "",
        "## What is seen",
        "",
        *_seen(document),
        "## What is never called a violation",
        "",
        "These servers are right, and every one of them is judged without a finding.",
        "",
        *(
            f"- **{case['name']}**: {case['sentence']}"
            for case in document["cases"]
            if case["kind"] == "variation"
        ),
        "",
        "## What is observed and not judged",
        "",
        "The documentation leaves these open. What the API answers is written down, and a change from one",
        "night to the next is reported; neither answer is a violation. Each row is a question to the owner.",
        "",
        "| requirement | operation | what is written down | question |",
        "|---|---|---|---|",
        *(
            f"| {each['requirement']} | {each['operation']} | {_cell(each['expect'])} "
            f"| {_cell(each['ask'])} |"
            for each in document["requirements"]
            if each["status"] == "left open"
        ),
        "",
        "## What needs something from the target",
        "",
        "Without these a promise is reported as `NOT_APPLICABLE`, with the reason; `conformance doctor` says",
        "so beforehand.",
        "",
        *_needs(document),
        "",
        "## What cannot be seen",
        "",
        "Sentences of the documentation that have a row and are not judged, and why.",
        "",
        "| requirement | says | why it is not judged |",
        "|---|---|---|",
        *(
            f"| {each['requirement']} | {_cell(each['expect'])} | {_cell(each['why'])} |"
            for each in document["excluded"]
        ),
        "",
        "Nor is seen: what happens more rarely than once in a few dozen calls, what needs load or hours to",
        "show, what stands behind the API (logs, events, costs, back-ups), and operations that have no",
        "requirements yet. The suite uses those to prepare and to look, and a failure there makes a promise",
        "`CANNOT_JUDGE`, never a violation.",
    ]
    return "\n".join(lines) + "\n"


def _figures(document: Document) -> list[str]:
    defects = [each for each in document["cases"] if each["kind"] == "defect"]
    variations = [each for each in document["cases"] if each["kind"] == "variation"]
    rows = [each for each in document["requirements"] if each["status"] != "left open"]
    caught = sum(each["good"] for each in defects)
    green = sum(each["status"] == "green" for each in variations)
    return [
        "| | |",
        "|---|---|",
        f"| promises that are judged (requirement and operation) | {len(rows)} |",
        f"| seen to fail, each on a defect made for it | {sum(each['status'] == 'seen' for each in rows)} |",
        f"| defects caught where they should be and nowhere else | {caught} of {len(defects)} |",
        f"| legitimate variations that stay green | {green} of {len(variations)} |",
    ]


def _seen(document: Document) -> Iterator[str]:
    sentences = {case["name"]: case["sentence"] for case in document["cases"]}
    operations = dict.fromkeys(each["operation"] for each in document["requirements"])
    for operation in operations:
        yield from (f"### {operation}", "", "| promise | level | seen to fail on |", "|---|---|---|")
        for each in document["requirements"]:
            if each["operation"] == operation and each["status"] != "left open":
                names = each["caught"][:MOST]
                more = f" and {len(each['caught']) - MOST} more" if len(each["caught"]) > len(names) else ""
                shown = ", ".join(names) + more
                state = shown if each["status"] == "seen" else f"**{each['status']}**"
                promise = f"{_cell(each['expect'])} (`{each['requirement']}`)"
                yield f"| {promise} | {each['level']} | {_cell(state)} |"
        yield ""
    yield from ("<details><summary>How each defect happens in a real service</summary>", "")
    yield from (
        f"- **{case['name']}**: {sentences[case['name']]}"
        for case in document["cases"]
        if case["kind"] == "defect"
    )
    yield from ("", "</details>", "")


def _needs(document: Document) -> list[str]:
    found: dict[str, set[str]] = {}
    for each in document["requirements"]:
        for need in each["needs"]:
            found.setdefault(need, set()).add(each["requirement"])
    words = {
        "role": "a role in the targets file",
        "token": "a ready token",
        "fixture": "a fixture",
        "mode": "leave to write",
    }
    return [
        f"- `{need}` ({words.get(need.partition('.')[0], 'the target')}): {len(names)} requirements"
        for need, names in sorted(found.items())
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
