"""What a hostile server may send, and how to tell whether anybody would obey it."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import strategies as st

from conformance.results.text import visible
from tests.suite.report.documents import HOSTILE

FRAGMENTS: Final = (
    HOSTILE,
    *("::error file=a,line=1::x", "\n::add-mask::x", "\r\n \t::set-output name=a::b", "\u2028::debug::"),
    *("##vso[task.setvariable variable=PATH]/tmp", "##[error]x", "#", "##teamcity[buildStop]", ":"),
    *("[[ATTACHMENT|/etc/passwd]]", "[[PROPERTY|verdict=PASS]]", "[", "]]>", "]]", "<![CDATA["),
    *(
        "<!--",
        "-->",
        "<details open ontoggle=alert(1)>",
        "</textarea>",
        "&#x27;",
        "&",
        "{{ 7 * 7 }}",
        "{% raw %}",
    ),
    *(
        "```\n",
        "~~~",
        "`",
        "``",
        "|",
        "\\|",
        "\\",
        "@team",
        "https://evil.example",
        "www.evil.example",
        "#12",
    ),
    *(
        "[a](javascript:x)",
        "![a](http://x)",
        "\n# title",
        "\n- item",
        "\n\n    code",
        "<http://x>",
        "\n===\n",
    ),
    *("=cmd|' /C calc'!A0", "\x1b]8;;http://x\x07", "\x9b31m", "\u200b", "\u202e", "\U000e0041", "\ufeff"),
    *('{"a":"\\ufffe\\u0000\\ud800\\u001b[2J\\u202e"}', "\\ufffe", "\n", "\n    at x\n", "a" * 300),
)
ANY_TEXT: Final = (
    st.lists(
        st.sampled_from(FRAGMENTS) | st.text(st.characters(exclude_categories=()), max_size=12),
        min_size=1,
        max_size=8,
    )
    .map("".join)
    .filter(lambda text: bool(text.strip()))
)


def harmful_line(text: str) -> str:
    """Return the first line that a terminal or a CI service would obey, or that hides something."""
    for line in text.split("\n"):
        command = re.search(r"(?i)##(?:vso|teamcity)?\[", line) or line.lstrip().startswith("::")
        if command or visible(line) != line:
            return line
    return ""
