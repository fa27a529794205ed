"""Whatever a server says, every file of a report is well-formed and commands nobody who reads it."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from markdown_it import MarkdownIt
from rich.console import Console

from conformance.analysis.compare.markdown import to_markdown
from conformance.report.console import open_console
from conformance.report.material import Report
from conformance.report.registry import FORMATS
from conformance.report.terminal import show
from tests.suite.report import documents
from tests.suite.report.hostile_text import ANY_TEXT, FRAGMENTS, harmful_line

QUIET: Final = "quiet"
OURS: Final = "https://tracker.example.com/7"


def report_of(folder: Path, text: str) -> Report:
    """Return a report in which every text that a server can choose is this one."""
    verdicts = [
        documents.violation("a.b.one", expected=text, actual=text, curl=text, reason=text),
        documents.violation("a.b.two", waived=text, actual=text, expected=text),
        documents.verdict("a.b.three", kind="OBSERVED", level="unspecified", fingerprint=text, actual=text),
        documents.verdict("a.b.four", kind="CANNOT_JUDGE", reason=text),
        documents.verdict("a.b.five", kind="DEVIATION", level="should", expected=text, actual=text),
    ]
    checks = [{"behaviour": "b", "source": "s", "says": text, "observed": text, "confirmed": False}]
    content = documents.document(
        verdicts,
        complete=False,
        stopped=text,
        requirements={"a.b.three": documents.requirement("unspecified", quote=text, ask=text)},
        leaks=[{"what": text, "undo": text, "error": text}],
        waivers=[documents.waiver("active", requirement="a.b.two", reason=text, defect=OURS)],
        confirmations=checks,
        harness_errors=[text],
    )
    body = json.dumps({"a": text, text: 1}) if len(text) % 2 else text
    recorded = documents.exchange(body=body) | {"failure": text, "role": text}
    recorded["request"] |= {"url": f"https://x.example/{text}", "headers": {text: text}, "body": body}
    moves = [
        {
            "requirement": f"a.b.{name}",
            "operation": "getA",
            "move": kind,
            "causes": ["suite changed"],
            "detail": text,
        }
        for name, kind in (("one", "new violation"), ("two", "fixed"))
    ]
    comparison = documents.comparison(old=text, notes=[text], moves=moves)
    return documents.report(
        folder, content, recorded, comparison=comparison, history=documents.history(2, verdicts)
    )


def files_of(report: Report) -> Iterator[tuple[str, str]]:
    """Yield every file that the report renders, by name."""
    for form in FORMATS.values():
        rendered = form.render(report)
        yield from {form.path: rendered}.items() if isinstance(rendered, str) else rendered.items()


class Tags(HTMLParser):
    """Counts the elements and the names of their attributes, and keeps where links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: Counter[tuple[str, ...]] = Counter()
        self.links: set[str | None] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.seen[tag, *(name for name, _ in attrs)] += 1
        self.links |= {value for name, value in attrs if name in {"href", "src", "action"}}


def outline(text: str) -> tuple[list[str], set[str], str]:
    """Return blocks, links and the text outside of code of a Markdown page; none of it may be raw HTML."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    blocks = parser.parse(text)
    inline = [token for block in blocks for token in block.children or ()]
    kinds = {token.type for token in (*blocks, *inline)}
    assert not kinds & {"html_block", "html_inline", "image"}
    links = {str(token.attrs["href"]) for token in inline if token.type == "link_open"}
    plain = "\n".join(token.content for token in inline if token.type.startswith("text"))
    return [block.type for block in blocks], links, plain


def strict_json(text: str) -> Any:
    """Return the value of a text that every JSON parser takes: no own constants, no lone surrogates."""
    value = json.loads(text, parse_constant=pytest.fail)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def check(name: str, text: str, quiet: str) -> None:
    """Hold a file to what its readers parse, and to the structure that it has where nobody is hostile."""
    assert not harmful_line(text)
    if name.endswith((".json", ".sarif")):
        assert isinstance(strict_json(text), dict | list)
    elif name.endswith(".xml"):
        root = ET.fromstring(text)  # noqa: S314 - our own file
        lines = re.findall(r"(?i)\[\[\s*(\w+)\s*\|(\w+)", "\n".join(root.itertext()))
        values = [value for element in root.iter() for value in element.attrib.values()]
        assert set(lines) == {("PROPERTY", key) for key in ("verdict", "level", "basis", "quote", "page")}
        assert len(lines) == 5 * len(list(root.iter("testcase")))
        assert not re.search(r"(?i)\[\[\s*\w+\s*\|", "\n".join(values))
        assert [element.tag for element in root.iter()] == [e.tag for e in ET.fromstring(quiet).iter()]  # noqa: S314 - our own report
    elif name.endswith(".html"):
        assert Tags(text).seen == Tags(quiet).seen
        assert Tags(text).links <= Tags(quiet).links
    elif name.endswith(".md"):
        blocks, links, plain = outline(text)
        assert (blocks, links) == outline(quiet)[:2]
        assert not re.search(r"://|www\.|@|#\d", plain)
    elif name.endswith(".properties"):
        assert text.isascii()
        assert len(text.splitlines()) == len(quiet.splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run folder that the examples write over."""
    return tmp_path_factory.mktemp("run")


@cache
def quiet_files(folder: Path) -> Mapping[str, str]:
    """Return the files of a report in which nobody is hostile."""
    return dict(files_of(report_of(folder, QUIET)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=ANY_TEXT)
@example(text="".join(FRAGMENTS))
@example(text="::error::x")
@example(text="]]>\x1b[31m")
def test_every_format_is_well_formed_and_inert(folder: Path, text: str) -> None:
    """XML, JSON, HTML and Markdown have the structure that they have in a report of a quiet server."""
    quiet = quiet_files(folder)
    found = dict(files_of(report_of(folder, text)))
    assert found.keys() == quiet.keys()
    for name, content in found.items():
        check(name, content, quiet[name])


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=ANY_TEXT)
@example(text="a " * 36 + "::error file=a::b")
def test_a_terminal_and_a_log_obey_nothing(folder: Path, text: str) -> None:
    """Neither eighty columns, nor colours, nor a log bring a command to the start of a line."""
    report = report_of(folder, text)
    consoles = [
        Console(file=io.StringIO(), width=80, highlight=False),
        Console(file=io.StringIO(), width=80, highlight=False, force_terminal=True),
        open_console(io.StringIO()),
    ]
    for console in consoles:
        show(report.run, console, report.comparison)
        assert isinstance(console.file, io.StringIO)
        assert not harmful_line(re.sub(r"\x1b\[[\d;]*m", "", console.file.getvalue()))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=ANY_TEXT)
def test_a_comparison_in_markdown_is_inert(folder: Path, text: str) -> None:
    """What `conformance compare --markdown` prints becomes the body of an issue: no link, tag or mention."""
    comparison, quiet = report_of(folder, text).comparison, report_of(folder, QUIET).comparison
    assert comparison is not None
    assert quiet is not None
    check("moved.md", to_markdown(comparison), to_markdown(quiet))
