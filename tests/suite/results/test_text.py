"""Hostile text is harmless in every format and stays readable."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from conformance.results.text import code_block, code_span, markdown, scrub, shorten, visible, web_link
from tests.suite.report.documents import HOSTILE

ANYTHING = st.text(st.characters(exclude_categories=()))


@given(ANYTHING)
def test_visible_text_can_stand_in_xml_and_in_a_terminal(text: str) -> None:
    """No control character, surrogate or change of direction is left."""
    shown = visible(text)
    shown.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", shown)


def test_ordinary_text_stays_as_it_is() -> None:
    """Umlauts, emoji, tabs and line ends are no reason to change a text."""
    text = "Größe\t🙂\nzwei"
    assert visible(text) is text
    assert visible("a\r\nb\x00") == "a\nb\\u0000"


def test_names_of_members_are_scrubbed_too() -> None:
    """A hostile header name is as visible as its value."""
    assert scrub({"a\x00": ["\ud800", 1, None]}) == {"a\\u0000": ["\\ud800", 1, None]}


@given(ANYTHING)
def test_a_code_span_is_closed_by_its_own_fence_only(text: str) -> None:
    """However many back-quotes a text has, the fence around it is longer."""
    span = code_span(visible(text))
    fence = re.match("`*", span)
    assert fence is not None
    inner = span[len(fence.group()) : len(span) - len(fence.group())]
    assert not inner or fence.group() not in inner


def test_a_code_block_cannot_be_closed_from_inside() -> None:
    """A body with a fence of its own gets a longer one."""
    assert code_block("```\nrm", "sh").startswith("````sh\n")


def test_markdown_shows_markup_literally() -> None:
    """Tags, links and mentions are escaped, and the text is one line."""
    shown = markdown(HOSTILE + "\n@team")
    assert "<script" not in shown.replace("\\<", "")
    assert "\n" not in shown
    assert "\\@team" in shown


def test_only_web_links_are_links() -> None:
    """A defect link of another scheme is shown as text."""
    assert web_link("https://tracker.example.com/7")
    assert not web_link("javascript:alert(1)")
    assert not web_link('https://x/" onclick="alert(1)')
    assert not web_link("https://x/\njavascript:alert(1)")


def test_a_shortened_text_says_so() -> None:
    """What is cut ends in an ellipsis, what fits is whole."""
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
