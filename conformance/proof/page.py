"""The page for the owners of an API: what the suite has been shown to see, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance.proof.write import of_kind, template

Document = Mapping[str, Any]
MOST: Final = 4
"""So many defects are named beside a requirement."""

NEEDS: Final = {
    "role": "a role in the targets file",
    "token": "a ready token",
    "fixture": "a fixture",
    "mode": "permission to write",
}


def page_of(document: Document) -> str:
    """Return the page as Markdown, from the matrix alone."""
    judged = [row for row in document["requirements"] if row["status"] != "left open"]
    operations = dict.fromkeys(row["operation"] for row in document["requirements"])
    return template("page.md").render(
        document=document,
        judged=judged,
        by_operation={name: [row for row in judged if row["operation"] == name] for name in operations},
        defects=of_kind(document, "defect"),
        variations=of_kind(document, "variation"),
        needs=_needs(document),
        seen_on=_seen_on,
    )


def _seen_on(row: Document) -> str:
    if row["status"] != "seen":
        return f"**{row['status']}**"
    names = row["caught"]
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def _needs(document: Document) -> list[tuple[str, str, int]]:
    found: dict[str, set[str]] = {}
    for row in document["requirements"]:
        for need in row["needs"]:
            found.setdefault(need, set()).add(row["requirement"])
    kinds = ((need, NEEDS.get(need.partition(".")[0], "the target")) for need in sorted(found))
    return [(need, kind, len(found[need])) for need, kind in kinds]
