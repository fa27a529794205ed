"""Text of others is harmless in every destination and stays readable."""

from __future__ import annotations

import json
import re
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.results.text import (
    code_block,
    code_span,
    json_text,
    markdown,
    scrub,
    shorten,
    terminal,
    visible,
    web_link,
    xml,
)

ANYTHING = st.text(st.characters(exclude_categories=()))


@given(ANYTHING)
@example("\u200b\u2066\ufeff\U000e0041\U0001fffe\u3164")
def test_visible_text_has_nothing_that_a_reader_cannot_see(text: str) -> None:
    """No control or format character, surrogate or change of direction is left but tabs and line ends."""
    shown = visible(text)
    shown.encode()
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [char for char in shown if unicodedata.category(char) in hidden and char not in "\t\n"]
    ET.fromstring(f"<a>{xml(text).replace('&', '&amp;').replace('<', '&lt;')}</a>")  # noqa: S314 - our own text


def test_ordinary_text_stays_as_it_is() -> None:
    """Umlauts, emoji, tabs and line ends are no reason to change a text."""
    text = "Größe\t🙂 ⚠️\nzwei"
    assert visible(text) is text
    assert (
        terminal("tests/a.py::test_a, C++::x\nfe80::1, a##b") == "tests/a.py::test_a, C++::x\nfe80::1, a##b"
    )
    assert visible("a\r\nb\x00\U000e0041") == "a\nb\\u0000\\U000e0041"


@pytest.mark.parametrize(
    "command",
    [
        "##vso[task.setvariable variable=PATH]/tmp",
        "text ##VSO[task.complete result=Succeeded;]",
        "##[error]no",
        "###[group]",
        "##teamcity[buildStop]",
        "::add-mask::a",
        "\n\t ::set-output name=a::b",
        "\u3000::stop-commands::x",
        "wrapped by the console ::error file=a,line=1::b",
        "\r::warning::c",
    ],
)
def test_a_ci_service_reads_no_command(command: str) -> None:
    """What an agent would obey is broken by a space, in a log, a summary and a JUnit case."""
    for shown in (terminal(command), xml(command), code_block(command), code_span(command)):
        assert not re.search(r"(?im)##(?:vso|teamcity)?\[|^\s*::|::[\w-]+ *[^\n]*::", shown)
    assert not re.search(r"(?im)##(?:vso|teamcity)?\[|^\s*::", json_text(command, 1))


def test_json_is_the_same_to_every_parser() -> None:
    """The value comes back, with what no strict parser takes spelled out."""
    value = {"a\x00": ["\ud800", "##vso[x]\\##[", float("inf"), 1, None, True, ("a",)]}
    text = json_text(value)
    assert text.isascii()
    assert json.loads(text) == {
        "a\\u0000": ["\\ud800", "##vso[x]\\##[", "inf", 1, None, True, ["a"]],
    }
    assert scrub({"a": "\ufffe"}) == {"a": "\\ufffe"}


def test_an_attachment_in_a_junit_output_is_only_text() -> None:
    """No reader takes a file or a property out of what a server said; other brackets stay."""
    shown = xml("[[ATTACHMENT|/etc/passwd]] [[[property |a=b]] [[1, 2]]")
    assert shown == "[ [ATTACHMENT|/etc/passwd]] [[ [property |a=b]] [[1, 2]]"


@given(ANYTHING)
def test_a_code_span_is_closed_by_its_own_fence_only(text: str) -> None:
    """However many back-quotes a text has, the fence around it is longer."""
    span = code_span(text)
    fence = re.match("`*", span)
    assert fence is not None
    inner = span[len(fence.group()) : len(span) - len(fence.group())]
    assert not inner or fence.group() not in inner


def test_a_code_span_is_one_cell_of_a_table() -> None:
    """A pipe is escaped, and no backslash before it takes the escape away."""
    assert code_span("a|b\\|c") == "`a\\|b\\ \\|c`"


def test_a_code_block_cannot_be_closed_from_inside() -> None:
    """A body with a fence of its own gets a longer one."""
    assert code_block("```\nrm", "sh").startswith("````sh\n")


def test_markdown_shows_markup_literally() -> None:
    """Tags and links are escaped, and the text is one line."""
    shown = markdown("</script><img src=x>]]>[a](javascript:alert(3))\nb")
    assert "<" not in shown.replace("\\<", "")
    assert "\\[a\\](javascript:alert(3)) b" in shown


@pytest.mark.parametrize(
    "text", ["ask @team", "https://x.example", "www.x.example", "see #12", "fixes a1b2c3d"]
)
def test_markdown_makes_no_link_or_mention_by_itself(text: str) -> None:
    """What GitHub would link even where it is escaped is shown as code."""
    assert markdown(text) == f"`{text}`"


def test_only_web_links_are_links() -> None:
    """A defect link of another scheme is shown as text."""
    assert web_link("https://tracker.example.com/7")
    for text in (
        "javascript:alert(1)",
        'https://x/" onclick="alert(1)',
        "https://x/\njavascript:alert(1)",
        "https://x/a\\",
        "https://x/\u202ea",
    ):
        assert not web_link(text)


def test_a_shortened_text_says_so() -> None:
    """What is cut ends in an ellipsis, what fits is whole."""
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
