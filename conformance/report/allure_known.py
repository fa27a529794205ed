"""Says what is known already as Allure 3 has it: the waivers that hold, by the defect that they wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conformance.results.model import RunReport, WaiverStanding
from conformance.results.text import web_link

KNOWN_ISSUES: Final = "known-issues.json"
"""Not a file of Allure's own: `allurerc.mjs` reads it, as Allure 3 keeps what is known in its settings."""


def known_issues(run: RunReport, case_id: Callable[[str, str], str]) -> dict[str, Any]:
    """Return the rules and links of Allure's `resolutions`.

    Allure wants an issue once, with an id of its own and a link made of a template and that id; a waiver
    whose defect is none is accepted with its reason.
    """
    by_defect: dict[str, list[WaiverStanding]] = {}
    for waiver in run.waivers:
        if waiver.state == "active":
            by_defect.setdefault(waiver.defect, []).append(waiver)
    rules: list[dict[str, Any]] = []
    links: dict[str, dict[str, str]] = {}
    ids: set[str] = set()
    for defect, waivers in by_defect.items():
        covers: dict[str, Any] = {
            "comment": "; ".join(sorted({f"{w.reason} ({w.owner}, until {w.expires})" for w in waivers})),
            "testCaseId": [case_id(w.requirement, w.operation) for w in waivers],
        }
        base, _, number = defect.rpartition("/")
        if not web_link(f"{base}/") or "%" in defect or not number.isalnum() or number in ids:
            rules.append({"resolution": "accepted", **covers})
            continue
        ids.add(number)
        links[base] = {"urlTemplate": f"{base}/%s", "nameTemplate": "%s"}
        rules.append({"resolution": "issue", "issue": {"id": number, "type": base}, **covers})
    return {"rules": rules, "links": links}
