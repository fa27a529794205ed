"""Known violations that a team lives with for a while: waived checks still run, and each waiver ends.

`load` reads the file, `apply` marks the verdicts of a run and says how each waiver stands, `red_waivers`
picks those that fail the run; `write.add` writes a row.
"""

from conformance.analysis.waivers.load import default_file, known_of, load, load_or_none, parse
from conformance.analysis.waivers.model import LONGEST, Waiver
from conformance.analysis.waivers.standing import apply, hash_of, red_waivers, standings_by_days_left

__all__ = [
    "LONGEST",
    "Waiver",
    "apply",
    "default_file",
    "hash_of",
    "known_of",
    "load",
    "load_or_none",
    "parse",
    "red_waivers",
    "standings_by_days_left",
]
