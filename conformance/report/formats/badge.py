"""Renders `badge/`: a badge of the run for shields' endpoint and as a picture, tied to run and revision."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from conformance.report.badge import badge_of
from conformance.report.ci_job import revision
from conformance.report.material import Report
from conformance.results.text import json_text

PATH: Final = "badge"


def render(report: Report) -> Mapping[str, str]:
    """Return both files of the badge by name."""
    badge = badge_of(report.run, revision(os.environ))
    return {"badge.json": json_text(badge.endpoint(), 2) + "\n", "badge.svg": badge.svg()}
