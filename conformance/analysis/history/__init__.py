"""What the report folders of many nights say together.

The folders are the only truth; beside them stands a SQLite index that is made again from them whenever it is
missing, damaged or of another version, and brought up to date before each question. A run that cannot be read
is skipped and named, and the others are still counted.

`nights`, `last_comparable`, `open_violations` and `verdicts_of` ask; `prune` removes folders; `provisional`
says which requirements are too new to be red.
"""

from conformance.analysis.history.index import BrokenRun, broken_runs, rebuild
from conformance.analysis.history.nights import NightRun, last_comparable, newest, nights, runs, verdicts_of
from conformance.analysis.history.provisional import provisional
from conformance.analysis.history.prune import Pruned, prune
from conformance.analysis.history.violations import OpenViolation, open_violations

__all__ = [
    "BrokenRun",
    "NightRun",
    "OpenViolation",
    "Pruned",
    "broken_runs",
    "last_comparable",
    "newest",
    "nights",
    "open_violations",
    "provisional",
    "prune",
    "rebuild",
    "runs",
    "verdicts_of",
]
