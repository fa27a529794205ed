"""Builds run documents: ordinary ones, hostile ones and huge ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.analysis.compare.model import Comparison
from conformance.analysis.history.digest import RunDigest
from conformance.report.material import Report, load_report

Json = dict[str, Any]

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>]]>&amp;\"'`|[a](javascript:alert(3))"
    "\ud83d\x00\x1b[31m\u202ered\ufffe\r"
)
"""What a hostile server may send: markup for every format, a lone surrogate, NUL, ESC, text direction."""

OPERATIONS = {
    "associateRealityData": ("reality-management", "POST", "/reality-data/{realityDataId}/itwins/{iTwinId}"),
    "moveRealityData": ("reality-management", "PATCH", "/reality-data/{realityDataId}/move"),
    "createRepositoryResource": ("itwins", "POST", "/itwins/{iTwinId}/repositories/{repositoryId}/resources"),
    "getiTwinAccount": ("itwins", "GET", "/itwins/{iTwinId}/account"),
}


def requirement(level: str = "must", **more: Any) -> Json:
    """Return one requirement of a run document."""
    row = {
        "level": level,
        "basis": "sentence",
        "quote": "Reality data is already associated to the specified iTwin.",
        "page": "000_25beccf92043aac1",
        "expect": "a second association answers 409 with code AssociationExists",
        "operations": list(OPERATIONS),
    }
    return {**row, **more}


def verdict(
    identifier: str, operation: str = "associateRealityData", kind: str = "PASS", **more: Any
) -> Json:
    """Return one verdict of a run document."""
    row: Json = {"requirement": identifier, "operation": operation, "level": "must", "verdict": kind}
    return {**row, **more}


def document(verdicts: Sequence[Json] = (), **more: Any) -> Json:
    """Return a run document with these verdicts, every requirement of them explained."""
    whole: Json = {
        "schema_version": "1.0",
        "run_id": "20261122T060102Z-3f2a",
        "target": "qa",
        "base_url": "https://qa-api.example.com",
        "profile": "quick",
        "seed": 12345,
        "started": "2026-11-22T06:01:02Z",
        "finished": "2026-11-22T06:01:14Z",
        "seconds": 12.3,
        "exit_code": 1 if any(row["verdict"] == "FAIL" and not row.get("waived") for row in verdicts) else 0,
        "complete": True,
        "identity": {"suite": "0.1.0", "environment": {"python": "3.11.7", "platform": "Linux"}},
        "requests": {"total": 312, "writes": 120},
        "operations": {
            name: {"api": api, "method": method, "path": path, "page": "000_25beccf92043aac1"}
            for name, (api, method, path) in OPERATIONS.items()
        },
        "requirements": {row["requirement"]: requirement(row["level"]) for row in verdicts},
        "verdicts": list(verdicts),
        "waivers": [],
        "leaks": [],
    }
    requirements = {**whole["requirements"], **more.pop("requirements", {})}
    return {**whole, "requirements": requirements, **more}


def exchange(
    identifier: str = "x0042", body: str = '{"error":{"code":"Nothing"}}', status: int = 200
) -> Json:
    """Return one line of `exchanges.ndjson`."""
    return {
        "id": identifier,
        "scenario": "test_reality_management::test_a_second_association_is_refused",
        "role": "owner",
        "operation": "associateRealityData",
        "purpose": "judged",
        "started": 1795327262.5,
        "elapsed_ms": 3.25,
        "request": {
            "method": "POST",
            "url": "https://qa-api.example.com/reality-management/reality-data/5a/itwins/7b",
            "headers": {"Authorization": "Bearer ***", "Accept": "application/json"},
            "body": None,
        },
        "response": {
            "status": status,
            "headers": {"Content-Type": "application/json"},
            "body": body,
            "truncated": False,
        },
        "failure": "",
    }


def violation(identifier: str = "reality.association.duplicate-conflicts", **more: Any) -> Json:
    """Return a violated verdict with everything that a report shows of one."""
    proof: Json = {
        "expected": "409 with code AssociationExists",
        "actual": "200 with an empty body",
        "evidence": ["x0042"],
        "curl": 'curl -sS -i -X POST --path-as-is -H "Authorization: Bearer $TOKEN" '
        "-H 'Accept: application/vnd.bentley.itwin-platform.v1+json' "
        "https://qa-api.example.com/reality-management/reality-data/5a/itwins/7b",
    }
    return verdict(identifier, kind="FAIL", **{**proof, **more})


def one_of_each() -> Json:
    """Return a document that holds every verdict, a waiver of each state and a leak."""
    rows = [
        verdict("reality.association.succeeds"),
        violation(),
        violation("reality.association.known", waived="fixed in the next release"),
        verdict("platform.responses.lowercase", kind="DEVIATION", level="should", expected="b", actual="B"),
        verdict("platform.order.open", kind="OBSERVED", level="unspecified", fingerprint="404 iTwinNotFound"),
        verdict("reality.association.reader", kind="NOT_APPLICABLE", reason="the target has no role reader"),
        verdict("platform.rate.limited", "moveRealityData", kind="CANNOT_JUDGE", reason="throttled for good"),
        verdict(
            "platform.media.type", "moveRealityData", kind="HARNESS_ERROR", reason="a scenario judged twice"
        ),
    ]
    return document(
        rows,
        requirements={
            "platform.order.open": requirement(
                "unspecified", quote="", ask="Which code does an unknown iTwin answer?"
            )
        },
        waivers=[waiver("active"), waiver("expired"), waiver("stale")],
        leaks=[
            {
                "what": "reality data 5a",
                "undo": "DELETE https://qa-api.example.com/reality-data/5a",
                "error": "500",
            }
        ],
    )


def waiver(state: str = "active", **more: Any) -> Json:
    """Return one waiver of a run document."""
    row = {
        "requirement": "reality.association.known",
        "operation": "associateRealityData",
        "target": "qa",
        "reason": "fixed in the next release",
        "defect": "https://tracker.example.com/7",
        "owner": "reality team",
        "first_seen": "2026-11-01",
        "expires": "2026-12-01",
        "kind": "failing",
        "state": state,
    }
    return {**row, **more}


def hostile() -> Json:
    """Return a document in which every text that a server can choose is hostile."""
    rows = [
        violation("a.b.one", expected=HOSTILE, actual=HOSTILE, curl=f"curl {HOSTILE}", reason=HOSTILE),
        violation("a.b.two", waived=HOSTILE, actual=HOSTILE),
        verdict("a.b.three", kind="OBSERVED", level="unspecified", fingerprint=HOSTILE, actual=HOSTILE),
        verdict("a.b.four", kind="CANNOT_JUDGE", reason=HOSTILE),
    ]
    return document(
        rows,
        stopped=HOSTILE,
        complete=False,
        requirements={"a.b.three": requirement("unspecified", quote=HOSTILE, ask=HOSTILE)},
        leaks=[{"what": HOSTILE, "undo": HOSTILE, "error": HOSTILE}],
        waivers=[waiver("active", requirement="a.b.two", reason=HOSTILE, defect=f"javascript:{HOSTILE}")],
    )


def huge(rows: int = 10_000) -> Json:
    """Return a document of this many verdicts, every seventh of them a violation."""
    names = list(OPERATIONS)
    verdicts = [
        violation(f"api.noun.claim-{number // 4:04}", operation=names[number % 4])
        if number % 7 == 0
        else verdict(f"api.noun.claim-{number // 4:04}", names[number % 4])
        for number in range(rows)
    ]
    return document(verdicts)


def write(folder: Path, content: Mapping[str, Any], exchanges: Sequence[Json] | None = None) -> Path:
    """Write a run folder as the engine writes it, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(content), encoding="utf-8")
    lines = [exchange()] if exchanges is None else exchanges
    (folder / "exchanges.ndjson").write_text(
        "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8"
    )
    return folder


def report(
    folder: Path,
    content: Mapping[str, Any],
    *exchanges: Json,
    comparison: Comparison | None = None,
    history: tuple[RunDigest, ...] = (),
) -> Report:
    """Return what a run folder of this content is rendered from."""
    loaded = load_report(write(folder, content, exchanges or None))
    return replace(loaded, comparison=comparison, history=history)


def comparison(**more: Any) -> Comparison:
    """Return a comparison with the run before, as `conformance compare --json` writes it."""
    moves = [
        ("reality.association.duplicate-conflicts", "new violation", "target changed", "PASS", "FAIL"),
        ("reality.association.known", "still", "", "FAIL", "FAIL"),
        ("reality.association.succeeds", "fixed", "target changed", "FAIL", "PASS"),
    ]
    names = ("requirement", "move", "cause", "before", "after")
    rows = [{**dict(zip(names, row, strict=True)), "operation": "associateRealityData"} for row in moves]
    document = {
        "old": "20261121T060102Z-91bc",
        "new": "20261122T060102Z-3f2a",
        "notes": ["a note"],
        "moves": rows,
    }
    return Comparison.model_validate({**document, **more})


def history(runs: int = 29, rows: Sequence[Json] = (), **more: Any) -> tuple[RunDigest, ...]:
    """Return as many runs before this one; every fifth of them violated the first row."""
    keys = [f"{row['requirement']}|{row['operation']}" for row in rows or one_of_each()["verdicts"]]
    found = []
    for number in range(runs):
        verdicts = dict.fromkeys(keys, "PASS")
        if number % 5 == 0:
            verdicts[keys[0]] = "FAIL"
        digest = {
            "run_id": f"run-{number:03}",
            "started": f"2026-{10 + number // 28:02}-{1 + number % 28:02}T02:00:00Z",
            "requests": 300 + number,
            "seconds": 12.0,
            "verdicts": verdicts,
        }
        found.append(RunDigest.model_validate({**digest, **more}))
    return tuple(found)
