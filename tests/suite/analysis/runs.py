"""Made-up runs for the tests of compare, history and replay: complete documents with few words."""

from pathlib import Path
from typing import Any

from conformance.results.model import RunReport
from conformance.results.run_json import write_run

LEVELS = {"DEVIATION": "should", "OBSERVED": "unspecified"}


def verdict(text: str, kind: str = "FAIL", **more: Any) -> dict[str, Any]:
    """Return a row for ``requirement@operation``; a violation says what was expected and came."""
    requirement, _, operation = text.partition("@")
    violated = kind in {"FAIL", "DEVIATION"}
    row = {
        "requirement": requirement,
        "operation": operation or "createZone",
        "level": LEVELS.get(kind, "must"),
        "verdict": kind,
        "reason": "",
        "expected": "409 with code ZoneExists" if violated else "",
        "actual": "201" if violated else "",
        "evidence": ["x0002"] if violated else [],
        "curl": "",
        "observed": "",
        "waived": "",
        "times": 1,
    }
    return {**row, **more}


def run(*verdicts: dict[str, Any], night: int = 1, **more: Any) -> RunReport:
    """Return a whole run of one night; `identity` in `more` is laid over the usual one."""
    return RunReport.model_validate(document(*verdicts, night=night, **more))


def document(*verdicts: dict[str, Any], night: int = 1, **more: Any) -> dict[str, Any]:
    """Return the same as the content of `run.json`; names in `provisional` are too new to be red."""
    provisional = more.pop("provisional", ())
    ids = sorted({row["requirement"] for row in verdicts})
    identity = {
        "suite": "0.1.0",
        "specs": "specs-1",
        "requirements": "requirements-1",
        "requirement_hashes": dict.fromkeys(ids, "row-1"),
        "contract": "contract-1",
        "target": "target-1",
        "waivers": "",
        "environment": {
            "python": "3.11.7",
            "platform": "Linux",
            "packages": {"requests": "2.32.0"},
            "proxy": "",
            "ca": "",
        },
        "target_identity": {},
        **more.pop("identity", {}),
    }
    whole = {
        "schema_version": "1.1",
        "run_id": f"202611{night:02d}T060000Z-0001",
        "target": "qa",
        "base_url": "https://qa.example.org",
        "profile": "nightly",
        "seed": 7,
        "strict": False,
        "read_only": False,
        "started": f"2026-11-{night:02d}T06:00:00Z",
        "finished": f"2026-11-{night:02d}T06:01:00Z",
        "seconds": 60.0,
        "exit_code": int(any(row["verdict"] == "FAIL" and not row["waived"] for row in verdicts)),
        "complete": True,
        "stopped": "",
        "selected": [],
        "identity": identity,
        "credentials": {"owner": "accepted"},
        "limits": {"max_requests": 5000},
        "requests": {
            "total": 300,
            "per_operation": {"createZone": 300},
            "per_purpose": {"judged": 300},
            "per_requirement": {},
            "writes": 120,
            "created": 44,
            "seconds_waited": 0.0,
            "throttled": 0,
        },
        "operations": {
            "createZone": {"api": "zones", "method": "POST", "path": "/zones", "page": "000_page"}
        },
        "requirements": {
            i: {
                "level": "must",
                "basis": "sentence",
                "quote": "A zone exists once.",
                "page": "000_page",
                "expect": "409",
                "ask": "",
                "operations": ["createZone"],
                "provisional": i in provisional,
            }
            for i in ids
        },
        "verdicts": list(verdicts),
        "waivers": [],
        "leaks": [],
        "assumptions": [],
    }
    return {**whole, **more}


def waiver_row(text: str, state: str = "active", expires: str = "2026-12-01") -> dict[str, str]:
    """Return a row of a run's `waivers` for ``requirement@operation``."""
    requirement, _, operation = text.partition("@")
    return {
        "requirement": requirement,
        "operation": operation or "createZone",
        "target": "qa",
        "reason": "mended in the next release",
        "defect": "https://bugs.example.org/7",
        "owner": "zones team",
        "first_seen": "2026-11-02",
        "expires": expires,
        "kind": "failing",
        "state": state,
    }


def folder_of(reports: Path, report: RunReport) -> Path:
    """Write the run into its own folder of `reports` and return the folder."""
    return write_run(reports / report.run_id, report).parent
