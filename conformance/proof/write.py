"""Write the matrix as JSON, Markdown and HTML, from its document alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

Document = Mapping[str, Any]

MARKS: Final = {"caught": "●", "elsewhere": "○", "missed": "✗", "stray": "!"}
STYLE: Final = """
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:100rem;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%}code{font-size:12px}
td,th{border-top:1px solid #d0d7de;padding:.3rem .5rem;text-align:left;vertical-align:top}
.chip{display:inline-block;border-radius:1rem;padding:0 .5rem;margin:1px;font-size:12px}
.chip,.elsewhere{background:#eaeef2;color:#57606a}.caught{background:#dafbe1;color:#1b1f24}
.missed,.stray,.bad{background:#ffebe9}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}td,th{border-color:#30363d}
.chip,.elsewhere{background:#21262d;color:#9da7b1}.caught{background:#12351d;color:#e6edf3}
.missed,.stray,.bad{background:#4c1417;color:#e6edf3}}
"""


def write(document: Document, folder: Path) -> list[Path]:
    """Write ``matrix.json``, ``matrix.md`` and ``matrix.html`` into the folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "matrix.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n",
        "matrix.md": markdown(document),
        "matrix.html": html(document),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def headline(document: Document) -> list[str]:
    """Return a few sentences that say how it stands."""
    cases = document["cases"]
    defects = [each for each in cases if each["kind"] == "defect"]
    variations = [each for each in cases if each["kind"] == "variation"]
    rows = [each for each in document["requirements"] if each["status"] != "left open"]
    requests = [each["requests"] for each in cases if each["requests"]]
    lines = [
        f"{_count(defects, 'caught')} of {len(defects)} defects are caught where they should be.",
        f"{_count(variations, 'green')} of {len(variations)} legitimate variations are green.",
        f"{_count(rows, 'seen')} of {len(rows)} promises (requirement and operation) were seen to fail.",
    ]
    if requests:
        most = max(requests)
        lines.append(
            f"A verdict took {min(requests)} to {most} requests; all cases took {document['seconds']:.0f} s."
        )
    return lines


def _count(entries: Iterable[Document], status: str) -> int:
    return sum(each["status"] == status for each in entries)


def troubles(document: Document) -> list[str]:
    """Return one line for each thing that is not as it should be."""
    lines = [
        f"no defect breaks {each['requirement']} on {each['operation']}"
        for each in document["requirements"]
        if each["status"] == "no defect"
    ]
    for case in document["cases"]:
        lines += case["complaints"]
    return lines


def markdown(document: Document) -> str:
    """Return the matrix as Markdown."""
    lines = ["# Requirements and defects", "", *(f"- {line}" for line in headline(document)), ""]
    found = troubles(document)
    if found:
        lines += ["## Not as it should be", "", *(f"- {_cell(line)}" for line in found), ""]
    lines += [
        "## By requirement",
        "",
        "| requirement | operation | level | state | caught as declared | caught elsewhere too |",
        "|---|---|---|---|---|---|",
    ]
    for each in document["requirements"]:
        caught, elsewhere = ", ".join(each["caught"]), ", ".join(each["elsewhere"])
        head = f"| {each['requirement']} | {each['operation']} | {each['level']} | {each['status']}"
        lines.append(f"{head} | {caught} | {elsewhere} |")
    lines += [
        "",
        "## By defect",
        "",
        "| case | kind | state | how it happens, or why it is right |",
        "|---|---|---|---|",
    ]
    for case in document["cases"]:
        lines.append(f"| {case['name']} | {case['kind']} | {case['status']} | {_cell(case['sentence'])} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def html(document: Document) -> str:
    """Return the matrix as one page that needs nothing else."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Requirements and defects</title>",
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>",
        "<h1>Requirements and defects</h1><ul>",
        *(f"<li>{escape(line)}</li>" for line in headline(document)),
        "</ul>",
    ]
    found = troubles(document)
    if found:
        parts += [
            "<h2>Not as it should be</h2><ul class=bad>",
            *(f"<li>{escape(line)}</li>" for line in found),
            "</ul>",
        ]
    parts.append(
        "<h2>By requirement</h2><table><tr><th>requirement<th>operation<th>level<th>state<th>defects</tr>"
    )
    for each in document["requirements"]:
        state = "bad" if each["status"] in {"missed", "no defect"} else ""
        parts.append(
            f"<tr class='{state}'><td title='{escape(each['expect'], quote=True)}'>"
            f"<code>{escape(each['requirement'])}</code>"
            f"<td>{escape(each['operation'])}<td>{each['level']}<td>{each['status']}<td>{_chips(each)}</tr>"
        )
    parts.append(
        "</table><h2>By defect</h2><table><tr><th>case<th>kind<th>state<th>sentence<th>requirements</tr>"
    )
    for case in document["cases"]:
        parts.append(
            f"<tr class='{'' if case['good'] else 'bad'}'><td><code>{escape(case['name'])}</code>"
            f"<td>{case['kind']}<td>{case['status']}<td>{escape(case['sentence'])}<td>{_chips(case)}</tr>"
        )
    return "\n".join([*parts, "</table></html>\n"])


def _chips(entry: Document) -> str:
    return " ".join(
        f"<span class='chip {state}'>{mark} {escape(name)}</span>"
        for state, mark in MARKS.items()
        for name in entry.get(state, ())
    )
