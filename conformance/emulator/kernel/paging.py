"""Cut lists into pages and link them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from conformance.emulator.behaviours import assumed
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Detail, Response, invalid_value

assumed("paging.limits", "$top is 1 to 1000 for iTwins, and a page has 100 entries without it.")


@dataclass(frozen=True)
class Page:
    """A cut of a list: ``top`` entries after the first ``skip``."""

    top: int
    skip: int

    def cut(self, rows: Sequence[Any]) -> list[Any]:
        """Return the entries of the page."""
        return list(rows[self.skip : self.skip + self.top])


def read_page(query: dict[str, str], *, default: int = 100, largest: int = 1000) -> Page | Detail:
    """Return the page that ``$top`` and ``$skip`` ask for, or the problem of one of them."""
    values = {"$top": default, "$skip": 0}
    for name, (low, high) in {"$top": (1, largest), "$skip": (0, 10**9)}.items():
        text = query.get(name)
        if text is None:
            continue
        if not (text.isascii() and text.isdigit() and len(text) < 11 and low <= int(text) <= high):  # noqa: PLR2004 - digits of ten thousand millions
            return invalid_value(text, name)
        values[name] = int(text)
    return Page(values["$top"], values["$skip"])


def show_page(
    call: Call,
    member: str,
    rows: Sequence[Any],
    invalid: Callable[..., Response],
    view: Callable[[Any], Any] = lambda row: row,
) -> Response:
    """Show the page of the rows that is asked for, 200 ``{member, _links}``, or refuse what asks for none."""
    page = read_page(call.request.query)
    if isinstance(page, Detail):
        return invalid(page)
    shown = [view(each) for each in page.cut(rows)]
    return Response(200, {member: shown, "_links": links(call, page, len(rows))})


def links(call: Call, page: Page, total: int) -> dict[str, dict[str, str]]:
    """Return ``self`` and, where there is one, ``prev`` and ``next``, each as ``{href}``."""
    found = {"self": _href(call, page.skip, page.top)}
    if page.skip > 0:
        found["prev"] = _href(call, max(0, page.skip - page.top), page.top)
    if page.skip + page.top < total:
        found["next"] = _href(call, page.skip + page.top, page.top)
    return found


def _href(call: Call, skip: int, top: int) -> dict[str, str]:
    kept = [(name, value) for name, value in call.request.query.items() if name not in {"$top", "$skip"}]
    return address(call, [*kept, ("$skip", str(skip)), ("$top", str(top))])


def address(call: Call, query: list[tuple[str, str]]) -> dict[str, str]:
    """Return ``{href}``: the call's own path with another query."""
    text = urlencode(query, safe="$", errors="replace")
    return {"href": f"{call.services.base_url}{quote(call.request.path, errors='replace')}?{text}"}
