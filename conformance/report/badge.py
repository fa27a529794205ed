"""A badge of a run: for shields' endpoint, and as a picture of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from conformance.report import statistics
from conformance.report.environment import environment
from conformance.results.model import RunReport
from conformance.results.text import one_line, shorten, terminal
from conformance.results.verdicts import ExitCode

COLOURS: Final = {
    ExitCode.CONFORMS: ("brightgreen", "#3a7d0a"),
    ExitCode.VIOLATION: ("red", "#b8271b"),
    ExitCode.USAGE: ("lightgrey", "#666666"),
    ExitCode.CANNOT_JUDGE: ("orange", "#a15c00"),
}
"""By exit code: shields' name of the colour, and one on which white text can be read."""
TEMPLATE: Final = environment().get_template("badge.svg.j2")
CHARACTER: Final = 6.6
"""Pixels of a character at 11 pixels, about; the text is stretched to it, so that no font spoils it."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says, tied to one run."""

    label: str
    message: str
    code: ExitCode
    title: str

    def endpoint(self) -> dict[str, Any]:
        """Return the document that shields' endpoint badge reads."""
        colour, _ = COLOURS[self.code]
        return {"schemaVersion": 1, "label": self.label, "message": self.message, "color": colour}

    def svg(self) -> str:
        """Return the badge as a picture; a screen reader reads its title."""
        left, right = (round(len(text) * CHARACTER) + 12 for text in (self.label, self.message))
        return TEMPLATE.render(badge=self, left=left, right=right, colour=COLOURS[self.code][1])


def badge_of(run: RunReport, revision: str = "") -> Badge:
    """Return the badge of a run; `revision` is that of the code that was judged, if somebody knows it."""
    day = run.started.partition("T")[0]
    message = f"{statistics.OUTCOMES[run.exit_code]} · {day}"
    of = f", revision {revision[:12]}" if revision else ""
    title = f"{statistics.headline(run)}; run {run.run_id}{of}"
    return Badge(_short(run.target), _short(message), run.exit_code, _short(title, 300))


def _short(text: str, limit: int = 60) -> str:
    return shorten(one_line(terminal(text)), limit)
