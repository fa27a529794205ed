"""Builds run documents with causes, themes and coverage, as a run of today writes them."""

from __future__ import annotations

from typing import Any, Final

from conformance.results.causes import Theme
from tests.suite.report import documents

Json = dict[str, Any]
LONG: Final = " and says something long about what it is, and about what it is not,"
EACH: Final = 6
"""So many violations has a cause."""


def by_causes(causes: int = 3, operations: int = 4) -> Json:
    """Return a run of violations with a cause each, cut off, with one of each other verdict besides."""
    names = list(documents.OPERATIONS) + [f"operation{n}WithALongNameThatNoLineHolds" for n in range(26)]
    names = names[:operations]
    themes = [theme.value for theme in Theme]
    base = documents.one_of_each()
    rows, explained, requirements = [], [], dict(base["requirements"])
    for number in range(causes):
        operation = names[number % operations]
        ids = [f"api.noun.claim-{number}-{each}" for each in range(EACH)]
        rows += [
            documents.violation(name, operation=operation, actual=f"200{LONG * 9}", expected=f"409{LONG * 9}")
            for name in ids
        ]
        requirements |= {name: documents.requirement(theme=themes[number % len(themes)]) for name in ids}
        explained.append(
            {
                "key": f"cause-{number:03}",
                "sentence": f"{operation} answers 200 instead of 409{LONG * (number % 7)}",
                "operation": operation,
                "theme": themes[number % len(themes)],
                "explains": [f"{name}@{operation}" for name in ids],
                "evidence": ["x0042"],
                "since": {"date": "2026-11-20", "run": "run-027"} if number % 2 else {},
                "diagnosis": [
                    {
                        "defect": "id-not-unique",
                        "sentence": f"The second create succeeds{LONG}",
                        "likelihood": 0.7,
                    }
                ],
            }
        )
    return {
        **base,
        "schema_version": "1.2",
        "verdicts": rows + base["verdicts"],
        "requirements": requirements,
        "operations": base["operations"]
        | {name: {"api": "api", "method": "GET", "path": "/a"} for name in names},
        "causes": explained,
        "coverage": coverage(names),
        "complete": False,
        "stopped": f"the budget is spent{LONG * 5}",
    }


def coverage(operations: list[str]) -> Json:
    """Return what a run covered of these operations."""
    one = {
        "statuses": {"200": [4, 4], "404": [1, 1], "429": [0, 0]},
        "keywords": {"200 /id type": [4, 4], "200 /name type": [4, 0]},
        "roles": {"owner": [5, 5]},
        "never": {
            "the target has no role throttled": ["statuses 429"],
            "no schema check": ["keywords 200 /name type"],
        },
        "undocumented": {"500": 1},
    }
    number = len(operations)
    return {
        "documented": 6 * number,
        "exercised": 5 * number,
        "judged": 4 * number,
        "operations": dict.fromkeys(operations, one),
    }


def unjudged(reasons: int) -> Json:
    """Return a run of which nothing could be judged, for this many reasons."""
    rows = [
        documents.verdict(
            f"api.noun.claim-{n}", kind="CANNOT_JUDGE", reason=f"reason {n % reasons}{LONG * 4}"
        )
        for n in range(5 * reasons)
    ]
    return documents.document(
        rows,
        exit_code=3,
        complete=False,
        stopped=f"the target is unreachable{LONG * 4}",
        coverage=coverage(["a"]),
    )
