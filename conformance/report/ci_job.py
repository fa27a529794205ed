"""Knows the CI job that renders a report, by the variables that its service sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def ci_job(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the CI job that these variables speak of, as Allure describes one; nothing elsewhere."""
    if environ.get("GITHUB_ACTIONS") == "true":
        base = f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
        number = environ.get("GITHUB_RUN_NUMBER", "0")
        url = f"{base}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
        return _build("GitHub Actions", "github", number, environ.get("GITHUB_WORKFLOW", ""), url)
    if environ.get("TF_BUILD"):
        base = f"{environ.get('SYSTEM_COLLECTIONURI', '')}{environ.get('SYSTEM_TEAMPROJECT', '')}"
        number = environ.get("BUILD_BUILDID", "0")
        url = f"{base}/_build/results?buildId={number}"
        return _build("Azure Pipelines", "azure", number, environ.get("BUILD_DEFINITIONNAME", ""), url)
    return {}


def _build(name: str, kind: str, number: str, workflow: str, url: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "buildOrder": int(number) if number.isdecimal() else 0,
        "buildName": f"{workflow} #{number}",
        "buildUrl": url,
    }


def revision(environ: Mapping[str, str]) -> str:
    """Return the revision of the code that the CI job checked out, or nothing."""
    return (
        environ.get("GITHUB_SHA") or environ.get("BUILD_SOURCEVERSION") or environ.get("CI_COMMIT_SHA") or ""
    )
