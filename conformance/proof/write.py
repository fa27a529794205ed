"""Write the matrix as JSON, Markdown and HTML, from its document alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Template

from conformance.report.environment import environment

Document = Mapping[str, Any]

TEMPLATES: Final = Path(__file__).parent / "templates"
ALSO: Final = "tolerated"
MARKS: Final = {"caught": "●", ALSO: "○", "missed": "✗", "unexpected": "!"}
"""How a case and a requirement may meet, by the keys of the document."""


def template(name: str) -> Template:
    """Return a template of the matrix."""
    return environment(TEMPLATES).get_template(f"{name}.j2")


def write(document: Document, folder: Path) -> list[Path]:
    """Write ``matrix.json``, ``matrix.md`` and ``matrix.html`` into the folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    words = {
        "document": document,
        "headline": headline(document),
        "troubles": troubles(document),
        "marks": MARKS,
        "also": ALSO,
    }
    texts = {
        "matrix.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n",
        **{name: template(name).render(words) for name in ("matrix.md", "matrix.html")},
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def headline(document: Document) -> list[str]:
    """Return a few sentences that say how it stands."""
    defects, variations = of_kind(document, "defect"), of_kind(document, "variation")
    rows = [row for row in document["requirements"] if row["status"] != "left open"]
    requests = [case["requests"] for case in document["cases"] if case["requests"]]
    lines = [
        f"{_count(defects, 'caught')} of {len(defects)} defects are caught where they should be.",
        f"{_count(variations, 'green')} of {len(variations)} variations are green.",
        f"{_count(rows, 'seen')} of {len(rows)} requirements (each on each operation) were seen to fail.",
    ]
    if requests:
        span, seconds = f"{min(requests)} to {max(requests)}", document["seconds"]
        lines.append(f"A verdict took {span} requests; all cases took {seconds:.0f} s.")
    return lines


def of_kind(document: Document, kind: str) -> list[Document]:
    """Return the cases of a kind: defect, variation or healthy."""
    return [case for case in document["cases"] if case["kind"] == kind]


def _count(entries: Iterable[Document], status: str) -> int:
    return sum(entry["status"] == status for entry in entries)


def troubles(document: Document) -> list[str]:
    """Return one line for each thing that is not as it should be."""
    lines = [
        f"no defect breaks {row['requirement']} on {row['operation']}"
        for row in document["requirements"]
        if row["status"] == "no defect"
    ]
    for case in document["cases"]:
        lines += case["complaints"]
    return lines
